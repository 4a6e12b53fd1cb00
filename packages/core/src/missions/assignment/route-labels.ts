import { type ChargeStop, findSlot } from './charger-slots.ts';
import type { Route, RouteStop } from './route-evaluation.ts';
import type { Charger, SequenceDrone, SequenceProblem, SequenceTask } from './sequence-problem.ts';

/** A way to have come so far. */
interface Label {
  readonly timeS: number;
  readonly energyWh: number;
  readonly usedWh: number;
  /** What it costs that tasks began when they did. */
  readonly lateS: number;
  readonly before: Label | undefined;
  readonly kind: RouteStop['kind'];
  readonly at: number;
  readonly arriveS: number;
  readonly startS: number;
  readonly arriveWh: number;
  readonly loadKg: number;
}

interface Walk {
  readonly problem: SequenceProblem;
  readonly drone: number;
  readonly own: SequenceDrone;
  readonly booked: readonly (readonly ChargeStop[])[];
  readonly belowS: number;
}

/** From one place to the next, and what is done there. */
interface Leg {
  readonly from: number;
  readonly to: number;
  readonly loadKg: number;
  readonly kind: 'task' | 'end';
  readonly at: number;
  readonly earliestS: number;
  readonly latestS: number;
  readonly serviceS: number;
  readonly serviceWh: number;
  readonly payloadKg: number;
  /** What is left from the end of the leg on costs no less. */
  readonly restS: number;
}

const S_PER_H = 3600;
/** The cheapest are kept, so that a route is searched in bounded time; a cheaper way by a dearer label may be missed. */
const MAX_LABELS = 12;

/**
 * The cheapest route through the tasks, by labels of time and charge with dominance, as for electric vehicles (Schneider,
 * Stenger and Goeke 2014). `booked` = the others' stops at each charger; none = without charging.
 */
export function walkRoute(
  problem: SequenceProblem,
  asked: {
    readonly drone: number;
    readonly tasks: readonly number[];
    readonly belowS: number;
    readonly loadKg: number;
  },
  booked: readonly (readonly ChargeStop[])[],
): Route | undefined {
  const { drone, tasks, belowS, loadKg } = asked;
  const own = problem.drones[drone] as SequenceDrone;
  const walk: Walk = { problem, drone, own, booked, belowS };
  let labels: readonly Label[] = [
    {
      ...{ timeS: own.availableInS, energyWh: own.energyWh, usedWh: 0, lateS: 0, before: undefined },
      ...{ kind: 'end', at: own.place, arriveS: 0, startS: 0, arriveWh: 0, loadKg },
    },
  ];
  for (const leg of toLegs(problem, drone, tasks, loadKg)) {
    const ways: Label[] = [];
    goStraight(walk, leg, labels, ways);
    booked.forEach((stops, charger) => {
      goByCharger(walk, leg, { charger, stops, labels }, ways);
    });
    labels = keepBest(walk, ways);
    if (labels.length === 0) return undefined;
  }
  const last = labels[0] as Label;
  return toRoute(tasks, last, costOf(walk, last));
}

function toLegs(
  problem: SequenceProblem,
  drone: number,
  tasks: readonly number[],
  loadKg: number,
): readonly Leg[] {
  const { place, endPlace } = problem.drones[drone] as SequenceDrone;
  const legs: Leg[] = [];
  let from = place;
  let leftKg = loadKg;
  for (const task of tasks) {
    const { place: to, endPlace: next, ...rest } = problem.tasks[task] as SequenceTask;
    legs.push({ ...rest, from, to, loadKg: leftKg, kind: 'task', at: task, restS: 0 });
    leftKg -= rest.payloadKg;
    from = next;
  }
  legs.push({
    ...{ from, to: endPlace, loadKg: leftKg, kind: 'end', at: endPlace, restS: 0 },
    ...{ earliestS: Number.NEGATIVE_INFINITY, latestS: Number.POSITIVE_INFINITY },
    ...{ serviceS: 0, serviceWh: 0, payloadKg: 0 },
  });
  let restS = 0;
  return legs
    .reverse()
    .map((leg) => {
      const bounded = { ...leg, restS };
      const usedWh = problem.travelWh(drone, leg.from, leg.to, leg.loadKg) + leg.serviceWh;
      restS += problem.travelS(drone, leg.from, leg.to) + leg.serviceS + problem.energySPerWh * usedWh;
      return bounded;
    })
    .reverse();
}

function goStraight(walk: Walk, leg: Leg, labels: readonly Label[], ways: Label[]): void {
  const { problem, drone, own } = walk;
  const travelS = problem.travelS(drone, leg.from, leg.to);
  const travelWh = problem.travelWh(drone, leg.from, leg.to, leg.loadKg);
  for (const label of labels)
    if (label.energyWh - travelWh >= own.floorWh) arrive(walk, leg, { label, travelS, travelWh }, ways);
}

