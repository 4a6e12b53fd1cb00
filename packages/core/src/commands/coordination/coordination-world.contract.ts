import { isRefusal } from '../../errors.ts';
import { Fleet } from '../../fleet/fleet.ts';
import { createFlatTerrain } from '../../geo/terrain.ts';
import { createLocalFrame, type Enu } from '../../geo/wgs84.ts';
import type { OrderMessage } from '../../messages/order.ts';
import { fromRecordValue, type StateRecord } from '../../messages/state-record.ts';
import { toSample } from '../../messages/telemetry.ts';
import type { Bus, Clock, Journal, JournalEntry } from '../../ports.ts';
import { Records } from '../../records.ts';
import { AirspaceDesk } from '../airspace/airspace-desk.ts';
import { ConformanceBook } from '../airspace/conformance-book.ts';
import { EnergyBook } from '../airspace/energy-book.ts';
import { FlightIntents } from '../airspace/flight-intents.ts';
import type { CommandContext } from '../command.ts';
import { Confirmations } from '../confirmations.ts';
import { CommandLedger } from '../ledger/ledger.ts';
import { MissionDesk } from '../mission-desk.ts';
import type { Operations } from '../operations.ts';
import { AvoidanceDesk } from './avoidance-desk.ts';
import { type CoordinationMode, Coordinator } from './coordinator.ts';
import { EventBook } from './event-book.ts';

const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
const site = { frame, terrain: createFlatTerrain(400) };
const STEP_S = 0.1;
const ACCEL_MPS2 = 3;
const CLIMB_MPS = 3;
const CRUISE_MPS = 10;

/** A vehicle that flies to its goal, makes way when it is told to, and holds when nobody says so any more. */
export class Flyer {
  readonly droneId: string;
  readonly goal: Enu;
  at: Enu;
  velocity = { eastMps: 0, northMps: 0, upMps: 0 };
  does: 'goal' | 'avoid' | 'hold' = 'goal';
  /** Of every order that it has taken. */
  readonly taken: OrderMessage[] = [];
  isDeaf = false;
  #points: (Enu & { speedMps: number })[] = [];
  #leftS = 0;

  constructor(droneId: string, from: Enu, goal: Enu) {
    this.droneId = droneId;
    this.at = from;
    this.goal = goal;
    this.velocity = this.#wish(goal, CRUISE_MPS);
  }

  get hasArrived(): boolean {
    const { at, goal } = this;
    return Math.hypot(at.eastM - goal.eastM, at.northM - goal.northM, at.upM - goal.upM) < 5;
  }

  take(order: OrderMessage): string {
    if (this.isDeaf) return 'denied';
    if (!(order.ttlMs > 0)) return 'cancelled';
    this.taken.push(order);
    if (order.command === 'resume') this.does = 'goal';
    if (order.command !== 'avoid') return 'accepted';
    const { points, lapse_s } = order.params as { points: Record<string, number>[]; lapse_s: number };
    this.#points = points.map(({ latitude = 0, longitude = 0, altitude = 0, speed = CRUISE_MPS }) => ({
      ...frame.toEnu({ latitudeDeg: latitude, longitudeDeg: longitude, altitudeAmslM: altitude }),
      speedMps: speed,
    }));
    this.#leftS = lapse_s;
    this.does = 'avoid';
    return 'accepted';
  }

  step(): void {
    if (this.does === 'avoid') this.#leftS -= STEP_S;
    if (this.does === 'avoid' && this.#leftS <= 0) this.does = 'hold';
    const wish = this.#wanted();
    const { eastMps, northMps, upMps } = this.velocity;
    const [dEast, dNorth] = [wish.eastMps - eastMps, wish.northMps - northMps];
    const part = Math.min(1, (ACCEL_MPS2 * STEP_S) / Math.max(1e-9, Math.hypot(dEast, dNorth)));
    const climb = Math.max(-ACCEL_MPS2 * STEP_S, Math.min(ACCEL_MPS2 * STEP_S, wish.upMps - upMps));
    this.velocity = {
      eastMps: eastMps + dEast * part,
      northMps: northMps + dNorth * part,
      upMps: upMps + climb,
    };
    this.at = {
      eastM: this.at.eastM + this.velocity.eastMps * STEP_S,
      northM: this.at.northM + this.velocity.northMps * STEP_S,
      upM: this.at.upM + this.velocity.upMps * STEP_S,
    };
  }

  #wanted() {
    if (this.does === 'hold') return { eastMps: 0, northMps: 0, upMps: 0 };
    if (this.does === 'goal') return this.#wish(this.goal, CRUISE_MPS);
    const [point] = this.#points;
    return point ? this.#wish(point, point.speedMps) : { eastMps: 0, northMps: 0, upMps: 0 };
  }

  #wish(to: Enu, speedMps: number) {
    const [eastM, northM, upM] = [to.eastM - this.at.eastM, to.northM - this.at.northM, to.upM - this.at.upM];
    const awayM = Math.hypot(eastM, northM);
    const mps = Math.min(speedMps, Math.sqrt(ACCEL_MPS2 * awayM));
    const scale = awayM > 0 ? mps / awayM : 0;
    return {
      eastMps: eastM * scale,
      northMps: northM * scale,
      upMps: Math.max(-CLIMB_MPS, Math.min(CLIMB_MPS, upM)),
    };
  }
}

