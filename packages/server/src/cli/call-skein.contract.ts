import { Writable } from 'node:stream';
import { run } from './run.ts';

/** For tests: one call of the command line in this process, and what it said. */

export interface Called {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

export function callSkein(...argv: readonly string[]): Promise<Called> {
  return callSkeinIn({}, ...argv);
}

export async function callSkeinIn(env: Record<string, string>, ...argv: readonly string[]): Promise<Called> {
  const [out, notes]: [string[], string[]] = [[], []];
  const stdout = new Writable({
    write: (chunk, _encoding, done) => {
      out.push(String(chunk));
      done();
    },
  });
  const code = await run(argv, {
    env,
    dotEnv: {},
    stdout,
    out: (line) => out.push(`${line}\n`),
    note: (line) => notes.push(line),
    isTerminal: false,
  });
  return { code, out: out.join(''), notes: notes.join('\n') };
}
