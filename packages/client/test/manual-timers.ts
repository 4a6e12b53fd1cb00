import type { Timers } from '../src/timers.ts';

/** Time that passes only when told to. */
export function createManualTimers() {
  let nowMs = Date.UTC(2026, 0, 1);
  let next = 1;
  const tasks = new Map<number, { atMs: number; task: () => void }>();
  const timers: Timers = {
    now: () => nowMs,
    setTimeout: (task, ms) => {
      tasks.set(next, { atMs: nowMs + ms, task });
      next += 1;
      return next - 1;
    },
    clearTimeout: (handle) => void tasks.delete(handle as number),
  };
  /** The delays that are being waited for, ms. */
  const waits = () => [...tasks.values()].map(({ atMs }) => atMs - nowMs);
  /** Lets `ms` pass: what becomes due is done in order, and what that leads to before the next. */
  const advance = async (ms: number) => {
    const untilMs = nowMs + ms;
    await settle();
    for (;;) {
      const [due] = [...tasks]
        .filter(([, { atMs }]) => atMs <= untilMs)
        .sort(([, a], [, b]) => a.atMs - b.atMs);
      if (!due) break;
      const [handle, { atMs: dueMs, task }] = due;
      tasks.delete(handle);
      nowMs = Math.max(nowMs, dueMs);
      task();
      await settle();
    }
    nowMs = untilMs;
  };
  return { timers, waits, advance };
}

/** Microtasks have their turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
