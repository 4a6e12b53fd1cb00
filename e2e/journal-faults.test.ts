import { open, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { balanceOf } from './ledger.ts';
import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';
import { createHome, type Home, type Server } from './server.ts';
import { mountSmallDisk } from './small-disk.ts';
import { readStored, untilStored } from './stored.ts';
import { Writers } from './writers.ts';

/** RELIABILITY F07 and F10: the disk of the journal is full, or gives back something else than was written. */

const MIB = 2 ** 20;
const disk = await mountSmallDisk(12 * MIB);
let home: Home;

describe('a damaged journal', () => {
  const sessionId = newSession();

  beforeEach(async () => {
    home = await createHome({ settings: { AUTH_MODE: 'open' } });
  });
  afterEach(() => home.remove());

  async function write(server: Server, seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) {
      const reply = await post(
        `${server.httpUrl}/api/drone/telemetry`,
        telemetryOf({ droneId: 'd', sessionId, seq }),
      );
      expect(reply.status).toBe(200);
    }
  }

  async function lastSegment(): Promise<{ readonly path: string; readonly bytes: number }> {
    const directory = join(home.dataDir, 'journal');
    const names = (await readdir(directory))
      .filter((name) => name.includes('journal') || /\d{6}/.test(name))
      .sort();
    const path = join(directory, names.at(-1) as string);
    return { path, bytes: (await stat(path)).size };
  }

  async function flipBit(path: string, offset: number): Promise<void> {
    const file = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, offset);
    await file.write(Buffer.from([(byte[0] as number) ^ 1]), 0, 1, offset);
    await file.close();
  }

  const seqsOf = async (server: Server) => (await readStored(server, 'd')).map(({ seq }) => seq);

  it('with a torn tail is cut at the last good record, and what comes after is kept', async () => {
    const before = await home.start();
    await write(before, [0, 1, 2]);
    await untilStored(before);
    await before.kill9();
    const { path, bytes } = await lastSegment();
    await truncate(path, bytes - 7);
    const server = await home.start();
    expect(home.log()).toMatch(/"cutBytes":[1-9]/);
    await write(server, [3, 4]);
    await untilStored(server);
    expect(await seqsOf(server)).toEqual([4, 3, 2, 1, 0]);
  });

  it('which is shorter than what the store has seen of it loses nothing that comes after', async () => {
    const before = await home.start();
    await write(before, [0, 1, 2, 3]);
    await untilStored(before);
    await before.kill9();
    const { path, bytes } = await lastSegment();
    await truncate(path, Math.floor(bytes / 2));
    const server = await home.start();
    await write(server, [4, 5]);
    await untilStored(server);
    expect(await seqsOf(server)).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('with one bit flipped in its middle stops the start with exit code 1 and names the record', async () => {
    const before = await home.start();
    await write(before, [0, 1, 2, 3]);
    await before.kill9();
    const { path, bytes } = await lastSegment();
    await flipBit(path, Math.floor(bytes / 2));
    const { code, log } = await home.failToStart();
    expect(code).toBe(1);
    expect(log).toMatch(/the journal record at byte \d+ of .* is damaged/);
    expect(log).toContain(path);
    expect(log).not.toMatch(/\n\s+at /);
  });

  it('with one bit flipped in its last record is a torn tail: the start cuts it, and nothing wrong is served', async () => {
    const before = await home.start();
    await write(before, [0, 1]);
    await before.kill9();
    const { path, bytes } = await lastSegment();
    await flipBit(path, bytes - 20);
    const server = await home.start();
    expect(home.log()).toMatch(/"cutBytes":[1-9]/);
    await write(server, [2]);
    await untilStored(server);
    const stored = await readStored(server, 'd');
    for (const { data, seq } of stored)
      expect(data).toMatchObject({ sessionId, seq, telemetry: { battery: 85 } });
    expect(stored.map(({ seq }) => seq)).toContain(2);
  });
});

describe.skipIf(!disk)(`a full disk${disk ? '' : ' (skipped: only root may mount a small one)'}`, () => {
  afterEach(async () => {
    await home.remove();
    await disk?.remove();
  });

  it('pauses the drones and answers 503; when it has room again everything goes on and nothing acknowledged is lost', async () => {
    const small = disk as NonNullable<typeof disk>;
    await small.occupy(8 * MIB);
    home = await createHome({
      settings: { AUTH_MODE: 'open', JOURNAL_DIR: join(small.directory, 'journal') },
    });
    let server = await home.start();
    const send = () =>
      post(
        `${server.httpUrl}/api/drone/telemetry`,
        telemetryOf({ droneId: 'single', sessionId: newSession() }),
      );
    const until = async (status: number) => {
      let reply = await send();
      while (reply.status !== status) {
        expect([200, 503]).toContain(reply.status);
        reply = await send();
      }
      return reply;
    };
    const writers = new Writers({ url: () => server.ingestUrl, writers: 8 });
    await writers.connect();
    const refused = await until(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.body).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE' } });
    expect(await request(`${server.httpUrl}/ready`)).toMatchObject({
      status: 503,
      body: { checks: { journal: 'full' } },
    });
    expect((await request(`${server.httpUrl}/health`)).status).toBe(200);
    const finished = writers.finish();
    await small.free();
    await until(200);
    await finished;
    await untilStored(server);
    expect(await balanceOf(writers, server)).toMatchObject({ lost: 0, doubled: 0, missing: 0 });

    await server.kill9();
    server = await home.start();
    expect(await balanceOf(writers, server)).toMatchObject({ lost: 0, doubled: 0, missing: 0 });
    writers.close();
  }, 120_000);
});
