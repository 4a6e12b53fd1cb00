import Type from 'typebox';
import { trajectoryEndS } from '../geo/trajectory.ts';
import type { StateRecord } from '../messages/state-record.ts';
import { FLIGHT_STATES } from './airspace/conformance-book.ts';
import { flightIdOf } from './airspace/flight-records.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { toTimingMs } from './vehicle-reply.ts';

const PAGE = 1000;

export const listFlights = defineCommand({
  type: 'list_flights',
  replyType: 'flights',
  summary: 'The flights that are committed to, and how they are flown (ASTM F3548-21)',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: {},
  reply: {
    flights: Type.Array(
      Type.Object({
        ...{ drone_id: Type.String(), state: Type.Enum([...FLIGHT_STATES]), since: Type.String() },
        starts_at: Type.String(),
        ends_at: Type.Union([Type.String(), Type.Null()], { description: 'null: it hovers at its end' }),
        excursions: Type.Integer({ description: 'times it has left its plan' }),
        longest_excursion_s: Type.Number(),
        within_limits: Type.Boolean({ description: '18 excursions an hour, none longer than 10 s' }),
      }),
    ),
    timing_ms: Type.Number(),
  },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/flights' },
  handle: (_request, context) => {
    const { records } = context.parts.operations;
    const { tenant, boundDroneId } = context;
    const mine = [...records.list('flight', tenant)].filter(
      ({ id, endedAtMs }) => endedAtMs === undefined && (boundDroneId === undefined || id === boundDroneId),
    );
    const flights = mine.slice(0, PAGE).flatMap((record) => toFlightView(record, context) ?? []);
    return { flights, timing_ms: toTimingMs(context.elapsedMs()) };
  },
});

function toFlightView({ tenant, id, createdAtMs }: StateRecord, { parts }: CommandContext) {
  const { airspace, conformance } = parts.operations;
  const key = flightIdOf(tenant, id);
  const trajectory = airspace.traffic.get(key)?.trajectory;
  if (!trajectory) return undefined;
  const seen = conformance.of(key);
  const at = (timeS: number) => new Date(timeS * 1000).toISOString();
  const endS = trajectoryEndS(trajectory);
  return {
    ...{ drone_id: id, state: seen?.state ?? 'accepted', since: at(seen?.sinceS ?? createdAtMs / 1000) },
    ...{ starts_at: at(trajectory.startS), ends_at: Number.isFinite(endS) ? at(endS) : null },
    excursions: seen?.excursions ?? 0,
    longest_excursion_s: Math.round(seen?.longestS ?? 0),
    within_limits: seen?.isWithinLimits ?? true,
  };
}
