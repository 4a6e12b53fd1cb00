import { toConfigurationPage, toEnvExample } from './docs/settings.ts';

/** Every generated file of the repository and the function that makes it. A new one is one line here. */
export const generated: Readonly<Record<string, () => string>> = {
  '.env.example': toEnvExample,
  'docs/configuration.md': toConfigurationPage,
};
