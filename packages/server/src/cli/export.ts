import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { HistoryQuery, Store, StoredSample } from '@skein/core';
import { DEFAULT_TENANT } from '../auth/principal.ts';
import { catchUp } from './catch-up.ts';
import { type Console, configOf, type Flags, Misuse } from './console.ts';
import { CSV_HEADING, toCsvLine } from './csv.ts';
import { openParquetWriter } from './parquet.ts';
import { readId, readInstantUs, readWord } from './read-option.ts';
import { addSettings } from './settings.ts';
import type { Define } from './subcommand.ts';
import { withStore } from './with-store.ts';

const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
type Format = (typeof FORMATS)[number];
const PAGE = 1000;
const PROGRESS_EVERY = 50_000;

interface Request {
  readonly query: Omit<HistoryQuery, 'cursor'>;
  readonly format: Format;
  readonly out: string | undefined;
}

export const exportHistory: Define = (command, console) => {
  command
    .requiredOption('--drone <id>', 'whose history')
    .option('--tenant <id>', 'whose drone', DEFAULT_TENANT)
    .option('--from <instant>', 'ISO 8601, included')
    .option('--to <instant>', 'ISO 8601, not included')
    .option('--format <format>', FORMATS.join(', '), 'ndjson')
    .option('--out <file>', 'write here instead of standard output (parquet needs it)')
    .option('--json', 'end with one JSON line of what was written (with --out)')
    .addHelpText(
      'after',
      '\nExamples:\n  skein export --drone drone-001 --from 2026-11-21T00:00:00Z > day.ndjson\n  skein export --drone drone-001 --format parquet --out flight.parquet',
    );
  addSettings(command, 'dataDir').action(async (options: Flags) => {
    const request = readRequest(options);
    await catchUp(configOf(console, options));
    return withStore(console, options, async (store) => {
      const rows = await write(store, request, console);
      if (options['json'] && request.out)
        console.out(JSON.stringify({ rows, out: request.out, format: request.format }));
      else console.note(`${rows} messages.`);
    });
  });
};

function readRequest({ drone = '', tenant = '', from, to, format = '', out }: Flags): Request {
  const chosen = readWord('--format', format, FORMATS);
  if (chosen === 'parquet' && out === undefined) throw new Misuse('--format parquet needs --out FILE.');
  const query = {
    tenant: readId('--tenant', tenant),
    droneId: readId('--drone', drone),
    ...(from !== undefined && { fromUs: readInstantUs('--from', from) }),
    ...(to !== undefined && { toUs: readInstantUs('--to', to) }),
    limit: PAGE,
    order: 'oldest',
  } as const;
  return { query, format: chosen, out };
}

/** Oldest first, a page at a time: whatever the length of the history, memory holds one page. */
async function write(store: Store, { query, format, out }: Request, console: Console): Promise<number> {
  if (out === undefined) return writeLines(store, query, { format, stream: console.stdout }, console);
  // Under a name of its own until it is whole: nobody takes half a file for the history.
  const part = `${out}.part`;
  const finish = format === 'parquet' ? openParquetWriter() : rename;
  const stream = createWriteStream(part);
  try {
    await once(stream, 'open');
    const rows = await writeLines(store, query, { format, stream }, console);
    stream.end();
    await once(stream, 'close');
    await finish(part, out);
    return rows;
  } finally {
    stream.destroy();
    await rm(part, { force: true });
  }
}

async function writeLines(
  store: Store,
  query: Request['query'],
  { format, stream }: { format: Format; stream: Writable },
  console: Console,
): Promise<number> {
  const toLine = format === 'ndjson' ? toNdjsonLine : toCsvLine;
  let rows = 0;
  let cursor: string | undefined;
  if (format !== 'ndjson') await put(stream, CSV_HEADING);
  do {
    const page = await store.telemetry(cursor === undefined ? query : { ...query, cursor });
    if (page.items.length > 0) await put(stream, page.items.map(toLine).join(''));
    const before = rows;
    rows += page.items.length;
    if (Math.floor(rows / PROGRESS_EVERY) > Math.floor(before / PROGRESS_EVERY))
      console.note(`${rows} messages so far`);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return rows;
}

/** As it was sent, one message a line. */
function toNdjsonLine({ data }: StoredSample): string {
  return `${JSON.stringify(data)}\n`;
}

async function put(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
