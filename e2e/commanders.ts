import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { request } from './requests.ts';
import type { Server } from './server.ts';

/** Operators that command without a pause, through every fall of the server, and remember what they asked for. */

type Message = Readonly<Record<string, unknown>>;

/** What one command came to, as the server tells it at the end. */
export interface Outcome {
  readonly commandId: string;
  readonly droneId: string;
  readonly state: string;
  /** Terminal states in its history: exactly one. */
  readonly ends: number;
}

const TERMINAL = new Set(['succeeded', 'failed', 'expired', 'cancelled']);

export class Commanders {
  /** Commands that a reply or a push has named. */
  readonly commandIds = new Set<string>();
  /** Told to have succeeded, in a reply or a push. */
  readonly toldSucceeded = new Set<string>();
  /** Ends told, by command: more than one word would be two truths. */
  readonly toldEnds = new Map<string, Set<string>>();
  #ws: WebSocket | undefined;
  #asked = 0;
  readonly #drones: readonly string[];

  constructor(drones: readonly string[]) {
    this.#drones = drones;
  }

  get asked(): number {
    return this.#asked;
  }

  async connect({ ports }: Server): Promise<void> {
    const ws = new WebSocket(`ws://127.0.0.1:${ports.gateway}/`);
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Message));
    await once(ws, 'open');
    this.#ws = ws;
  }

  #hear(message: Message): void {
    const { command_id: commandId, state } = message as { command_id?: string; state?: string };
    if (commandId === undefined) return;
    this.commandIds.add(commandId);
    if (state === 'succeeded') this.toldSucceeded.add(commandId);
    if (message['type'] !== 'command_update' || state === undefined || !TERMINAL.has(state)) return;
    this.toldEnds.set(commandId, (this.toldEnds.get(commandId) ?? new Set()).add(state));
  }

  /** Asks for something, and now and then for the same once more. */
  ask(): void {
    const droneId = this.#drones[randomInt(this.#drones.length)] as string;
    const text = JSON.stringify({ ...wishOf(droneId), request_id: randomUUID() });
    this.#asked += 1;
    if (this.#ws?.readyState !== WebSocket.OPEN) return;
    this.#ws.send(text);
    if (randomInt(5) === 0) this.#ws.send(text);
  }

  close(): void {
    this.#ws?.terminate();
  }

  async outcomes({ httpUrl }: Server): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const commandId of this.commandIds) {
      const { status, body } = await request(`${httpUrl}/api/commands/${commandId}`);
      const { droneId, state, history } = body as {
        droneId: string;
        state: string;
        history?: { state: string }[];
      };
      if (status !== 200) outcomes.push({ commandId, droneId: '', state: `HTTP ${status}`, ends: 0 });
      else
        outcomes.push({
          commandId,
          droneId,
          state,
          ends: (history ?? []).filter((each) => TERMINAL.has(each.state)).length,
        });
    }
    return outcomes;
  }
}

function wishOf(droneId: string): Message {
  const place = { x: randomInt(-200, 200), y: randomInt(-200, 200), z: randomInt(30, 110) };
  const wishes: readonly Message[] = [
    {
      type: 'modify_waypoint',
      drone_id: droneId,
      new_waypoint: place,
      modification_reason: 'elsewhere',
      mode: 'goto',
    },
    {
      type: 'command',
      drone_id: droneId,
      command: 'set_speed',
      params: { speed: randomInt(3, 9) },
      expires_in_s: 5,
    },
    { type: 'command', drone_id: droneId, command: 'hold', expires_in_s: 5 },
    { type: 'command', drone_id: droneId, command: 'resume', expires_in_s: 5 },
    { type: 'command', drone_id: droneId, command: 'takeoff', params: { altitude: 40 }, expires_in_s: 5 },
  ];
  return wishes[randomInt(wishes.length)] as Message;
}
