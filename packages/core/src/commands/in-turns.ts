import type { CommandContext } from './command.ts';

/** Held for no longer by one piece of work. */
const TURN_MS = 5;

/** Steps for some milliseconds, then everybody else. */
export async function inTurns<Result>(
  steps: Generator<void, Result, void>,
  { elapsedMs, parts }: Pick<CommandContext, 'elapsedMs' | 'parts'>,
): Promise<Result> {
  let sinceMs = elapsedMs();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (elapsedMs() - sinceMs < TURN_MS) continue;
    await parts.operations.pause();
    sinceMs = elapsedMs();
  }
}
