/** Scenarios as they are named on a command line: `SUPER 16 RANDOM SIMPLE`. */
import { createScenario, scenarioKinds } from '@skein/simulator';
import { Misuse } from '../cli/console.ts';

interface NamedScenario {
  readonly kind: string;
  readonly size?: number;
}

export function readScenarios(words: readonly string[]): readonly NamedScenario[] {
  const named: { kind: string; size?: number }[] = [];
  for (const word of words) {
    const last = named.at(-1);
    if (!/^\d+$/.test(word)) named.push({ kind: word.toUpperCase() });
    else if (last === undefined || last.size !== undefined)
      throw new Misuse(`${word} follows no scenario: a number stands behind its name, like SUPER 16.`);
    else last.size = Number(word);
  }
  for (const { kind, size } of named) demandScenario(kind, size);
  return named;
}

function demandScenario(kind: string, size: number | undefined): void {
  try {
    createScenario(kind, size, 0);
  } catch (error) {
    if (error instanceof RangeError) throw new Misuse(`${sentence(error.message)}`, { cause: error });
    throw error;
  }
}

/** Every scenario in a line. */
export function describeScenarios(): string {
  const rows = Object.entries(scenarioKinds).map(([name, { summary, size }]) => {
    const number = size ? ` <${size.min}…${size.max}>` : '';
    const usual = size ? ` (${size.usual} ${size.of})` : '';
    return `  ${`${name}${number}`.padEnd(24)} ${summary}${usual}`;
  });
  return ['Scenarios, with their number and what it usually is:', ...rows].join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
