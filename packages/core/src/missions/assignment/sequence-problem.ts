import { type Refusal, refuse } from '../../errors.ts';

/** Many missions for each drone, one after the other, with charging in between. Places are numbers of the caller's. */
export interface SequenceProblem {
  readonly drones: readonly SequenceDrone[];
  readonly tasks: readonly SequenceTask[];
  readonly chargers: readonly Charger[];
  /** To be charged to, as shares of the capacity. */
  readonly chargeLevels: readonly number[];
  /** Infinity = there is no way. The load is what is still on board. */
  readonly travelS: (drone: number, from: number, to: number) => number;
  readonly travelWh: (drone: number, from: number, to: number, loadKg: number) => number;
  readonly chargeS: (charger: number, drone: number, fromWh: number, toWh: number) => number;
  /** What a Wh that is used costs, in seconds. */
  readonly energySPerWh: number;
  /** What a second costs that a task begins later, beside the drones' time; 0 when left out. */
  readonly waitingWeight?: number;
}

export interface SequenceDrone {
  readonly place: number;
  /** Where it must be in the end. */
  readonly endPlace: number;
  readonly availableInS: number;
  readonly energyWh: number;
  readonly capacityWh: number;
  /** Never less than this is left, anywhere on the way. */
  readonly floorWh: number;
  readonly payloadMaxKg: number;
  /** Power while it waits for a time window. */
  readonly waitW: number;
  /** Bits. */
  readonly skills: number;
}

export interface SequenceTask {
  readonly place: number;
  readonly endPlace: number;
  readonly serviceS: number;
  readonly serviceWh: number;
  /** Taken on board at the start, left here. */
  readonly payloadKg: number;
  /** The service begins within these; Infinity = whenever. */
  readonly earliestS: number;
  readonly latestS: number;
  readonly skills: number;
  /** What leaving it undone costs. */
  readonly unservedS: number;
}

export interface Charger {
  readonly place: number;
  /** Drones at once. */
  readonly slots: number;
}

const MAX_SEQUENCE_TASKS = 2000;
const MAX_SEQUENCE_DRONES = 500;
const MAX_CHARGERS = 100;

export function findProblemFault(problem: SequenceProblem): Refusal | undefined {
  const { drones, tasks, chargers, chargeLevels, energySPerWh, waitingWeight = 0 } = problem;
  const fault = (field: string, reason: string) => refuse('VALIDATION_ERROR', { field, reason });
  if (tasks.length > MAX_SEQUENCE_TASKS) return fault('tasks', `at most ${MAX_SEQUENCE_TASKS}`);
  if (drones.length > MAX_SEQUENCE_DRONES) return fault('drones', `at most ${MAX_SEQUENCE_DRONES}`);
  if (chargers.length > MAX_CHARGERS) return fault('chargers', `at most ${MAX_CHARGERS}`);
  if (!isAmount(waitingWeight)) return fault('waitingWeight', 'a number from 0 on');
  if (!isAmount(energySPerWh)) return fault('energySPerWh', 'a number from 0 on');
  if (!chargeLevels.every((level) => level > 0 && level <= 1))
    return fault('chargeLevels', 'above 0, up to 1');
  if (!chargers.every(({ slots }) => Number.isInteger(slots) && slots > 0))
    return fault('chargers', 'slots from 1 on');
  if (!drones.every((drone) => Object.values(drone).every(Number.isFinite)))
    return fault('drones', 'a number in every field');
  if (!drones.every((drone) => isAmount(drone.waitW) && drone.energyWh <= drone.capacityWh))
    return fault('drones', 'waitW from 0 on, energyWh within capacityWh');
  const isTask = ({ earliestS, latestS, ...rest }: SequenceTask) =>
    Object.values(rest).every(Number.isFinite) &&
    ![earliestS, latestS].some(Number.isNaN) &&
    [rest.serviceS, rest.serviceWh, rest.payloadKg, rest.unservedS].every(isAmount);
  return tasks.every(isTask) ? undefined : fault('tasks', 'numbers from 0 on');
}

const isAmount = (value: number): boolean => Number.isFinite(value) && value >= 0;
