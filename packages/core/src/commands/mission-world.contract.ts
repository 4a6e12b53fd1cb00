import { isRefusal } from '../errors.ts';
import { Fleet } from '../fleet/fleet.ts';
import { createFlatTerrain } from '../geo/terrain.ts';
import { createLocalFrame } from '../geo/wgs84.ts';
import { fromRecordValue, type StateRecord } from '../messages/state-record.ts';
import { toSample } from '../messages/telemetry.ts';
import type { Bus, Clock, Journal, JournalEntry } from '../ports.ts';
import { Records } from '../records.ts';
import { AirspaceDesk } from './airspace/airspace-desk.ts';
import { ConformanceBook } from './airspace/conformance-book.ts';
import { EnergyBook } from './airspace/energy-book.ts';
import { FlightIntents } from './airspace/flight-intents.ts';
import type { CommandContext } from './command.ts';
import { Confirmations } from './confirmations.ts';
import { AvoidanceDesk } from './coordination/avoidance-desk.ts';
import { EventBook } from './coordination/event-book.ts';
import { CommandLedger } from './ledger/ledger.ts';
import type { VehicleWord } from './ledger/vehicle-word.ts';
import { MissionCarrier } from './mission-carrier.ts';
import { MissionDesk } from './mission-desk.ts';
import { TestVehicle } from './mission-vehicle.contract.ts';
import type { Operations } from './operations.ts';

const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
const site = { frame, terrain: createFlatTerrain(400) };

/** A server with vehicles: time passes on demand, the wire loses what it is told to, and the process can die at any record. */
export class MissionWorld {
  nowMs = 1_764_000_000_000;
  readonly journal: JournalEntry[] = [];
  /** Records before this one are on disk. */
  durable = 0;
  readonly vehicles: readonly TestVehicle[];
  readonly told: Readonly<Record<string, unknown>>[] = [];
  /** The next word up or down is lost. */
  losesOrder = false;
  losesAnswer = false;
  isSilent = false;
  operations!: Operations;
  fleet!: Fleet;
  #epoch = 0;
  #seq = 0;
  #ids = 0;
  #waiting: VehicleWord[] = [];
  #tasks: { readonly ms: number; readonly task: () => void; dueMs: number }[] = [];
  #listeners = new Map<string, ((subject: string, payload: unknown) => void)[]>();

  constructor(vehicles = 2) {
    this.vehicles = Array.from({ length: vehicles }, (_none, i) => new TestVehicle(`d${i + 1}`, i * 500));
    this.#open();
  }

  /** The process dies; of what was not on disk yet the first `kept` records are. */
  kill(kept = 0): void {
    this.journal.length = Math.min(this.journal.length, this.durable + kept);
    this.durable = this.journal.length;
    this.#waiting = [];
    this.#open();
  }

  /** The journal is flushed. */
  flush(): void {
    this.durable = this.journal.length;
    this.operations.ledger.flushed();
  }

  /** One second: orders arrive, vehicles fly, speak and are heard. */
  async second(): Promise<void> {
    for (let part = 0; part < 20; part += 1) {
      this.nowMs += 50;
      if (part % 4 === 0) this.flush();
      const words = this.#waiting.splice(0);
      for (const word of words) this.operations.ledger.hear(word);
      for (const each of this.#tasks)
        if (this.nowMs >= each.dueMs) {
          each.dueMs += each.ms;
          each.task();
        }
      await Promise.resolve();
    }
    for (const vehicle of this.vehicles) vehicle.fly();
    if (!this.isSilent) for (const vehicle of this.vehicles) this.#speak(vehicle);
  }

  context(requestId?: string): CommandContext {
    const { operations, fleet } = this;
    return {
      ...{ tenant: 't', actor: 'op', credential: undefined, boundDroneId: undefined, nowMs: this.nowMs },
      ...{ elapsedMs: () => 1, requestId, content: requestId ?? '', may: () => true, connection: undefined },
      parts: { fleet, operations, degraded: () => [] },
    } as unknown as CommandContext;
  }

  #speak(vehicle: TestVehicle): void {
    this.#seq += 1;
    const origin = { tenant: 't', channel: 'websocket', receivedAtMs: this.nowMs, frame } as const;
    const sample = toSample(vehicle.message(this.nowMs, this.#seq), origin);
    const drone = this.fleet.meet('t', vehicle.droneId);
    if (isRefusal(sample) || !drone) throw new Error(JSON.stringify(sample));
    drone.lastHeardMs = this.nowMs;
    this.fleet.update(drone, sample);
    for (const listener of this.#listeners.get('sample') ?? []) listener('sample', sample);
  }

  #open(): void {
    this.#epoch += 1;
    this.#tasks = [];
    this.#listeners = new Map();
    this.fleet = new Fleet({
      hashSession: () => '0123456789abcdef',
      maxDrones: 9,
      channelAliveMs: 9e9,
      hybridPriority: 'first',
    });
    const clock: Clock = {
      ...{ now: () => this.nowMs, monotonic: () => this.nowMs },
      every: (ms, task) => {
        this.#tasks.push({ ms, task, dueMs: this.nowMs + ms });
        return () => undefined;
      },
    };
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
    const records = new Records({ journal, bus, clock });
    for (const { payload } of this.journal)
      records.restore(fromRecordValue(JSON.parse(payload as string)) as StateRecord);
    this.operations = this.#operations({ records, bus, clock });
    for (const vehicle of this.vehicles) this.#speak(vehicle);
  }

  #operations({ records, bus, clock }: { records: Records; bus: Bus; clock: Clock }): Operations {
    const { fleet } = this;
    const newId = () => {
      this.#ids += 1;
      return `id-${this.#ids}`;
    };
    const energy = new EnergyBook({ records, clock, fleet, bus });
    const airspace = new AirspaceDesk({
      ...{ fleet, records, bus, clock, energy, site: () => site },
      firstSeen: () => Promise.resolve(undefined),
    });
    const intents = new FlightIntents({ airspace, fleet, clock, bus });
    const ledger = new CommandLedger({
      ...{ records, clock, bus, newId, epoch: this.#epoch, durable: () => this.durable },
      send: (_tenant, droneId, order) => this.#send(droneId, order),
      hash: (text) =>
        `h${[...text].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0, 7)}-${text.length}`,
      objection: (command) => intents.objection(command),
      isDone: () => false,
    });
    const parts = { records, ledger, airspace, intents, fleet, bus, clock, newId };
    const missions = new MissionDesk(parts);
    new MissionCarrier({ ...parts, missions });
    const shelf = { record: async () => undefined, records: async () => ({ items: [] }) };
    const durable = () => Promise.resolve(true);
    const pause = () => Promise.resolve();
    const confirmations = new Confirmations(newId);
    const coordination = new EventBook(parts);
    const conformance = new ConformanceBook();
    const avoidance = new AvoidanceDesk({ ...parts, missions });
    const desks = { missions, energy, coordination, avoidance, conformance };
    return { ...parts, ...desks, shelf, durable, pause, confirmations } as unknown as Operations;
  }

  #send(droneId: string, order: Parameters<TestVehicle['take']>[0]): readonly 'websocket'[] {
    if (this.isSilent) return [];
    const isLost = this.losesOrder;
    this.losesOrder = false;
    if (isLost) return ['websocket'];
    const word = (this.vehicles.find((each) => each.droneId === droneId) as TestVehicle).take(order);
    if (!this.losesAnswer) this.#waiting.push(word);
    this.losesAnswer = false;
    return ['websocket'];
  }
}
