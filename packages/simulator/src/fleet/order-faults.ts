import type { OrderOutcome } from '@skein/client';
import { ORDER_RESULTS, type OrderResult } from '@skein/core';
import { gaussian, uniform } from '../physics/random.ts';

/** What goes wrong with orders on demand: late answers, refusals, losses, and a crash between effect and answer. */

export interface OrderFaults {
  /** Ids of those meant. Absent: every drone that no other entry names. */
  readonly drones?: readonly string[];
  /** Median of the time an answer takes, ms; lognormal. Default 0: at once. */
  readonly ackLatencyMs?: number;
  /** Standard deviation of that time's logarithm. Default 0.5. */
  readonly ackLatencySigma?: number;
  /** Probability that the vehicle refuses an order that it could obey: of all, or by command. */
  readonly refuse?: number | Readonly<Record<string, number>>;
  /** The word for it. Default temporarily_rejected. */
  readonly refuseWith?: OrderResult;
  /** Probability that an order never arrives. */
  readonly loseOrders?: number;
  /** Probability that an answer never arrives. */
  readonly loseAcks?: number;
  /** Probability that a word about progress never arrives, the last one too. */
  readonly loseProgress?: number;
  /** Probability that the drone's computer crashes between an order's effect and the answer. */
  readonly crash?: number;
  /** How long it is silent then, s. The autopilot flies on. Default 5. */
  readonly crashS?: number;
}

/** The draws: of one seed the same, drone by drone and order by order. */
export interface OrderChance {
  losesOrder(i: number): boolean;
  losesAck(i: number): boolean;
  losesProgress(i: number): boolean;
  crashes(i: number): boolean;
  /** How long the drone is silent after a crash, ms. */
  crashMs(i: number): number;
  ackDelayMs(i: number): number;
  refusal(i: number, command: string): OrderOutcome | undefined;
}

const STREAM = { order: 0x6100, ack: 0x6101, progress: 0x6102, crash: 0x6103, delay: 0x6104, refuse: 0x6105 };
type Draw = keyof typeof STREAM;

/** Throws a RangeError that names the option when one cannot work. `keys` are the drones' own randomness. */
export function createOrderChance(
  faults: readonly OrderFaults[],
  ids: readonly string[],
  keys: Int32Array,
): OrderChance {
  for (const entry of faults) checkFaults(entry, ids);
  const general = faults.findLast(({ drones }) => drones === undefined);
  const named = new Map(faults.flatMap((entry) => (entry.drones ?? []).map((id) => [id, entry] as const)));
  const entryOf = (i: number): OrderFaults | undefined => named.get(ids[i] as string) ?? general;
  const drawn = new Map<number, number>();
  const next = (i: number): number => {
    const n = drawn.get(i) ?? 0;
    drawn.set(i, n + 1);
    return n;
  };
  const happens = (i: number, draw: Draw, probability = 0): boolean =>
    probability > 0 && uniform(keys[i] as number, next(i), STREAM[draw]) < probability;
  return {
    losesOrder: (i) => happens(i, 'order', entryOf(i)?.loseOrders),
    losesAck: (i) => happens(i, 'ack', entryOf(i)?.loseAcks),
    losesProgress: (i) => happens(i, 'progress', entryOf(i)?.loseProgress),
    crashes: (i) => happens(i, 'crash', entryOf(i)?.crash),
    crashMs: (i) => (entryOf(i)?.crashS ?? 5) * 1000,
    ackDelayMs: (i) => {
      const { ackLatencyMs = 0, ackLatencySigma = 0.5 } = entryOf(i) ?? {};
      if (ackLatencyMs === 0) return 0;
      return ackLatencyMs * Math.exp(ackLatencySigma * gaussian(keys[i] as number, next(i), STREAM.delay));
    },
    refusal: (i, command) => {
      const { refuse = 0, refuseWith = 'temporarily_rejected' } = entryOf(i) ?? {};
      const probability = typeof refuse === 'number' ? refuse : ownNumber(refuse, command);
      if (!happens(i, 'refuse', probability)) return undefined;
      return { result: refuseWith, message: 'refused on demand' };
    },
  };
}

const ownNumber = (of: Readonly<Record<string, number>>, name: string): number =>
  Object.hasOwn(of, name) ? (of[name] as number) : 0;

const PROBABILITIES = ['loseOrders', 'loseAcks', 'loseProgress', 'crash'] as const;

function checkFaults(faults: OrderFaults, ids: readonly string[]): void {
  const { refuse = 0, ackLatencyMs = 0, ackLatencySigma = 0.5, crashS = 5, drones = [] } = faults;
  const refusals = typeof refuse === 'number' ? { refuse } : refuse;
  const probabilities = Object.entries(refusals).map(([name, value]): [string, number] => [
    `refuse ${name}`,
    value,
  ]);
  for (const name of PROBABILITIES) probabilities.push([name, faults[name] ?? 0]);
  for (const [name, value] of probabilities)
    check(value >= 0 && value <= 1, `orderFaults: ${name} must be 0 to 1`);
  check(ackLatencyMs >= 0 && ackLatencyMs <= 3_600_000, 'orderFaults: ackLatencyMs must be 0 to 3 600 000');
  check(ackLatencySigma >= 0 && ackLatencySigma <= 5, 'orderFaults: ackLatencySigma must be 0 to 5');
  check(crashS > 0 && crashS <= 3600, 'orderFaults: crashS must be above 0, at most 3600');
  const { refuseWith = 'denied' } = faults;
  const isRefusal = ORDER_RESULTS.includes(refuseWith) && !['accepted', 'in_progress'].includes(refuseWith);
  check(isRefusal, `orderFaults: refuseWith ${refuseWith} is no refusal`);
  const known = new Set(ids);
  for (const id of drones) check(known.has(id), `orderFaults: no drone ${id}`);
}

function check(good: boolean, message: string): void {
  if (!good) throw new RangeError(message);
}
