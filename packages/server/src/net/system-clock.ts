import type { Clock } from '@skein/core';

/** The machine's clock; `every` corrects its drift and skips what it missed. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  every: (ms, task) => {
    const startedMs = performance.now();
    let timer: NodeJS.Timeout;
    const arm = () => {
      const elapsedMs = performance.now() - startedMs;
      timer = setTimeout(run, ms - (elapsedMs % ms));
      timer.unref();
    };
    const run = () => {
      arm();
      task();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
