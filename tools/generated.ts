import { toAsyncApiFile, toOpenApiFile, toProtocolPage } from './docs/protocol.ts';
import { toConfigurationPage, toEnvExample } from './docs/settings.ts';

/** Every generated file of the repository and the function that makes it. A new one is one line here. */
export const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  '.env.example': toEnvExample,
  'docs/configuration.md': toConfigurationPage,
  'docs/asyncapi.json': toAsyncApiFile,
  'docs/openapi.json': toOpenApiFile,
  'docs/protocol.md': toProtocolPage,
};
