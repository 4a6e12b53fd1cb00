/** Every scenario by its name. */
import { profileRoute } from '@skein/core';
import { toKey, uniform } from '../physics/random.ts';
import * as crossing from './crossing-scenarios.ts';
import { ENCOUNTERS, type Encounter, encounters } from './encounters.ts';
import { type AirFlight, type AirScenario, planLimits } from './scenario.ts';
import { steadyState } from './steady-state.ts';

export interface ScenarioKind {
  readonly summary: string;
  /** What its number is, from the least to the most; a scenario without one takes none. */
  readonly size?: { readonly of: string; readonly min: number; readonly max: number; readonly usual: number };
  readonly create: (size: number, seed: number) => readonly AirFlight[];
  /** New flights ask to start until then; absent: all at the begin. */
  readonly durationS?: number;
}

const MAX_DRONES = 256;
const STEADY_S = 1800;
const SHAKE_M = 2;
const drones = (min: number, usual: number) => ({ of: 'drones', min, max: MAX_DRONES, usual });

export const scenarioKinds: Readonly<Record<string, ScenarioKind>> = {
  SIMPLE: { summary: 'two at right angles', create: crossing.simple },
  SUPER: {
    summary: 'on a circle, all through the middle at once',
    size: drones(2, 16),
    create: crossing.superconflict,
  },
  SPHERE: {
    summary: 'the circle in three layers, changing layers',
    size: drones(3, 24),
    create: crossing.sphere,
  },
  WALL: { summary: 'one against a row side by side', size: drones(2, 21), create: crossing.wall },
  ROW: { summary: 'two rows at right angles', size: drones(2, 16), create: crossing.row },
  COLUMN: { summary: 'two columns at right angles', size: drones(2, 16), create: crossing.column },
  MATRIX: {
    summary: 'from all four sides, head-on in every lane',
    size: drones(4, 32),
    create: crossing.matrix,
  },
  FLOOR: { summary: 'half a carpet, half climbing through it', size: drones(2, 32), create: crossing.floor },
  TAKEOVER: {
    summary: 'one behind another, the last the fastest',
    size: drones(2, 8),
    create: crossing.takeover,
  },
  FUNNEL: {
    summary: 'from a quarter of a circle through one gate',
    size: drones(2, 16),
    create: crossing.funnel,
  },
  RANDOM: {
    summary: 'flights from pad to pad over 4 km², half an hour',
    size: { of: 'drones in the air per km²', min: 1, max: 50, usual: 25 },
    create: (size, seed) => steadyState(size, STEADY_S, seed),
    durationS: STEADY_S,
  },
  ...Object.fromEntries(ENCOUNTERS.map((kind) => [`PAIRS-${kind.toUpperCase()}`, pairsOf(kind)])),
};

function pairsOf(kind: Encounter): ScenarioKind {
  return {
    summary: `pairs that meet: ${kind}`,
    size: { of: 'pairs', min: 1, max: MAX_DRONES / 2, usual: 60 },
    create: (size, seed) => encounters(kind, size, seed),
  };
}

/** All drawing of chance in it follows from the seed. Throws RangeError for what is no scenario, with what could be. */
export function createScenario(kindName: string, size: number | undefined, seed: number): AirScenario {
  const kind = scenarioKinds[kindName];
  if (kind === undefined)
    throw new RangeError(
      `no scenario ${JSON.stringify(kindName)}: there are ${Object.keys(scenarioKinds).join(', ')}`,
    );
  const number = sizeOf(kindName, kind, size);
  const made = kind.create(number ?? 0, seed);
  const flights =
    kind.durationS === undefined ? made.map((flight, at) => shake(flight, toKey(seed, at), seed)) : made;
  const lastS = Math.max(...flights.map((flight) => flight.startS + straightDurationS(flight)));
  return {
    name: number === undefined ? kindName : `${kindName} ${number}`,
    flights,
    untilS: kind.durationS ?? 3 * lastS + 120,
  };
}

function sizeOf(name: string, { size }: ScenarioKind, asked: number | undefined): number | undefined {
  if (size === undefined) {
    if (asked === undefined) return undefined;
    throw new RangeError(`${name} takes no number`);
  }
  const { of, min, max, usual } = size;
  const number = asked ?? usual;
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new RangeError(`${name} ${number}: expected ${min} to ${max} ${of}`);
}

/** Starts up to 2 m from where the scenario has it; seed 0 is exact. */
function shake(flight: AirFlight, key: number, seed: number): AirFlight {
  if (seed === 0) return flight;
  const { eastM, northM, upM } = flight.start;
  const off = (stream: number) => SHAKE_M * (2 * uniform(key, 0, stream) - 1);
  return { ...flight, start: { eastM: eastM + off(300), northM: northM + off(301), upM } };
}

function straightDurationS(flight: AirFlight): number {
  const profile = profileRoute({ ...flight, afterwards: 'gone' }, planLimits);
  return 'reason' in profile ? 0 : profile.durationS;
}
