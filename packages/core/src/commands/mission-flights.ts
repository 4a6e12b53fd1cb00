import type { DroneState } from '../fleet/drone-state.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Sample } from '../messages/sample.ts';
import type { BreakPoint } from '../missions/break-point.ts';
import { type MissionEvent, recordProgress } from '../missions/mission.ts';
import type { Clock } from '../ports.ts';
import type { AirspaceDesk } from './airspace/airspace-desk.ts';
import { MissionProgresses } from './mission-progress.ts';
import type { CarriedMission } from './mission-record.ts';
import {
  type FlightSigns,
  isHolding,
  judgeFlight,
  judgePause,
  MOVING_MPS,
  noSigns,
  noteSigns,
} from './mission-watch.ts';

interface FlightParts {
  readonly airspace: AirspaceDesk;
  readonly fleet: Fleet;
  readonly clock: Clock;
}

/** Progress between two waypoints is told in steps of so much. */
const TOLD_PCT = 10;
/** So long a mission that has ended is watched, and so long its drone is given to change its mind. */
const ENDED_MS = 10 * 60_000;
const SETTLED_MS = 5000;

/** What telemetry tells of missions: of those that are active how far they are, of those that have ended whether that was heard. */
export class MissionFlights {
  readonly #parts: FlightParts;
  readonly #progress: MissionProgresses;
  readonly #signs = new Map<string, FlightSigns>();
  readonly #ended = new Map<string, CarriedMission>();

  constructor(parts: FlightParts) {
    this.#parts = parts;
    this.#progress = new MissionProgresses(parts.airspace);
  }

  /** The mission with its progress after a sample, where that is news. */
  observe(mission: CarriedMission, drone: DroneState, sample: Sample): CarriedMission | undefined {
    const signs = this.#signsOf(mission);
    noteSigns(signs, mission, drone, this.#parts.clock.now());
    signs.advance = this.#progress.observe(mission, drone, sample) ?? signs.advance;
    const moved = signs.advance ? recordProgress(mission, signs.advance) : mission;
    const isTold = signs.tells || mission.carriage.isTold === true;
    const isNews =
      isTold !== (mission.carriage.isTold === true) ||
      moved.reached !== mission.reached ||
      moved.progressPct >= mission.progressPct + TOLD_PCT;
    return isNews ? { ...moved, carriage: { ...mission.carriage, ...(isTold && { isTold }) } } : undefined;
  }

  /** How an active or paused mission has ended, if it has. */
  judge(mission: CarriedMission): MissionEvent | undefined {
    const { fleet, clock } = this.#parts;
    const drone = fleet.find(mission.tenant, mission.droneId ?? '');
    if (mission.state === 'paused') return judgePause(mission, drone, clock.now());
    return judgeFlight(this.#signsOf(mission), mission, drone, clock.now());
  }

  breakPoint(mission: CarriedMission): BreakPoint | undefined {
    return this.#progress.breakPoint(mission);
  }

  /** Its route is another one, or flown no more. */
  forget(mission: CarriedMission): void {
    this.#progress.forget(mission);
    this.#signs.delete(keyOf(mission));
    if (mission.endedAtMs !== undefined && mission.droneId !== undefined)
      this.#ended.set(keyOf(mission), mission);
  }

  /** Those that have ended, and are flown on by a drone that was not reached or was told so by somebody else. */
  strays(): readonly CarriedMission[] {
    const strays = [...this.#ended.values()].filter((mission) => this.#isFlown(mission));
    for (const mission of this.#ended.values())
      if (this.#parts.clock.now() - (mission.endedAtMs ?? 0) > ENDED_MS || strays.includes(mission))
        this.#ended.delete(keyOf(mission));
    return strays;
  }

  #isFlown({ tenant, droneId = '', id, endedAtMs = 0, state }: CarriedMission): boolean {
    const drone = this.#parts.fleet.find(tenant, droneId);
    if (!drone || state === 'completed' || drone.lastHeardMs < endedAtMs + SETTLED_MS) return false;
    const isMoving = (drone.latest?.groundSpeedMps ?? 0) > MOVING_MPS;
    return isMoving && !isHolding(drone) && drone.latestMessage?.mission?.id === id;
  }

  #signsOf(mission: CarriedMission): FlightSigns {
    const signs = this.#signs.get(keyOf(mission)) ?? noSigns();
    this.#signs.set(keyOf(mission), signs);
    return signs;
  }
}

const keyOf = ({ tenant, id }: CarriedMission): string => `${tenant} ${id}`;
