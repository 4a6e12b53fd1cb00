#!/usr/bin/env node
import type { Writable } from 'node:stream';
import { run } from './cli/run.ts';
import { ConfigError, readEnvironment } from './config.ts';

function writer(stream: Writable): (line: string) => void {
  // Whoever read us has gone (`| head`): there is nobody left to tell.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(1);
  });
  return (line) => stream.write(`${line}\n`);
}

const note = writer(process.stderr);
try {
  const { isTTY } = process.stderr;
  const { stdout } = process;
  const console = { ...readEnvironment(), stdout, out: writer(stdout), note, isTerminal: isTTY === true };
  process.exitCode = await run(process.argv.slice(2), console);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  note(`skein: ${error.message}`);
  process.exitCode = 2;
}
