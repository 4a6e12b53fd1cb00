/** The server as a part of another program: what `skein serve` does, without its command line. */
export { type App, type AppOptions, startApp } from './app.ts';
export { type Config, ConfigError, type ConfigInputs, loadConfig } from './config.ts';
export { createLog } from './log.ts';
