import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Hundreds of processes load the same sources: what one has compiled, the next need not compile again.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['{packages,e2e,tools}/**/*.test.ts'],
    // Half of the time a test waits for a process of its own.
    maxWorkers: '100%',
    // Tests that wait for flights wait together.
    maxConcurrency: 12,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    execArgv: ['--conditions=source'],
  },
});
