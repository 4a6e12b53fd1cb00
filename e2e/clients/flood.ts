import { once } from 'node:events';
import { WebSocket } from 'ws';
import { newSession, telemetryOf } from '../messages.ts';

/** Connections that send as fast as the network takes it, for ever; prints how much has been acknowledged so far. */

const [url = '', connections = '100'] = process.argv.slice(2);
const MAX_BUFFERED_BYTES = 64 * 1024;
const BURST = 32;
let acked = 0;

async function flood(n: number): Promise<void> {
  const ws = new WebSocket(`${url}/?ack=count`);
  let upto = 0;
  ws.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { upto?: number };
    acked += (message.upto ?? upto) - upto;
    upto = message.upto ?? upto;
  });
  await once(ws, 'open');
  const message = telemetryOf({ droneId: `flood-${n}`, sessionId: newSession() });
  let seq = 0;
  const pump = () => {
    for (let at = 0; at < BURST && ws.bufferedAmount < MAX_BUFFERED_BYTES; at += 1) {
      ws.send(JSON.stringify({ ...message, seq }));
      seq += 1;
    }
    setImmediate(pump);
  };
  pump();
}

await Promise.all(Array.from({ length: Number(connections) }, (_, n) => flood(n)));
setInterval(() => process.stdout.write(`${acked}\n`), 50);
