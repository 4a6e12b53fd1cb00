import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AirRun, type AirScenario, DISTURBANCES, METHODS } from '@skein/simulator';
import { columns, toCells } from '../airspace/columns.ts';
import { drawRun } from '../airspace/draw-run.ts';
import { describeScenarios, readScenarios } from '../airspace/read-scenarios.ts';
import { toReportPage } from '../airspace/report-page.ts';
import { runSuite, type SuiteEntry } from '../airspace/run-suite.ts';
import type { AirSummary } from '../airspace/summary.ts';
import { tableEntries, toTableDocument } from '../airspace/table-document.ts';
import { type Console, Failure, type Flags, Misuse, toTable } from './console.ts';
import { readWholeNumber, readWord } from './read-option.ts';
import type { Define } from './subcommand.ts';

const MAX_SEEDS = 100;
const MAX_SCENARIOS = 50;
const MAX_SEED = 2 ** 31;

export const airspace: Define = (command, console) => {
  command
    .argument('[scenario...]', 'names, each with its number: SUPER 16 RANDOM 25')
    .option('--method <names>', `who keeps them apart, some of ${METHODS.join(',')}`, METHODS.join(','))
    .option('--disturb <names>', `some of ${DISTURBANCES.join(',')}; absent: none`)
    .option('--seed <n>', 'the first seed; 0 is the exact geometry', '0')
    .option('--seeds <n>', 'so many seeds, shown as means with 95 % confidence', '1')
    .option('--svg <directory>', 'a picture of every run')
    .option('--html <file>', 'a page with the table and all pictures')
    .option('--table <file>', 'flies the table of the documentation and writes it; takes no scenarios')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `\n${describeScenarios()}\n\nExamples:\n  skein airspace SUPER 16 RANDOM 25 --disturb noise,latency --seeds 3 --html airspace.html\n  skein airspace --table docs/airspace-table.md --seeds 10`,
    );
  command.action(async (words: readonly string[], options: Flags) => {
    const entries = readEntries(words, options);
    const firstSeed = readWholeNumber('--seed', options['seed'] ?? '', 0, MAX_SEED);
    const pictures = collectPictures(options);
    const rows: AirSummary[] = [];
    const suite = runSuite(entries, {
      firstSeed,
      withTracks: pictures !== undefined,
      onRun: (run, at, of) => console.note(`${at}/${of} ${run}`),
      ...(pictures && { onFlown: pictures.add }),
    });
    for await (const row of suite) rows.push(row);
    if (options['html'] !== undefined) write(options['html'], toReportPage(rows, pictures?.list ?? []));
    if (options['table'] !== undefined) write(options['table'], toTableDocument(rows));
    print(rows, options, console);
  });
};

function readEntries(words: readonly string[], options: Flags): readonly SuiteEntry[] {
  const seeds = readWholeNumber('--seeds', options['seeds'] ?? '', 1, MAX_SEEDS);
  if (options['table'] !== undefined) {
    if (words.length > 0) throw new Misuse('--table flies scenarios of its own: leave the names away.');
    return tableEntries(seeds);
  }
  const methods = readList('--method', options['method'] ?? '', METHODS);
  const { disturb } = options;
  const disturbances = disturb === undefined ? [] : readList('--disturb', disturb, DISTURBANCES);
  const named = readScenarios(words.length > 0 ? words : ['SUPER']);
  if (named.length > MAX_SCENARIOS)
    throw new Misuse(`${named.length} scenarios, expected at most ${MAX_SCENARIOS}.`);
  return named.map((scenario) => ({ ...scenario, methods, disturbances, seeds }));
}

/** In the order of the list, each once. */
function readList<const T extends string>(option: string, text: string, words: readonly T[]): readonly T[] {
  const asked = new Set(text.split(',').map((word) => readWord(option, word.trim(), words)));
  return words.filter((word) => asked.has(word));
}

function collectPictures({ svg, html }: Flags) {
  if (svg === undefined && html === undefined) return undefined;
  const list: { readonly heading: string; readonly svg: string }[] = [];
  const add = (run: AirRun, scenario: AirScenario) => {
    const drawn = drawRun(run, scenario);
    const heading = `${run.scenario} ${run.method} seed ${run.seed}`;
    if (html !== undefined) list.push({ heading, svg: drawn });
    if (svg !== undefined) write(join(svg, `${heading.toLowerCase().replaceAll(' ', '-')}.svg`), drawn, svg);
  };
  return { list, add };
}

function write(file: string, text: string, directory?: string): void {
  try {
    if (directory !== undefined) mkdirSync(directory, { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(`${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

function print(rows: readonly AirSummary[], { json }: Flags, console: Console): void {
  if (json !== undefined) console.out(JSON.stringify({ rows }, undefined, 2));
  else
    for (const line of toTable(
      columns.map(({ heading }) => heading),
      rows.map(toCells),
    ))
      console.out(line);
}
