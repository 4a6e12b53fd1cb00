import { createHash, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  AirspaceDesk,
  AvoidanceDesk,
  ChargingBook,
  CommandLedger,
  type CommandRecord,
  Confirmations,
  ConformanceBook,
  createSiteFinder,
  type DroneState,
  EnergyBook,
  EventBook,
  type Fleet,
  FlightIntents,
  type GeoPoint,
  type Home,
  isOnGround,
  isRefusal,
  MissionCarrier,
  MissionDesk,
  type Operations,
  pushToOperators,
  Records,
  type StateRecord,
  type Store,
  type Terrain,
  toCommandPushes,
  toSample,
  type VehicleWord,
} from '@skein/core';
import { srtmSigmaM } from './adapters/elevation/srtm.ts';
import type { Line } from './transports/line.ts';

export interface OperationsOptions {
  readonly line: Line;
  readonly store: Store;
  /** What the store and the journal's tail knew of before this start. */
  readonly restored: readonly StateRecord[];
  readonly siteOrigin: GeoPoint | undefined;
  readonly terrain: Terrain | undefined;
  /** The credential by which it was ordered is good no longer. */
  readonly hasEnded: (command: CommandRecord) => boolean;
}

export interface OpenedOperations extends Operations {
  readonly charging: ChargingBook;
  readonly close: () => void;
}

const ENDED = 'the credential by which it was ordered has ended';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The command ledger, the airspace and the missions, put together: with the vehicles, the journal, the operators. */
export function openOperations({
  line,
  store,
  restored,
  siteOrigin,
  terrain,
  hasEnded,
}: OperationsOptions): OpenedOperations {
  const { clock, parts, links, disk, fleet } = line;
  const { bus, journal } = parts;
  const records = new Records({ journal, bus, clock });
  for (const record of restored) records.restore(record);
  const site = createSiteFinder({ origin: siteOrigin, terrain }, fleet);
  const energy = new EnergyBook({ records, clock, fleet, bus });
  const airspace = new AirspaceDesk({
    energy,
    fleet,
    records,
    bus,
    clock,
    site,
    ...(terrain && { measured: { terrain, sigmaM: srtmSigmaM } }),
    firstSeen: (drone) => firstSeen(store, drone),
  });
  const intents = new FlightIntents({ airspace, fleet, clock, bus });
  const ledger = new CommandLedger({
    ...{ records, clock, bus, hash, newId: randomUUID, epoch: nextEpoch(records) },
    durable: () => journal.durable,
    send: (tenant, droneId, order) => links.send(tenant, droneId, order),
    objection: (command) => (hasEnded(command) ? ENDED : intents.objection(command)),
    isDone: (command) => isDone(fleet, command),
  });
  const deskParts = { records, ledger, airspace, intents, fleet, bus, clock, newId: randomUUID };
  const missions = new MissionDesk(deskParts);
  const carrier = new MissionCarrier({ ...deskParts, missions });
  const avoidance = new AvoidanceDesk({ ...deskParts, missions });
  const stops = [
    bus.subscribe('order_answer', (_subject, word) => ledger.hear(word as VehicleWord)),
    bus.subscribe('command', (_subject, command) => tell(bus, command as CommandRecord)),
  ];
  links.onAttached((tenant, droneId) => ledger.reach(tenant, droneId));
  journal.onDurable(() => ledger.flushed());
  return {
    ...{ ledger, records, shelf: store, airspace, energy, intents, missions, avoidance, newId: randomUUID },
    charging: new ChargingBook({ records, newId: randomUUID }),
    coordination: new EventBook(deskParts),
    conformance: new ConformanceBook(),
    confirmations: new Confirmations(randomUUID),
    pause: () => setImmediate(),
    durable: (position, timeoutMs) =>
      position < 0 ? Promise.resolve(true) : disk.reached(position, timeoutMs),
    close: () => {
      for (const stop of stops) stop();
      for (const part of [avoidance, carrier, ledger, intents, airspace, energy]) part.close();
    },
  };
}

/** Each life of the server has a number of its own, higher than all before: orders of an earlier one are refused. */
function nextEpoch(records: Records): number {
  const change = { kind: 'epoch', tenant: 'default', id: 'server', state: 'running', data: {} } as const;
  return records.put(change).record.version;
}

/** What telemetry that is newer than the order shows: on the ground is landed. */
function isDone(
  fleet: Fleet,
  { tenant, droneId, command, sentAtMs = Number.POSITIVE_INFINITY }: CommandRecord,
): boolean {
  if (command !== 'land' && command !== 'emergency_land') return false;
  const drone = fleet.find(tenant, droneId);
  return drone?.latest !== undefined && drone.lastHeardMs > sentAtMs && isOnGround(drone);
}

function tell(bus: Line['parts']['bus'], command: CommandRecord): void {
  const { tenant, droneId } = command;
  for (const message of toCommandPushes(command)) {
    const actor = message.type === 'command_update' ? command.actor : undefined;
    pushToOperators(bus, { tenant, class: 'kept', droneId, actor, message });
  }
}

const HOME_SEARCH_MS = 24 * 3_600_000;

/** Where a drone was when it was first heard within a day: as good a home as can be told of one that was never seen down. */
async function firstSeen(
  store: Store,
  { tenant, droneId, lastHeardMs }: DroneState,
): Promise<Home | undefined> {
  const query = {
    tenant,
    droneId,
    fromUs: (lastHeardMs - HOME_SEARCH_MS) * 1000,
    limit: 1,
    order: 'oldest',
  } as const;
  const page = await store.telemetry(query);
  const [first] = page.items;
  const sample =
    first && toSample(first.data, { tenant, channel: first.channel, receivedAtMs: first.receivedAtMs });
  if (!sample || isRefusal(sample)) return undefined;
  const { latitudeDeg, longitudeDeg, altitudeAmslM, upM } = sample;
  const groundAmslM = Number.isFinite(upM) ? altitudeAmslM - Math.max(0, upM) : altitudeAmslM;
  const place = { latitudeDeg, longitudeDeg, altitudeAmslM: groundAmslM };
  return Number.isFinite(latitudeDeg + longitudeDeg + groundAmslM) ? { place, assumed: true } : undefined;
}
