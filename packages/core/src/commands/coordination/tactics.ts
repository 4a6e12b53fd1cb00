import type { Sky } from '../../coordination/detection/sky.ts';
import type { AirMotion, AirVelocity, NeighbourMotion } from '../../coordination/resolution/air-motion.ts';
import {
  stepTactically,
  type TacticalCommand,
  type TacticalMemory,
} from '../../coordination/resolution/tactical-step.ts';
import { isRefusal } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';
import { groundHeightAmslM } from '../../geo/terrain.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import { firstLossS, type TimeSpan } from '../../geo/trajectory-conflict.ts';
import type { Enu } from '../../geo/wgs84.ts';
import type { SafetyCheck } from '../../missions/safety/flight-candidate.ts';
import type { AirspaceDesk } from '../airspace/airspace-desk.ts';
import { type AvoidanceDesk, type AvoidPoint, type AvoidWish, COORDINATION_ACTOR } from './avoidance-desk.ts';
import { type LiveSky, NEAR_M } from './live-sky.ts';

export interface TacticsParts {
  readonly airspace: AirspaceDesk;
  readonly desk: AvoidanceDesk;
  readonly minima: SeparationMinima;
}

export interface TacticalAdvice {
  readonly command: TacticalCommand;
  readonly wish: AvoidWish;
}

/** Twice what passes between two orders, and some. */
const LAPSE_S = 6;
const NEAR_UP_M = 150;
/** For what is known of where drones are: GNSS of 1.5 m, and a second on the way. */
const BUFFER_FACTOR = 1.4;
/** The way on must be free for so long. */
const FREE_S = 30;
const CLIMB_MPS = 3;
/** In which a drone would be back at its height. */
const LEVEL_IN_S = 3;
const STANDING_MPS = 0.5;
const FORBIDDEN: ReadonlySet<SafetyCheck> = new Set(['TERRAIN', 'FENCE_IN', 'FENCE_OUT', 'FENCE_MARGIN']);

/** What single drones do now about those around them, as orders that lapse. */
export class Tactics {
  readonly #parts: TacticsParts;
  readonly #memories = new Map<string, TacticalMemory>();
  /** Of drones that make way. */
  readonly #courses = new Map<string, Course>();

  constructor(parts: TacticsParts) {
    this.#parts = parts;
  }

  /** `acting`: rows that keep the same rules in this round. */
  advise(live: LiveSky, row: number, acting: ReadonlySet<number>, eventId: string): TacticalAdvice {
    const { sky } = live;
    const drone = live.droneAt(row);
    const own = motionOf(live, sky, row);
    const course = this.#courseOf(drone, own);
    this.#courses.set(own.id, course);
    const wish = toWish(course, own);
    const near = neighbours(live, sky, { row, own, acting });
    const memory = this.#memories.get(own.id);
    const command = stepTactically({ ...own, wish }, near, {
      minima: this.#parts.minima,
      bufferFactor: BUFFER_FACTOR,
      ...(memory && { memory }),
    });
    this.#memories.set(own.id, command.memory);
    const points = this.#pointsOf(drone, own, command.velocity);
    const text = `${drone.droneId} ${show(command.sentence, near, drone.tenant)}`;
    return { command, wish: { eventId, points, lapseS: LAPSE_S, text, actor: COORDINATION_ACTOR } };
  }

