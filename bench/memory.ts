import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { createHome, type Server } from '../e2e/server.ts';
import { TestSocket } from '../e2e/socket.ts';

/** How much memory a connection takes that says nothing: resident memory with 10 000 of them, less that with none. */

const BAR_KIB = 10;
const AT_ONCE = 50;
/** One address has too few ports for more. */
const PER_ADDRESS = 20_000;
const SETTLE_MS = 3000;

async function residentKib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
}

/** A WebSocket without a library at our end: ten thousand of them must fit in here too. */
async function openIdle(server: Server, number: number): Promise<Socket> {
  const localAddress = `127.0.0.${2 + Math.floor(number / PER_ADDRESS)}`;
  const socket = connect({ port: server.ports.ingest, host: '127.0.0.1', localAddress });
  const lines = ['GET / HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade'];
  const handshake = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
  socket.write(`${[...lines, ...handshake].join('\r\n')}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`refused: ${answer}`);
  return socket;
}

async function openAll(server: Server, wanted: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  let next = 0;
  const worker = async () => {
    while (next < wanted) {
      next += 1;
      sockets.push(await openIdle(server, next));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return sockets;
}

const { values } = parseArgs({
  options: { connections: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } },
});
const connections = Number(values.connections);
const home = await createHome({
  settings: { AUTH_MODE: 'open', MAX_CONNECTIONS: String(connections + 100), LOG_LEVEL: 'warn' },
});
try {
  const server = await home.start();
  // The code is compiled and the heap has its size before anything is measured.
  for (const socket of await openAll(server, 200)) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const before = await residentKib(server.pid);
  const sockets = await openAll(server, connections);
  const atOnce = await residentKib(server.pid);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const idle = await residentKib(server.pid);
  const probe = await TestSocket.open(server.ingestUrl);
  await probe.nextOf('connection_ack');
  const isServing = sockets.every(({ destroyed }) => !destroyed);
  const kibPerConnection = Number(((idle - before) / connections).toFixed(2));
  const result = {
    connections,
    kibPerConnection,
    bytesPerIdleConnection: Math.round(kibPerConnection * 1024),
    kibPerConnectionAtOnce: Number(((atOnce - before) / connections).toFixed(2)),
    residentMib: { before: Math.round(before / 1024), idle: Math.round(idle / 1024) },
    ok: kibPerConnection <= BAR_KIB && isServing,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
  probe.close();
  for (const socket of sockets) socket.destroy();
} finally {
  await home.remove();
}
