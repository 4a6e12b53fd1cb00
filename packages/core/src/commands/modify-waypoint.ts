import Type from 'typebox';
import { isRefusal, type Refusal } from '../errors.ts';
import { MissionId, ModificationReason } from '../messages/mission.ts';
import { Id, maybe } from '../messages/text.ts';
import { parseWaypoint, toWaypoint, type WaypointMessage } from '../messages/waypoint.ts';
import { suggestAlternatives } from '../missions/safety/suggest-alternatives.ts';
import type { FlightVerdict } from '../missions/safety/validate-flight.ts';
import type { FlightWish } from './airspace/airspace-desk.ts';
import type { Site } from './airspace/site.ts';
import type { Situation } from './airspace/situation.ts';
import { toWaypointSite } from './airspace/waypoint-flight.ts';
import { type CommandContext, type CommandRefusal, defineCommand, findDrone, refuseWith } from './command.ts';
import type { CommandWish } from './ledger/wish.ts';
import { refuseUnsafe, toAlternativeMessage, toVerdictMessages } from './safety-reply.ts';
import { orderVehicle, repeatOrder, toTimingMs, vehicleReply } from './vehicle-reply.ts';
import { changeRoute, type RouteChange } from './waypoint-change.ts';

/** Waits no longer for a vehicle that cannot be reached. */
const TTL_MS = 30_000;
const SUGGESTED = 5;
const WAYPOINT_MODES = ['replace', 'insert', 'append', 'goto'] as const;

/**
 * Another place for a drone to fly to. It is checked for safety first; refused with alternatives that are safe; and told to
 * the others once the vehicle itself has accepted.
 */
export const modifyWaypoint = defineCommand({
  type: 'modify_waypoint',
  replyType: 'waypoint_modification_response',
  summary:
    'Sends a drone elsewhere, or changes a waypoint of its mission, if that is safe; else alternatives',
  permission: 'mission:write',
  fields: {
    drone_id: Id(),
    new_waypoint: Type.Unknown({
      description: '{x,y,z} or {latitude,longitude,altitude,altitude_reference}',
    }),
    modification_reason: ModificationReason,
    mission_id: maybe(MissionId),
    waypoint_index: maybe(Type.Integer({ minimum: 0, maximum: 999 })),
    mode: maybe(Type.Enum([...WAYPOINT_MODES])),
    dry_run: maybe(Type.Boolean({ description: 'only the checks: nothing is sent' })),
  },
  reply: {
    ...{ ...vehicleReply, command_id: Type.Optional(Type.String()), state: Type.Optional(Type.String()) },
    verdicts: Type.Array(Type.Unknown()),
    alternative_suggestions: Type.Array(Type.Unknown()),
  },
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/drones/:drone_id/waypoint' },
  handle: async (request, context) => {
    const waypoint = parseWaypoint(request.new_waypoint, 'new_waypoint');
    if (isRefusal(waypoint)) return waypoint;
    const drone = findDrone(context, request.drone_id);
    if (isRefusal(drone)) return drone;
    const { airspace } = context.parts.operations;
    const repeated = await repeatOrder(context, drone.droneId);
    if (repeated)
      return isRefusal(repeated) ? repeated : { ...repeated, verdicts: [], alternative_suggestions: [] };
    const situation = await airspace.situation(drone);
    if (isRefusal(situation)) return situation;
    const site = airspace.site();
    if (isRefusal(site)) return site;
    const place = toWaypoint(waypoint, toWaypointSite(site, situation), 'new_waypoint');
    if (isRefusal(place)) return place;
    const change = changeRoute({ ...request, waypoint, place }, { situation, site }, context);
    if (isRefusal(change)) return change;
    const asked = { waypoint, situation, site, change, reason: request.modification_reason };
    return request.dry_run === true ? rehearse(asked, context) : modify(asked, context);
  },
});

interface Asked {
  readonly waypoint: WaypointMessage;
  readonly situation: Situation;
  readonly site: Site;
  readonly change: RouteChange;
  readonly reason: string;
}

/** What stands against it whatever the place is. */
function objectionTo({ situation, change }: Asked, { parts }: CommandContext): Refusal | undefined {
  const { tenant, droneId } = situation;
  return parts.operations.ledger.objection({ tenant, droneId, command: change.command });
}

function rehearse(asked: Asked, context: CommandContext) {
  const verdict = check(asked, context);
  if (isRefusal(verdict)) return verdict;
  if (!verdict.accepted) return refuseModification(asked, verdict, context);
  return {
    ...{ drone_id: asked.situation.droneId, message: 'Safe; nothing was sent', dry_run: true },
    ...told(asked, verdict, context),
  };
}

async function modify(asked: Asked, context: CommandContext) {
  const { situation, change } = asked;
  const { intents, ledger } = context.parts.operations;
  const objection = objectionTo(asked, context);
  if (objection) return objection;
  const verdict = check(asked, context);
  if (isRefusal(verdict)) return verdict;
  if (!verdict.accepted) return refuseModification(asked, verdict, context);
  const reservation = intents.reserve(situation, verdict);
  if (isRefusal(reservation)) return reservation;
  const flight = intents.intended(situation.tenant, change.wish);
  const wish: Pick<CommandWish, 'droneId' | 'command' | 'params' | 'ttlMs' | 'context'> = {
    ...{ droneId: situation.droneId, command: change.command, params: change.params, ttlMs: TTL_MS },
    context: { ...change.context, flight, newWaypoint: asked.waypoint, reason: asked.reason },
  };
  const commandId = ledger.idFor(context);
  intents.hold(commandId, reservation);
  const reply = await orderVehicle({ ...wish, commandId }, context);
  if (isRefusal(reply)) {
    // Where there is a command, what becomes of it decides.
    if (!ledger.find(context.tenant, commandId)) intents.drop(commandId);
    return refuseWith(reply, { ...reply.fields, ...told(asked, verdict, context) });
  }
  return { ...reply, ...told(asked, verdict, context) };
}

function check(asked: Asked, context: CommandContext): FlightVerdict | Refusal {
  const { situation, change } = asked;
  const objection = objectionTo(asked, context)?.message;
  const wish = { ...change.wish, ...(objection !== undefined && { objection }) };
  return context.parts.operations.airspace.check(situation, wish);
}

const told = ({ site }: Asked, verdict: FlightVerdict, { elapsedMs }: CommandContext) => ({
  verdicts: toVerdictMessages(verdict.verdicts, site.frame),
  alternative_suggestions: [] as unknown[],
  timing_ms: toTimingMs(elapsedMs()),
});

function refuseModification(
  asked: Asked,
  verdict: FlightVerdict,
  context: CommandContext,
): CommandRefusal | Refusal {
  const { airspace } = context.parts.operations;
  const { situation, change, site, waypoint } = asked;
  const world = airspace.world(situation.tenant);
  if (isRefusal(world)) return world;
  const wish: FlightWish = change.wish;
  const found = suggestAlternatives(airspace.candidate(situation, wish), world, verdict);
  const alternatives = found
    .slice(0, SUGGESTED)
    .map((each) => toAlternativeMessage(each, waypoint, site.frame));
  return refuseWith(refuseUnsafe(verdict), {
    ...told(asked, verdict, context),
    alternative_suggestions: alternatives,
  });
}
