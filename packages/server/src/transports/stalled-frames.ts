import type { WebSocket } from 'ws';

const STALL_MS = 8000;

/** What ws keeps of a message that has begun; read only, never written. */
interface ReceiverState {
  readonly _receiver?: {
    readonly _bufferedBytes?: number;
    readonly _fragmented?: number;
    readonly _state?: number;
  };
}

/** Connections that began a frame or a message and then fell silent: a half-open peer must not hold its place. */
export class StalledFrames {
  readonly #since = new WeakMap<WebSocket, number>();

  /** To be asked about once a second; true when one and the same message has been incomplete for eight. */
  isStalled(ws: WebSocket, lastHeardMs: number, nowMs: number): boolean {
    if (!isMidMessage(ws) || ws.isPaused) {
      this.#since.delete(ws);
      return false;
    }
    const since = this.#since.get(ws);
    if (since === undefined || since < lastHeardMs) {
      this.#since.set(ws, nowMs);
      return false;
    }
    return nowMs - since >= STALL_MS;
  }
}

function isMidMessage(ws: WebSocket): boolean {
  const receiver = (ws as unknown as ReceiverState)._receiver;
  if (!receiver) return false;
  return (
    (receiver._bufferedBytes ?? 0) > 0 || (receiver._fragmented ?? 0) > 0 || (receiver._state ?? 0) !== 0
  );
}