/** A server's coordination over flyers: a second is ten steps of theirs and twenty turns of it. */
export class CoordinationWorld {
  nowMs = 1_764_000_000_000;
  readonly told: Readonly<Record<string, unknown>>[] = [];
  readonly flyers: readonly Flyer[];
  readonly operations: Operations;
  readonly fleet: Fleet;
  readonly journal: JournalEntry[] = [];
  /** The nearest moment of any two so far. */
  worst = Number.POSITIVE_INFINITY;
  /** The server is stopped: it hears and does nothing. */
  isStopped = false;
  readonly #coordinator: Coordinator;
  readonly #listeners = new Map<string, ((subject: string, payload: unknown) => void)[]>();
  readonly #tasks: { readonly ms: number; readonly task: () => void; dueMs: number }[] = [];
  #ids = 0;
  #seq = 0;

  constructor(
    flyers: readonly Flyer[],
    mode: CoordinationMode,
    tenantOf: (droneId: string) => string = () => 't',
  ) {
    this.flyers = flyers;
    this.#tenantOf = tenantOf;
    this.fleet = new Fleet({
      ...{
        hashSession: () => '0123456789abcdef',
        maxDrones: 99,
        channelAliveMs: 9e9,
        hybridPriority: 'first',
      },
    });
    this.operations = this.#open();
    const { airspace, coordination: events, avoidance: desk, conformance, newId } = this.operations;
    const parts = { fleet: this.fleet, airspace, events, desk, conformance, newId, mode };
    this.#coordinator = new Coordinator({ ...parts, clock: this.#clock() });
  }

  readonly #tenantOf: (droneId: string) => string;

  async seconds(count: number): Promise<void> {
    for (let second = 0; second < count; second += 1) {
      if (!this.isStopped) for (const flyer of this.flyers) this.#speak(flyer);
      for (let part = 0; part < 10; part += 1) await this.#part();
    }
  }

  async #part(): Promise<void> {
    this.nowMs += 100;
    for (const flyer of this.flyers) flyer.step();
    this.#measure();
    if (this.isStopped) return;
    this.#coordinator.turn();
    this.operations.ledger.flushed();
    for (const each of this.#tasks)
      if (this.nowMs >= each.dueMs) {
        each.dueMs = this.nowMs + each.ms;
        each.task();
      }
    await Promise.resolve();
  }

  /** As an operator’s request has it. */
  context(): CommandContext {
    const { operations, fleet } = this;
    return {
      ...{
        tenant: 't',
        actor: 'op',
        credential: {},
        boundDroneId: undefined,
        nowMs: this.nowMs,
        content: '',
      },
      ...{ elapsedMs: () => 1, requestId: undefined, may: () => true, connection: undefined },
      parts: { fleet, operations, degraded: () => [] },
    } as unknown as CommandContext;
  }

