import { createServer } from 'node:http';
import { TelemetryMessage } from '@skein/core';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * What ours is measured against, in a process of its own. `bare`: ws + JSON.parse, nothing else; says `done` after the
 * number of messages the client names. `ack`: ws + JSON.parse + compiled TypeBox + an answer each, nothing durable.
 */
const mode = process.argv[2];
const check = Compile(Type.Object({ ...TelemetryMessage.properties }));
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 65_536 });
sockets.on('connection', (ws: WebSocket, request) => {
  const wanted = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('n'));
  let count = 0;
  ws.on('message', (data) => {
    const value: unknown = JSON.parse(String(data));
    count += 1;
    if (mode === 'ack') {
      if (check.Check(value)) ws.send(`{"type":"ack","upto":${count}}`);
    } else if (count === wanted) ws.send(`{"type":"ack","upto":${count}}`);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(
    `${JSON.stringify({ ready: true, ingest: typeof address === 'object' ? address?.port : 0 })}\n`,
  );
});
