import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A WebSocket client of a few lines for load: it writes frames that were made before, and reads text frames. */
export interface RawSocket {
  readonly socket: Socket;
  onText: (text: string) => void;
}

export function openRaw(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const raw: RawSocket = { socket, onText: () => undefined };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${lines.join('')}\r\n`,
    );
    let head = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', function shake(chunk: Buffer) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', shake);
      if (!head.toString('latin1', 0, 12).endsWith('101'))
        return reject(new Error(head.toString('latin1', 0, 300)));
      const reader = createFrameReader((text) => raw.onText(text));
      socket.on('data', reader);
      reader(head.subarray(end + 4));
      resolve(raw);
    });
  });
}

interface ServerFrame {
  readonly opcode: number;
  readonly start: number;
  readonly end: number;
}

/** Server frames are not masked: header, length, text. Undefined: not all of it is there yet. */
function nextFrame(bytes: Buffer, at: number): ServerFrame | undefined {
  if (bytes.length < at + 4) return undefined;
  const short = (bytes[at + 1] as number) & 127;
  const start = at + (short === 126 ? 4 : 2);
  const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
  return bytes.length < end ? undefined : { opcode: (bytes[at] as number) & 15, start, end };
}

function createFrameReader(onText: (text: string) => void): (chunk: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
    let at = 0;
    for (let frame = nextFrame(bytes, at); frame; frame = nextFrame(bytes, at)) {
      if (frame.opcode === 1) onText(bytes.toString('utf8', frame.start, frame.end));
      at = frame.end;
    }
    kept = Buffer.from(bytes.subarray(at));
  };
}

/** Header of a masked frame whose mask is zero: the payload stands as it is. */
export function frameHeader(payloadBytes: number, opcode: 1 | 2): Buffer {
  if (payloadBytes > 65_535) throw new Error('the frame is larger than any message may be');
  const header = Buffer.alloc(payloadBytes < 126 ? 6 : 8);
  header[0] = 0x80 | opcode;
  if (payloadBytes < 126) header[1] = 0x80 | payloadBytes;
  else {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(payloadBytes, 2);
  }
  return header;
}
