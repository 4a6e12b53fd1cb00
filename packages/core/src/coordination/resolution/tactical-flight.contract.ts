/** Vehicles that fly what they are told each second, with the acceleration that they have. */
import { type SeparationMinima, severityOf } from '../../geo/cylinder-conflict.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { type AirMotion, type AirVelocity, moveTowards } from './air-motion.ts';
import { defaultAirLimits, stepTactically, type TacticalMemory } from './tactical-step.ts';

export interface Flyer extends AirMotion {
  readonly goal: Enu;
  readonly cruiseMps: number;
  /** Flies straight on whatever happens. */
  readonly isDeaf?: boolean;
}

export interface FlightOutcome {
  /** Of any pair at any time: below 1 separation was lost. */
  readonly worstSeverity: number;
  readonly losses: number;
  readonly arrivedS: readonly (number | undefined)[];
}

export interface FlightSetting {
  readonly minima: SeparationMinima;
  readonly bufferFactor: number;
  readonly untilS: number;
}

const STEP_S = 0.1;
const ARRIVED_M = 10;

function wishOf(flyer: Flyer): AirVelocity {
  const [dEastM, dNorthM, dUpM] = [
    flyer.goal.eastM - flyer.eastM,
    flyer.goal.northM - flyer.northM,
    flyer.goal.upM - flyer.upM,
  ];
  const awayM = Math.hypot(dEastM, dNorthM);
  const speedMps = Math.min(flyer.cruiseMps, Math.sqrt(2 * 2 * awayM));
  const scale = awayM > 0 ? speedMps / awayM : 0;
  const leftS = Math.max(awayM / flyer.cruiseMps, 2);
  const upMps = Math.max(-3, Math.min(3, dUpM / leftS));
  return { eastMps: dEastM * scale, northMps: dNorthM * scale, upMps };
}

export function fly(start: readonly Flyer[], setting: FlightSetting): FlightOutcome {
  let flyers = start;
  let commands: readonly AirVelocity[] = [];
  const memories = new Map<string, TacticalMemory>();
  const arrivedS: (number | undefined)[] = start.map(() => undefined);
  const lost = new Set<string>();
  let worstSeverity = Number.POSITIVE_INFINITY;
  const steps = Math.round(setting.untilS / STEP_S);
  const cycle = Math.round(1 / STEP_S);
  for (let step = 0; step < steps && arrivedS.includes(undefined); step += 1) {
    const isAloft = (at: number) => arrivedS[at] === undefined;
    const aloft = flyers.filter((_, at) => isAloft(at));
    if (step % cycle === 0) commands = flyers.map((flyer) => commandOf(flyer, aloft, setting, memories));
    flyers = flyers.map((flyer, at) =>
      isAloft(at) ? moveTowards(flyer, commands[at] as AirVelocity, defaultAirLimits, STEP_S) : flyer,
    );
    for (const [severity, pair] of severitiesOf(
      flyers.filter((_, at) => isAloft(at)),
      setting.minima,
    )) {
      if (severity < 1) lost.add(pair);
      worstSeverity = Math.min(worstSeverity, severity);
    }
    for (const [at, flyer] of flyers.entries()) {
      const awayM = Math.hypot(flyer.goal.eastM - flyer.eastM, flyer.goal.northM - flyer.northM);
      if (awayM < ARRIVED_M) arrivedS[at] ??= step * STEP_S;
    }
  }
  return { worstSeverity, losses: lost.size, arrivedS };
}

function commandOf(
  flyer: Flyer,
  aloft: readonly Flyer[],
  { minima, bufferFactor }: FlightSetting,
  memories: Map<string, TacticalMemory>,
): AirVelocity {
  const wish = wishOf(flyer);
  if (flyer.isDeaf) return wish;
  const memory = memories.get(flyer.id);
  const others = aloft.map((other) => ({ ...other, isCooperative: !other.isDeaf }));
  const options = { minima, bufferFactor, ...(memory && { memory }) };
  const command = stepTactically({ ...flyer, wish }, others, options);
  memories.set(flyer.id, command.memory);
  return command.velocity;
}

function* severitiesOf(flyers: readonly Flyer[], minima: SeparationMinima): Iterable<[number, string]> {
  for (const [at, flyer] of flyers.entries())
    for (const other of flyers.slice(0, at)) {
      const horizontalM = Math.hypot(flyer.eastM - other.eastM, flyer.northM - other.northM);
      const verticalM = Math.abs(flyer.upM - other.upM);
      yield [severityOf({ horizontalM, verticalM }, minima), `${other.id} ${flyer.id}`];
    }
}
