import type { Sample } from '../../messages/sample.ts';

/** What telemetry shows of charging. An absent number is NaN. */
export type ChargeSample = Pick<Sample, 'timeUs' | 'batteryPct' | 'groundSpeedMps' | 'status' | 'armed'>;

/** A time on the charger, or a pack exchanged while nobody looked. */
export interface ChargeSession {
  readonly kind: 'charge' | 'swap';
  readonly startUs: number;
  readonly endUs: number;
  readonly startPct: number;
  readonly endPct: number;
}

/**
 * Finds sessions in telemetry: the battery rises while the drone is on the ground.
 *
 *   resting ── risen by 3 %, or says `charging` ──► charging ── flies, falls, or rests 10 min ──► resting + session
 *      └────── 10 % more at one step ──► resting + swap
 *
 * Mutable: the drone's telemetry is its one writer.
 */
export interface ChargeWatch {
  state: 'resting' | 'charging';
  lastUs: number;
  lastPct: number;
  /** Resting: the lowest reading since the ground was reached. Charging: where the session began. */
  lowUs: number;
  lowPct: number;
  /** Charging: the highest reading, and when it was first reached. */
  highUs: number;
  highPct: number;
}

/** Packs recover a little when the load is gone, and gauges flicker: less is no charging. */
const RISE_PCT = 3;
const FALL_PCT = 1;
const SWAP_PCT = 10;
/** No charger fills so fast, per minute (10 C). */
const FASTEST_PCT_PER_MIN = 17;
const IDLE_US = 600e6;
const STANDING_MPS = 0.5;
const US_PER_MIN = 60e6;

const FLYING = new Set([
  ...['takeoff', 'taking_off', 'flying', 'in_flight', 'hover', 'hovering', 'hold', 'holding', 'loiter'],
  ...['mission', 'returning', 'return_to_base', 'rtl', 'landing', 'emergency_landing'],
]);

export const createChargeWatch = (): ChargeWatch => ({
  state: 'resting',
  lastUs: Number.NEGATIVE_INFINITY,
  lastPct: Number.NaN,
  lowUs: Number.NEGATIVE_INFINITY,
  lowPct: Number.NaN,
  highUs: Number.NEGATIVE_INFINITY,
  highPct: Number.NaN,
});

/** Takes a sample in; the session that ends with it, if one does. Late and broken samples change nothing. */
export function watchCharging(watch: ChargeWatch, sample: ChargeSample): ChargeSession | undefined {
  const { timeUs, batteryPct } = sample;
  if (!(timeUs > watch.lastUs && timeUs < Number.POSITIVE_INFINITY && batteryPct >= 0 && batteryPct <= 100))
    return undefined;
  const ended = watch.state === 'charging' ? keepCharging(watch, sample) : rest(watch, sample);
  watch.lastUs = timeUs;
  watch.lastPct = batteryPct;
  return ended;
}

function isOnGround({ groundSpeedMps, status, armed }: ChargeSample): boolean {
  if (status === 'charging') return true;
  return armed !== true && !(groundSpeedMps > STANDING_MPS) && !(status !== undefined && FLYING.has(status));
}

function rest(watch: ChargeWatch, sample: ChargeSample): ChargeSession | undefined {
  const { timeUs, batteryPct, status } = sample;
  const isFirst = Number.isNaN(watch.lastPct);
  const before = { startUs: watch.lastUs, startPct: watch.lastPct };
  if (!isOnGround(sample)) {
    setLow(watch, Number.POSITIVE_INFINITY, timeUs);
    return undefined;
  }
  if (!isFirst && isSwap(watch, sample)) {
    setLow(watch, batteryPct, timeUs);
    if (status === 'charging') begin(watch, timeUs, batteryPct);
    return { kind: 'swap', ...before, endUs: timeUs, endPct: batteryPct };
  }
  if (!(batteryPct > watch.lowPct)) setLow(watch, batteryPct, timeUs);
  if (status === 'charging' || batteryPct >= watch.lowPct + RISE_PCT) begin(watch, timeUs, batteryPct);
  return undefined;
}

/** More than any charger could have given since the last sample. */
function isSwap({ lastUs, lastPct }: ChargeWatch, { timeUs, batteryPct }: ChargeSample): boolean {
  const minutes = (timeUs - lastUs) / US_PER_MIN;
  return batteryPct - lastPct >= Math.max(SWAP_PCT, FASTEST_PCT_PER_MIN * minutes);
}

function setLow(watch: ChargeWatch, pct: number, timeUs: number): void {
  watch.lowPct = pct;
  watch.lowUs = timeUs;
}

function begin(watch: ChargeWatch, timeUs: number, pct: number): void {
  watch.state = 'charging';
  watch.highPct = pct;
  watch.highUs = timeUs;
}

function keepCharging(watch: ChargeWatch, sample: ChargeSample): ChargeSession | undefined {
  const { timeUs, batteryPct, status } = sample;
  const goesOn =
    isOnGround(sample) &&
    batteryPct >= watch.highPct - FALL_PCT &&
    (status === 'charging' || timeUs - watch.highUs < IDLE_US);
  if (goesOn) {
    if (batteryPct > watch.highPct) begin(watch, timeUs, batteryPct);
    return undefined;
  }
  const session: ChargeSession = {
    kind: 'charge',
    startUs: watch.lowUs,
    endUs: watch.highUs,
    startPct: watch.lowPct,
    endPct: watch.highPct,
  };
  watch.state = 'resting';
  setLow(watch, isOnGround(sample) ? batteryPct : Number.POSITIVE_INFINITY, timeUs);
  // Said to be charging, but nothing came of it.
  return session.endPct > session.startPct ? session : undefined;
}
