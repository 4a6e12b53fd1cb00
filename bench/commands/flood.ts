import { once } from 'node:events';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from '../../e2e/messages.ts';

/** `flood.ts URL CONNECTIONS`: sends frames of 50 messages as fast as they are read; messages a second on standard output at the end. */

const FRAME = 50;
const MAX_BUFFERED_BYTES = 1_000_000;
const [url = '', connections = '1'] = process.argv.slice(2);
const startedMs = performance.now();
let sent = 0;

async function flood(n: number): Promise<never> {
  const ws = new WebSocket(`${url}/`);
  await once(ws, 'open');
  const sessionId = newSession();
  for (let seq = 0; ; ) {
    const frame = Array.from({ length: FRAME }, () => {
      seq += 1;
      return telemetryOf({ droneId: `flood-${n}`, sessionId, seq, timestamp: new Date().toISOString() });
    });
    ws.send(JSON.stringify(frame));
    while (ws.bufferedAmount > MAX_BUFFERED_BYTES) await new Promise((resolve) => setTimeout(resolve, 1));
    sent += FRAME;
    await new Promise(setImmediate);
  }
}

process.once('SIGTERM', () => {
  process.stdout.write(`${Math.round((sent / (performance.now() - startedMs)) * 1000)}\n`);
  process.exit(0);
});
await Promise.race(Array.from({ length: Number(connections) }, (_, n) => flood(n)));
