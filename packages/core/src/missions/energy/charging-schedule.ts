import { type Refusal, refuse } from '../../errors.ts';
import { type Charger, chargingS } from './charging.ts';

export interface ChargeRequest {
  readonly droneId: string;
  readonly soc: number;
  readonly targetSoc: number;
  /** When it comes to the chargers, and when it is wanted again; seconds from now. */
  readonly readyS?: number;
  readonly dueS?: number;
}

/** A stretch of time that a drone is on a charger. */
export interface ChargeSlot {
  readonly droneId: string;
  readonly charger: number;
  readonly startS: number;
  readonly endS: number;
  readonly fromSoc: number;
  readonly toSoc: number;
}

export interface ChargeSchedule {
  readonly slots: readonly ChargeSlot[];
  readonly endS: number;
  /** No schedule at all ends before: the chargers' share of all work, and the longest single drone. */
  readonly lowerBoundS: number;
  /** Drones that are not ready when they are wanted, with the seconds they are late. */
  readonly late: readonly { readonly droneId: string; readonly lateS: number }[];
}

const MAX_REQUESTS = 2000;
const MAX_CHARGERS = 1000;
/** Here a drone gives its charger up while others are emptier: the rest goes slowly anyway. */
const PREEMPT_SOC = 0.8;

/** One uninterruptible piece of a drone's charging; the second piece waits for the first. */
interface Piece {
  readonly droneId: string;
  readonly order: number;
  readonly fromSoc: number;
  readonly toSoc: number;
  readonly seconds: number;
  readonly isTopUp: boolean;
  readonly dueS: number;
  readonly next: Piece | undefined;
  readyS: number;
}

/**
 * Many drones on identical chargers by list scheduling: no charger idles while a drone waits; earliest due first, then
 * longest first, and topping up beyond 80 % only after whoever is below. It ends within 2 − 1/m of the optimum (Graham
 * 1969, list scheduling with chains). A target of 1 is never reached by a plug and is refused.
 */
export function scheduleCharging(
  charger: Charger,
  chargers: number,
  requests: readonly ChargeRequest[],
): ChargeSchedule | Refusal {
  const refusal = refuseRequests(charger, chargers, requests);
  if (refusal) return refusal;
  const waiting = requests
    .map((request, k) => toPieces(charger, request, k))
    .filter(({ seconds }) => seconds > 0);
  const work = waiting.flatMap((piece) => (piece.next ? [piece, piece.next] : [piece]));
  const freeS = new Float64Array(chargers);
  const slots: ChargeSlot[] = [];
  while (waiting.length > 0) {
    const at = earliest(freeS);
    const piece = takeNext(waiting, freeS[at] as number);
    const startS = Math.max(freeS[at] as number, piece.readyS);
    const endS = startS + piece.seconds;
    freeS[at] = endS;
    slots.push({
      droneId: piece.droneId,
      charger: at,
      startS,
      endS,
      fromSoc: piece.fromSoc,
      toSoc: piece.toSoc,
    });
    if (piece.next) waiting.push({ ...piece.next, readyS: endS });
  }
  return {
    slots,
    endS: slots.reduce((end, slot) => Math.max(end, slot.endS), 0),
    lowerBoundS: toLowerBound(work, chargers),
    late: findLate(requests, slots),
  };
}

function toPieces(charger: Charger, request: ChargeRequest, order: number): Piece {
  const { droneId, soc, targetSoc, readyS = 0, dueS = Number.POSITIVE_INFINITY } = request;
  const piece = (fromSoc: number, toSoc: number, next?: Piece): Piece => ({
    droneId,
    order,
    fromSoc,
    toSoc,
    seconds: chargingS(charger, fromSoc, toSoc),
    isTopUp: charger.kind === 'plug' && fromSoc >= PREEMPT_SOC,
    dueS,
    next,
    readyS,
  });
  const isSplit = charger.kind === 'plug' && soc < PREEMPT_SOC && targetSoc > PREEMPT_SOC;
  return isSplit ? piece(soc, PREEMPT_SOC, piece(PREEMPT_SOC, targetSoc)) : piece(soc, targetSoc);
}

function earliest(freeS: Float64Array): number {
  let best = 0;
  for (let k = 1; k < freeS.length; k++) if ((freeS[k] as number) < (freeS[best] as number)) best = k;
  return best;
}

/** The most urgent that is there; when none is, the one that comes first. */
function takeNext(waiting: Piece[], nowS: number): Piece {
  let best = 0;
  for (let k = 1; k < waiting.length; k++)
    if (goesBefore(waiting[k] as Piece, waiting[best] as Piece, nowS)) best = k;
  return waiting.splice(best, 1)[0] as Piece;
}

function goesBefore(a: Piece, b: Piece, nowS: number): boolean {
  const [waitA, waitB] = [Math.max(a.readyS, nowS), Math.max(b.readyS, nowS)];
  if (waitA !== waitB) return waitA < waitB;
  if (a.isTopUp !== b.isTopUp) return b.isTopUp;
  if (a.dueS !== b.dueS) return a.dueS < b.dueS;
  return a.seconds === b.seconds ? a.order < b.order : a.seconds > b.seconds;
}

function toLowerBound(work: readonly Piece[], chargers: number): number {
  const total = work.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = work.reduce(
    (most, { readyS, seconds, next }) => Math.max(most, readyS + seconds + (next?.seconds ?? 0)),
    0,
  );
  const first = work.reduce((least, { readyS }) => Math.min(least, readyS), Number.POSITIVE_INFINITY);
  return work.length === 0 ? 0 : Math.max(first + total / chargers, longest);
}

function findLate(requests: readonly ChargeRequest[], slots: readonly ChargeSlot[]) {
  const readyAtS = new Map<string, number>();
  for (const { droneId, endS } of slots) readyAtS.set(droneId, Math.max(endS, readyAtS.get(droneId) ?? 0));
  return requests.flatMap(({ droneId, readyS = 0, dueS = Number.POSITIVE_INFINITY }) => {
    const lateS = (readyAtS.get(droneId) ?? readyS) - dueS;
    return lateS > 0 ? [{ droneId, lateS }] : [];
  });
}

function refuseRequests(
  charger: Charger,
  chargers: number,
  requests: readonly ChargeRequest[],
): Refusal | undefined {
  const no = (field: string, reason: string): Refusal => refuse('VALIDATION_ERROR', { field, reason });
  if (!(Number.isInteger(chargers) && chargers >= 1 && chargers <= MAX_CHARGERS))
    return no('chargers', `expected 1 to ${MAX_CHARGERS}`);
  if (requests.length > MAX_REQUESTS) return no('requests', `more than ${MAX_REQUESTS}`);
  if (new Set(requests.map(({ droneId }) => droneId)).size < requests.length)
    return no('requests', 'a drone asks twice');
  for (const [k, { soc, targetSoc, readyS = 0, dueS = 0 }] of requests.entries()) {
    if (!(soc >= 0 && soc <= 1)) return no(`requests.${k}.soc`, 'expected 0 to 1');
    if (!(targetSoc >= 0 && Number.isFinite(chargingS(charger, soc, targetSoc))))
      return no(`requests.${k}.targetSoc`, 'expected 0 to below 1');
    if (!(readyS >= 0 && Number.isFinite(readyS) && dueS >= 0))
      return no(`requests.${k}`, 'a time before now');
  }
  return undefined;
}
