import Type, { type Static } from 'typebox';
import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { MapBounds } from '../fleet/cluster.ts';
import { Id } from '../messages/text.ts';
import { type CommandContext, connectionOf, defineCommand, findDrone, type RequestOf } from './command.ts';
import type { SubscriptionWish } from './operator-connection.ts';

const degrees = (limit: number) => Type.Number({ minimum: -limit, maximum: limit });

/** GeoJSON's `[west, south, east, north]`, or the same by name; degrees. */
const Bounds = Type.Union([
  Type.Object(
    { west: degrees(180), south: degrees(90), east: degrees(180), north: degrees(90) },
    { additionalProperties: false },
  ),
  Type.Tuple([degrees(180), degrees(90), degrees(180), degrees(90)]),
]);

const MAX_IDS = 10_000;

const fields = {
  drone_ids: Type.Optional(Type.Array(Id(), { minItems: 1, maxItems: MAX_IDS })),
  all: Type.Optional(Type.Literal(true)),
  bounds: Type.Optional(Bounds),
  zoom: Type.Optional(Type.Number({ minimum: 0, maximum: 22 })),
  max_rate_hz: Type.Optional(Type.Number({ minimum: 0.01, maximum: 50 })),
  batch: Type.Optional(Type.Boolean()),
};

/** The reply to both subscribing and unsubscribing: what is subscribed now. */
export const subscriptionReply = {
  drone_ids: Type.Array(Id()),
  unknown_ids: Type.Array(Id()),
  all: Type.Optional(Type.Boolean()),
  bounds: Type.Optional(Type.Unknown()),
  zoom: Type.Optional(Type.Number()),
};

/** The one thing that is wished for; two at once are no wish. */
const KINDS = ['drone_ids', 'all', 'bounds'] as const;

/** Telemetry by id (added to what is subscribed already), of the whole fleet, or of a part of the map. */
export const subscribeTelemetry = defineCommand({
  type: 'subscribe_telemetry',
  replyType: 'subscription_ack',
  summary: 'Pushes the telemetry of drones by id, of all, or of a part of the map',
  permission: 'telemetry:read',
  fields,
  reply: subscriptionReply,
  deadlineMs: 2000,
  handle: (request, context) => {
    const connection = connectionOf(context);
    if (isRefusal(connection)) return connection;
    const wished = KINDS.filter((kind) => request[kind] !== undefined);
    if (wished.length !== 1)
      return refuse('VALIDATION_ERROR', {
        field: wished[1] ?? 'drone_ids',
        expectedType: 'one of drone_ids, all, bounds',
        reason: wished.length === 0 ? 'missing' : 'ambiguous',
      });
    const { known, unknown } = partIds(request.drone_ids ?? [], context);
    const drones = toWish(request, known);
    if (isRefusal(drones))
      return unknown.length === 0 ? drones : { ...drones, fields: { unknown_ids: unknown } };
    connection.subscribe({ drones, maxRateHz: request.max_rate_hz, batch: request.batch ?? false });
    const { all, bounds, zoom } = request;
    return { drone_ids: known, unknown_ids: unknown, ...(all && { all }), ...(bounds && { bounds, zoom }) };
  },
});

function partIds(ids: readonly string[], context: CommandContext) {
  const asked = [...new Set(ids)];
  const unknown = asked.filter((id) => isRefusal(findDrone(context, id)));
  const missing = new Set(unknown);
  return { known: asked.filter((id) => !missing.has(id)), unknown };
}

function toWish(
  { all, bounds, zoom }: RequestOf<typeof fields>,
  known: readonly string[],
): SubscriptionWish['drones'] | Refusal {
  if (all) return 'all';
  if (!bounds) return known.length > 0 ? known : NONE_KNOWN;
  if (zoom === undefined) return refuse('VALIDATION_ERROR', { field: 'zoom', reason: 'missing' });
  const window = { bounds: toBounds(bounds), zoom };
  if (window.bounds.southDeg <= window.bounds.northDeg) return window;
  return refuse('VALIDATION_ERROR', { field: 'bounds', expectedType: 'south <= north', reason: 'order' });
}

const NONE_KNOWN = refuse('NOT_FOUND', { field: 'drone_ids' }, { message: 'None of these drones is known' });

function toBounds(bounds: Static<typeof Bounds>): MapBounds {
  const [west, south, east, north] = Array.isArray(bounds)
    ? bounds
    : [bounds.west, bounds.south, bounds.east, bounds.north];
  return { westDeg: west, southDeg: south, eastDeg: east, northDeg: north };
}
