import { isRefusal } from '../errors.ts';
import type { MissionPlan } from '../missions/mission.ts';
import { nextOccurrences, parseSchedule } from '../missions/schedule.ts';
import type { MissionDesk } from './mission-desk.ts';
import type { CarriedMission } from './mission-record.ts';

/** A beginning that was missed by more (the server was down) is left out. */
const LATE_MS = 15 * 60_000;
/** So long a mission that is due looks for a drone. */
const SOUGHT_MS = 3_600_000;

/**
 * Missions whose time has come look for a drone. Of a recurring one each flight is a mission of its own, but the last is the
 * recurring one itself: so it ends too. Ids follow from series and time: no flight begins twice.
 */
export function keepCalendar(missions: MissionDesk, nowMs: number): void {
  for (const mission of missions.live()) {
    if (mission.state !== 'planned') continue;
    if (mission.carriage.soughtSinceMs !== undefined) giveUp(missions, mission, nowMs);
    else if (mission.schedule) beginDue(missions, mission, nowMs);
  }
}

function giveUp(missions: MissionDesk, mission: CarriedMission, nowMs: number): void {
  if (nowMs - (mission.carriage.soughtSinceMs ?? nowMs) > SOUGHT_MS)
    missions.change(mission, { event: 'fail', reason: 'no drone could be found in time' });
}

function beginDue(missions: MissionDesk, mission: CarriedMission, nowMs: number): void {
  const schedule = mission.schedule && parseSchedule(mission.schedule);
  if (!schedule || isRefusal(schedule)) return;
  const sinceMs = Math.max(mission.carriage.scheduledToMs ?? mission.createdAtMs, nowMs - LATE_MS);
  const [next, after] = nextOccurrences(schedule, sinceMs, 2);
  if (!next) return void missions.change(mission, { event: 'fail', reason: 'its time was missed' });
  if (next.atMs > nowMs) return;
  if (after) repeat(missions, mission, next.atMs);
  else
    missions.keep({
      ...mission,
      carriage: { ...mission.carriage, autoAssign: true, soughtSinceMs: next.atMs, scheduledToMs: next.atMs },
    });
}

function repeat(missions: MissionDesk, series: CarriedMission, atMs: number): void {
  const { tenant, createdBy, carriage } = series;
  const id = `${series.id}.${Math.round(atMs / 1000)}`;
  const flight = { autoAssign: true, soughtSinceMs: atMs, seriesId: series.id };
  if (!missions.find(tenant, id))
    missions.create(toPlan(series), { tenant, createdBy, id, carriage: flight });
  missions.keep({ ...series, carriage: { ...carriage, scheduledToMs: atMs } });
}

/** What is flown, without when. */
const toPlan = ({ name, type, description, waypoints, priority, ...more }: CarriedMission): MissionPlan => ({
  ...{ name, type, waypoints, priority, requiredCapabilities: more.requiredCapabilities, end: more.end },
  ...(description !== undefined && { description }),
  ...(more.deadlineMs !== undefined && { deadlineMs: more.deadlineMs }),
  ...(more.speedMps !== undefined && { speedMps: more.speedMps }),
});