function goByCharger(
  walk: Walk,
  leg: Leg,
  { charger, stops, labels }: { charger: number; stops: readonly ChargeStop[]; labels: readonly Label[] },
  ways: Label[],
): void {
  const { problem, drone, own } = walk;
  const { place, slots } = problem.chargers[charger] as Charger;
  const thereS = problem.travelS(drone, leg.from, place);
  const thereWh = problem.travelWh(drone, leg.from, place, leg.loadKg);
  const travelS = problem.travelS(drone, place, leg.to);
  const travelWh = problem.travelWh(drone, place, leg.to, leg.loadKg);
  for (const before of labels) {
    const arriveWh = before.energyWh - thereWh;
    if (!(arriveWh >= own.floorWh)) continue;
    const arriveS = before.timeS + thereS;
    const leastUsedWh = before.usedWh + thereWh + travelWh + leg.serviceWh;
    const leastS =
      arriveS + travelS + leg.serviceS - own.availableInS + problem.energySPerWh * leastUsedWh + before.lateS;
    // Even a charge that took no time would be too dear.
    if (leastS + leg.restS >= walk.belowS) continue;
    for (const level of problem.chargeLevels) {
      const energyWh = level * own.capacityWh;
      if (energyWh <= arriveWh || energyWh - travelWh < own.floorWh) continue;
      const durationS = problem.chargeS(charger, drone, arriveWh, energyWh);
      const startS = findSlot(stops, slots, arriveS, durationS);
      const charged: Label = {
        ...{
          timeS: startS + durationS,
          energyWh,
          usedWh: before.usedWh + thereWh,
          lateS: before.lateS,
          before,
        },
        ...{ kind: 'charge', at: charger, arriveS, startS, arriveWh, loadKg: leg.loadKg },
      };
      arrive(walk, leg, { label: charged, travelS, travelWh }, ways);
    }
  }
}

/** Adds the label of who has come, waited and done what is to be done there, unless that is impossible or too dear. */
function arrive(
  walk: Walk,
  leg: Leg,
  { label, travelS, travelWh }: { label: Label; travelS: number; travelWh: number },
  ways: Label[],
): void {
  const { own, problem, belowS } = walk;
  const arriveS = label.timeS + travelS;
  const startS = Math.max(arriveS, leg.earliestS);
  if (!(startS <= leg.latestS && startS < Number.POSITIVE_INFINITY)) return;
  const spentWh = ((startS - arriveS) * own.waitW) / S_PER_H + leg.serviceWh;
  const arriveWh = label.energyWh - travelWh;
  const energyWh = arriveWh - spentWh;
  const usedWh = label.usedWh + travelWh + spentWh;
  const timeS = startS + leg.serviceS;
  const lateS = label.lateS + (leg.kind === 'task' ? (problem.waitingWeight ?? 0) * startS : 0);
  const leastS = timeS - own.availableInS + problem.energySPerWh * usedWh + lateS + leg.restS;
  if (!(energyWh >= own.floorWh && leastS < belowS)) return;
  ways.push({
    ...{
      timeS,
      energyWh,
      usedWh,
      lateS,
      before: label,
      kind: leg.kind,
      at: leg.at,
      arriveS,
      startS,
      arriveWh,
    },
    loadKg: leg.loadKg - leg.payloadKg,
  });
}

const costOf = ({ own, problem }: Walk, { timeS, usedWh, lateS }: Label): number =>
  timeS - own.availableInS + problem.energySPerWh * usedWh + lateS;

/** Without those that another is not behind in anything; cheapest first. */
function keepBest(walk: Walk, labels: Label[]): readonly Label[] {
  if (labels.length < 2) return labels;
  labels.sort((a, b) => costOf(walk, a) - costOf(walk, b) || b.energyWh - a.energyWh);
  const kept: Label[] = [];
  for (const label of labels) {
    if (!kept.some((other) => isAhead(walk, other, label))) kept.push(label);
    if (kept.length === MAX_LABELS) break;
  }
  return kept;
}

/** Who is earlier may have to wait for the other's hour, and is only ahead if it still is with what that uses. */
function isAhead({ own, problem }: Walk, other: Label, label: Label): boolean {
  const waitWh = ((label.timeS - other.timeS) * own.waitW) / S_PER_H;
  if (other.timeS > label.timeS || other.energyWh - waitWh < label.energyWh) return false;
  if (problem.waitingWeight)
    return problem.energySPerWh * (other.usedWh + waitWh - label.usedWh) + other.lateS <= label.lateS;
  return waitWh === 0 || problem.energySPerWh === 0 || other.usedWh + waitWh <= label.usedWh;
}

function toRoute(tasks: readonly number[], last: Label, costS: number): Route {
  const stops: RouteStop[] = [];
  const charges: ChargeStop[] = [];
  for (let label = last; label.before; label = label.before) {
    const { kind, at, arriveS, startS, timeS: leaveS, arriveWh, energyWh: leaveWh, loadKg } = label;
    stops.push({ kind, at, arriveS, startS, leaveS, arriveWh, leaveWh, loadKg });
    if (kind === 'charge')
      charges.push({ charger: at, arriveS, startS, endS: leaveS, fromWh: arriveWh, toWh: leaveWh });
  }
  const { usedWh, timeS: endS } = last;
  return { tasks, stops: stops.reverse(), charges: charges.reverse(), usedWh, endS, costS };
}
