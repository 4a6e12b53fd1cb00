import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceOf } from './ledger.ts';
import { createHome, type Home, type Server } from './server.ts';
import { untilStored } from './stored.ts';
import { Writers } from './writers.ts';

const settings = { AUTH_MODE: 'open' };
const WRITERS = 8;
const KILLS = 3;
const mutation = (name: string) => new URL(`./mutations/${name}.ts`, import.meta.url).href;

describe('what was acknowledged survives', () => {
  let home: Home;
  beforeAll(async () => {
    home = await createHome({ settings });
  });
  afterAll(() => home.remove());

  it('a server that is killed at any moment, and is stored once however often it is sent', async () => {
    let server = await home.start();
    const writers = new Writers({ url: () => server.ingestUrl, writers: WRITERS });
    await writers.connect();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await writers.untilAcked(randomInt(500, 6000));
      await server.kill9();
      server = await home.start();
      await untilStored(server);
      const balance = await balanceOf(writers, server);
      expect(balance, 'before anything is sent again').toMatchObject({ lost: 0, doubled: 0 });
      await writers.connect();
    }
    await writers.finish();
    await untilStored(server);
    const { acked, stored, ...wrong } = await balanceOf(writers, server);
    expect(wrong).toEqual({ lost: 0, doubled: 0, missing: 0 });
    expect(stored).toBe(acked);
    writers.close();
    expect(await server.stop()).toBe(0);
  }, 120_000);

  it('a stop under load, which ends with exit code 0', async () => {
    const before = await home.start();
    const writers = new Writers({ url: () => before.ingestUrl, writers: WRITERS });
    await writers.connect();
    await writers.untilAcked(3000);
    expect(await before.stop(), home.log()).toBe(0);
    const server = await home.start();
    await untilStored(server);
    expect(await balanceOf(writers, server)).toMatchObject({ lost: 0 });
    await server.kill9();
  }, 60_000);
});

describe('the check itself notices', () => {
  async function withMutation(
    name: string,
    work: (home: Home, server: Server) => Promise<void>,
  ): Promise<void> {
    const home = await createHome({ settings, preload: [mutation(name)] });
    try {
      await work(home, await home.start());
    } finally {
      await home.remove();
    }
  }

  it('a server that acknowledges before it flushes', async () => {
    await withMutation('ack-before-flush', async (home, first) => {
      const writers = new Writers({ url: () => first.ingestUrl, writers: WRITERS });
      await writers.connect();
      await writers.untilAcked(2000);
      await first.kill9();
      const server = await home.start();
      const { lost } = await balanceOf(writers, server);
      expect(lost).toBeGreaterThan(0);
    });
  });

  it('a server that does not know a repeat', async () => {
    await withMutation('duplicates-off', async (_home, server) => {
      const writers = new Writers({ url: () => server.ingestUrl, writers: WRITERS });
      await writers.connect();
      await writers.untilAcked(1000);
      writers.close();
      await writers.connect();
      await writers.finish();
      await untilStored(server);
      const { doubled } = await balanceOf(writers, server);
      expect(doubled).toBeGreaterThan(0);
    });
  });
});