  /** Whether a way is free for a while: of what is committed, and of all who fly something else, or nothing that is known. */
  isFree(live: LiveSky, row: number, way: Trajectory | undefined): boolean {
    const { airspace, minima } = this.#parts;
    const { sky } = live;
    const own = motionOf(live, sky, row);
    const nowS = live.atMs / 1000;
    const span: TimeSpan = [nowS, nowS + FREE_S];
    const flown = way ?? straightOn(own, this.#courses.get(own.id) ?? own, nowS);
    const others = neighbours(live, sky, { row, own, acting: new Set() });
    const buffered = {
      horizontalM: minima.horizontalM * BUFFER_FACTOR,
      verticalM: minima.verticalM * BUFFER_FACTOR,
    };
    const isMet = others.some((other) => {
      if (!this.#isMakingWay(other.id) && airspace.traffic.get(other.id)) return false;
      const course = this.#courses.get(other.id) ?? other;
      return firstLossS(flown, straightOn(other, course, nowS), buffered, span) !== undefined;
    });
    if (isMet) return false;
    const except = new Set(others.map(({ id }) => id).filter((id) => this.#isMakingWay(id)));
    return airspace.traffic.firstConflict(flown, buffered, { span, except }) === undefined;
  }

  #isMakingWay(id: string): boolean {
    const [tenant = '', droneId = ''] = id.split(':');
    return this.#parts.desk.of(tenant, droneId) !== undefined;
  }

  forget(id: string): void {
    this.#memories.delete(id);
    this.#courses.delete(id);
  }

  /** Where it was going, as fast as it flies; a drone that is about nothing stays. Without a goal that is known: as it flew. */
  #courseOf(drone: DroneState, own: AirMotion): Course {
    const { desk, airspace } = this.#parts;
    const avoidance = desk.of(drone.tenant, drone.droneId);
    const speedMps = Math.hypot(own.eastMps, own.northMps);
    const isStill = avoidance ? !avoidance.isUnderWay : speedMps < STANDING_MPS;
    const target = isStill ? undefined : desk.target(drone);
    const known = avoidance && this.#courses.get(own.id);
    if (!target && known) return known;
    const { eastMps, northMps, upM } = own;
    if (!target) return isStill ? { eastMps: 0, northMps: 0, upM } : { eastMps, northMps, upM };
    const [eastM, northM] = [target.eastM - own.eastM, target.northM - own.northM];
    const awayM = Math.hypot(eastM, northM);
    const scale = awayM > 0 ? Math.min(airspace.limits.cruiseMps, Math.sqrt(4 * awayM)) / awayM : 0;
    return { eastMps: eastM * scale, northMps: northM * scale, upM: target.upM };
  }

  /** Where that velocity leads to; a stop where it would lead into what is forbidden. */
  #pointsOf(drone: DroneState, own: AirMotion, velocity: AirVelocity): readonly AvoidPoint[] {
    const speedMps = Math.hypot(velocity.eastMps, velocity.northMps);
    if (speedMps < STANDING_MPS && Math.abs(velocity.upMps) < STANDING_MPS) return [];
    const { airspace } = this.#parts;
    // Farther than it gets, so that it does not slow down before.
    const aheadS = speedMps < STANDING_MPS ? 0 : 2 * LAPSE_S;
    const at = {
      eastM: own.eastM + velocity.eastMps * aheadS,
      northM: own.northM + velocity.northMps * aheadS,
      upM: own.upM + velocity.upMps * LAPSE_S,
    };
    const point = { ...this.#withinHeights(at, own), speedMps: Math.max(STANDING_MPS, speedMps) };
    if (airspace.fences(drone.tenant).fences.length === 0) return [point];
    const situation = airspace.situationNow(drone);
    if (isRefusal(situation)) return [point];
    const verdict = airspace.check(situation, {
      points: [{ at: point }],
      changed: [0],
      afterwards: 'hovering',
    });
    const isForbidden = isRefusal(verdict) || verdict.violations.some(({ check }) => FORBIDDEN.has(check));
    return isForbidden ? [] : [point];
  }

  /** No lower and no higher than flights may be, unless it is there already. */
  #withinHeights(at: Enu, own: Enu): Enu {
    const site = this.#parts.airspace.site();
    if (isRefusal(site)) return at;
    const { floorAglM, ceilingAglM } = this.#parts.airspace.limits;
    const { latitudeDeg, longitudeDeg, altitudeAmslM } = site.frame.toGeo(at);
    const groundM = at.upM + groundHeightAmslM(site.terrain, latitudeDeg, longitudeDeg) - altitudeAmslM;
    const lowestM = Math.min(groundM + floorAglM, own.upM);
    const highestM = Math.max(groundM + ceilingAglM, own.upM);
    return { ...at, upM: Math.min(highestM, Math.max(lowestM, at.upM)) };
  }
}

/** Whose another tenant’s flight is, is nobody else’s affair. */
function show(sentence: string, near: readonly NeighbourMotion[], tenant: string): string {
  const prefix = `${tenant}:`;
  return near.reduce(
    (text, { id }) =>
      text.replaceAll(id, id.startsWith(prefix) ? id.slice(prefix.length) : 'another operator’s flight'),
    sentence,
  );
}

/** How a drone flies where nobody is in its way. */
interface Course {
  readonly eastMps: number;
  readonly northMps: number;
  readonly upM: number;
}

/** A drone that goes on: at once to the height of its course, and straight on. */
function straightOn({ id, eastM, northM, upM }: AirMotion, course: Course, nowS: number): Trajectory {
  const changeS = Math.min(FREE_S / 2, Math.max(0.1, Math.abs(course.upM - upM) / CLIMB_MPS));
  const at = (timeS: number) => [timeS, eastM + course.eastMps * timeS, northM + course.northMps * timeS];
  const knots = [0, eastM, northM, upM, ...at(changeS), course.upM, ...at(FREE_S), course.upM];
  return { id, startS: nowS, knots: Float64Array.from(knots), afterwards: 'gone' };
}

function toWish({ eastMps, northMps, upM }: Course, own: AirMotion): AirVelocity {
  const upMps = Math.max(-CLIMB_MPS, Math.min(CLIMB_MPS, (upM - own.upM) / LEVEL_IN_S));
  return { eastMps, northMps, upMps };
}

/** Where it will be when it hears of it. */
function motionOf(live: LiveSky, sky: Sky, row: number): AirMotion {
  const ageS = sky.ageS[row] as number;
  const [eastMps, northMps, upMps] = [sky.eastMps[row], sky.northMps[row], sky.upMps[row]] as [
    number,
    number,
    number,
  ];
  return {
    id: live.idAt(row),
    eastM: (sky.eastM[row] as number) + eastMps * ageS,
    northM: (sky.northM[row] as number) + northMps * ageS,
    upM: (sky.upM[row] as number) + upMps * ageS,
    ...{ eastMps, northMps, upMps },
  };
}

interface Looking {
  readonly row: number;
  readonly own: AirMotion;
  readonly acting: ReadonlySet<number>;
}

function neighbours(live: LiveSky, sky: Sky, { row, own, acting }: Looking): readonly NeighbourMotion[] {
  const near: NeighbourMotion[] = [];
  for (const other of live.near(row)) {
    if (other === row) continue;
    const farM = Math.max(
      Math.abs((sky.eastM[other] as number) - own.eastM),
      Math.abs((sky.northM[other] as number) - own.northM),
    );
    if (farM > NEAR_M || Math.abs((sky.upM[other] as number) - own.upM) > NEAR_UP_M) continue;
    near.push({ ...motionOf(live, sky, other), isCooperative: acting.has(other) });
  }
  return near;
}
