import type { Check, Target } from './check.ts';
import { httpChecks } from './http-checks.ts';
import { mismatch, toText } from './pattern.ts';
import { refusalChecks } from './refusal-checks.ts';
import { socketChecks } from './socket-checks.ts';

/** Every check of the drone side of the contract, in the order they are tried. */
const checks: readonly Check[] = [...httpChecks, ...refusalChecks, ...socketChecks];

export interface Verdict {
  readonly name: string;
  readonly clause: string;
  readonly result: 'pass' | 'fail' | 'skip';
  readonly sent: string;
  readonly expected: string;
  readonly got?: string;
  /** Where the answer is not as expected. */
  readonly differsAt?: string;
}

const MAX_GOT_CHARACTERS = 2000;

/** One after the other: what a server does under load is another question. */
export async function* runChecks(target: Target, only: string): AsyncGenerator<Verdict> {
  for (const check of checks) {
    if (check.name.includes(only)) yield await runCheck(check, target);
  }
}

async function runCheck(check: Check, target: Target): Promise<Verdict> {
  const { name, clause, sent } = check;
  const shown = { name, clause, sent, expected: toText(check.expected) };
  if (check.needsFleetKey && target.isBound) return { ...shown, result: 'skip' };
  try {
    const answer = await check.ask(target);
    const differsAt = mismatch(answer, check.expected);
    const got = toText(answer).slice(0, MAX_GOT_CHARACTERS);
    return differsAt === undefined
      ? { ...shown, result: 'pass', got }
      : { ...shown, result: 'fail', got, differsAt };
  } catch (error) {
    // Whatever kept the answer from coming is the answer.
    return { ...shown, result: 'fail', got: explain(error), differsAt: '(no answer)' };
  }
}

function explain(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