  #measure(): void {
    for (const [i, one] of this.flyers.entries())
      for (const other of this.flyers.slice(i + 1)) {
        const acrossM = Math.hypot(one.at.eastM - other.at.eastM, one.at.northM - other.at.northM);
        this.worst = Math.min(this.worst, Math.max(acrossM / 50, Math.abs(one.at.upM - other.at.upM) / 15));
      }
  }

  #speak({ droneId, at, velocity }: Flyer): void {
    this.#seq += 1;
    const tenant = this.#tenantOf(droneId);
    const { latitudeDeg, longitudeDeg, altitudeAmslM } = frame.toGeo(at);
    const speed = Math.hypot(velocity.eastMps, velocity.northMps);
    const heading = ((Math.atan2(velocity.eastMps, velocity.northMps) * 180) / Math.PI + 360) % 360;
    const message = {
      ...{ sessionId: 's', seq: this.#seq, timestamp: new Date(this.nowMs).toISOString() },
      drone: { id: droneId, status: 'flying', armed: true },
      position: {
        ...{ x: at.eastM, y: at.northM, z: at.upM },
        gps: { latitude: latitudeDeg, longitude: longitudeDeg, altitude: altitudeAmslM },
      },
      telemetry: { battery: 95, signal: 90, speed, heading },
    };
    const sample = toSample(message, { tenant, channel: 'websocket', receivedAtMs: this.nowMs, frame });
    const drone = this.fleet.meet(tenant, droneId);
    if (isRefusal(sample) || !drone) throw new Error(JSON.stringify(sample));
    drone.lastHeardMs = this.nowMs;
    this.fleet.update(drone, sample);
  }

  #clock(): Clock {
    return {
      ...{ now: () => this.nowMs, monotonic: () => this.nowMs },
      every: (ms, task) => {
        this.#tasks.push({ ms, task, dueMs: this.nowMs + ms });
        return () => undefined;
      },
    };
  }

  #open(): Operations {
    const clock = this.#clock();
    const bus: Bus = {
      publish: (subject, payload) => {
        if (subject === 'operator_push') this.told.push((payload as { message: object }).message as never);
        for (const listener of this.#listeners.get(subject) ?? []) listener(subject, payload);
      },
      subscribe: (subject, listener) => {
        this.#listeners.set(subject, [...(this.#listeners.get(subject) ?? []), listener]);
        return () => undefined;
      },
    };
    const journal = {
      append: (entry: JournalEntry) => this.journal.push(entry) - 1,
      state: () => ({ accepting: true, bytes: 0, quotaBytes: 1 }),
    } as unknown as Journal;
    const newId = () => {
      this.#ids += 1;
      return `id-${this.#ids}`;
    };
    const records = new Records({ journal, bus, clock });
    const { fleet } = this;
    const energy = new EnergyBook({ records, clock, fleet, bus });
    const airspace = new AirspaceDesk({
      ...{ fleet, records, bus, clock, energy, site: () => site },
      firstSeen: () => Promise.resolve(undefined),
    });
    const intents = new FlightIntents({ airspace, fleet, clock, bus });
    const ledger: CommandLedger = new CommandLedger({
      ...{ records, clock, bus, newId, epoch: 1, durable: () => this.journal.length },
      send: (tenant, droneId, order) => this.#send(ledger, tenant, droneId, order),
      hash: (text) => text.slice(0, 32),
      ...{ objection: () => undefined, isDone: () => false },
    });
    const parts = { records, ledger, airspace, intents, fleet, bus, clock, newId };
    const missions = new MissionDesk(parts);
    const coordination = new EventBook(parts);
    const conformance = new ConformanceBook();
    const avoidance = new AvoidanceDesk({ ...parts, missions });
    const shelf = { record: async () => undefined, records: async () => ({ items: [] }) };
    const more = {
      missions,
      energy,
      shelf,
      coordination,
      avoidance,
      conformance,
      confirmations: new Confirmations(newId),
    };
    return { ...parts, ...more, durable: () => Promise.resolve(true) } as unknown as Operations;
  }

  /** The answer comes by itself a little later. */
  #send(ledger: CommandLedger, tenant: string, droneId: string, order: OrderMessage): readonly 'websocket'[] {
    const result = this.flyers.find((flyer) => flyer.droneId === droneId)?.take(order) ?? 'denied';
    void Promise.resolve().then(() => ledger.hear({ tenant, commandId: order.commandId, droneId, result }));
    return ['websocket'];
  }

  /** What the journal holds of events, newest last. */
  kept(): readonly StateRecord[] {
    const all = this.journal.map(
      ({ payload }) => fromRecordValue(JSON.parse(payload as string)) as StateRecord,
    );
    return all.filter(({ kind }) => kind === 'coordination_event');
  }
}
