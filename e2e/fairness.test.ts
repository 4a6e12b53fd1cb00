import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { newSession, telemetryOf } from './messages.ts';
import { request } from './requests.ts';
import { createHome } from './server.ts';
import { TestSocket } from './socket.ts';

const flood = fileURLToPath(new URL('./clients/flood.ts', import.meta.url));
const POLITE = 20;
/** Of the flood's messages, while one polite message and one question are answered. */
const MAX_OVERTAKING = 15_000;

it('a hundred flooding connections keep neither a polite drone nor an operator from being answered', async () => {
  const home = await createHome({ settings: { AUTH_MODE: 'open' } });
  const server = await home.start();
  const polite = await TestSocket.open(`${server.ingestUrl}/?ack=each`);
  const child = spawn(process.execPath, ['--conditions=source', flood, server.ingestUrl, '100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    /** What the flood has been acknowledged so far, as soon as it is more than it was. */
    const floodBeyond = async (than: number): Promise<number> => {
      for (;;) {
        const { value } = await lines.next();
        if (Number(value) > than) return Number(value);
      }
    };
    const before = await floodBeyond(0);
    const sessionId = newSession();
    for (let seq = 0; seq < POLITE; seq += 1) {
      polite.send(telemetryOf({ droneId: 'polite', sessionId, seq }));
      expect(await polite.nextOf('telemetry_ack')).toMatchObject({ seq });
      expect((await request(`${server.httpUrl}/health`)).status).toBe(200);
    }
    const { body } = await request(`${server.httpUrl}/api/drones/polite`);
    expect(body).toMatchObject({ samples: POLITE });
    const meanwhile = (await floodBeyond(before)) - before;
    // The flood went on all the while, and a polite message and a question never waited for more than a part of it.
    expect(meanwhile).toBeGreaterThan(0);
    expect(meanwhile / POLITE).toBeLessThan(MAX_OVERTAKING);
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    polite.close();
    await home.remove();
  }
});
