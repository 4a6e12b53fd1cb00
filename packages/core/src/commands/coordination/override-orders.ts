import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { CommandContext } from '../command.ts';
import type { CoordinationEvent, CoordinationOrder, Override } from './coordination-event.ts';
import type { OverrideMove, OverridePlan } from './override-moves.ts';

const DISK_MS = 2000;
/** The reply waits so long for the vehicles’ words. */
const ANSWER_MS = 400;
/** Vehicles hold by themselves after a minute at the latest: that is what was wanted. */
const MAX_LAPSE_S = 60;

interface Done {
  readonly message: string;
  readonly orders: CoordinationOrder[];
}

/** Orders what was planned, and keeps the decision with the event, and as an event of its own. */
export async function carryOut(
  event: CoordinationEvent,
  { moves }: OverridePlan,
  override: Override,
  context: CommandContext,
): Promise<Done | Refusal> {
  const { coordination, durable, ledger } = context.parts.operations;
  const { tenant } = context;
  const orders: CoordinationOrder[] = [];
  const decision = `${override.by}: ${override.action} (${override.reason})`;
  const kept = coordination.override(event, override, { decision });
  if (isRefusal(kept)) return kept;
  for (const move of moves) {
    const order = orderMove(move, kept.event, override, context);
    if (isRefusal(order)) return order;
    if (order) orders.push(order);
  }
  const ordered = coordination.change(kept.event, { orders: [...kept.event.orders, ...orders] });
  if (!(await durable(ordered.position, DISK_MS)))
    return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  const answers = await Promise.all(
    orders.map(({ command_id }) => ledger.answered(tenant, command_id, ANSWER_MS)),
  );
  record(event, override, orders, context);
  const refused = answers.filter(({ state }) => state === 'failed').map(({ droneId }) => droneId);
  const texts = orders.map(({ text }) => text).join('; ');
  const isRefused = refused.length > 0 ? `; refused by ${refused.join(', ')}` : '';
  return {
    message: `${override.action} in force until ${override.expires_at}: ${texts}${isRefused}`,
    orders,
  };
}

/** Who decided what, as an event of its own: it is over when the decision lapses. */
function record(
  event: CoordinationEvent,
  override: Override,
  orders: readonly CoordinationOrder[],
  context: CommandContext,
): void {
  const { coordination } = context.parts.operations;
  const raised = coordination.raise({
    ...{ tenant: context.tenant, level: 'info', droneIds: override.drone_ids, before: event.before },
    eventType: override.action === 'priority' ? 'priority_override' : 'manual_override',
    decision: `${override.by}: ${override.action} about ${event.id} (${override.reason})`,
  });
  if (isRefusal(raised)) return;
  const resolutionTimeMs = Math.round(context.elapsedMs());
  coordination.move(raised.event, 'override', { override, orders, resolutionTimeMs });
}

function orderMove(
  { drone, kind, points, way, text }: OverrideMove,
  event: CoordinationEvent,
  override: Override,
  context: CommandContext,
): CoordinationOrder | Refusal | undefined {
  const { airspace, avoidance } = context.parts.operations;
  const { tenant, droneId } = drone;
  if (kind === 'release') {
    const released = avoidance.release(drone, () => true, override.by);
    return isRefusal(released) ? released : undefined;
  }
  const lapseS = Math.min(MAX_LAPSE_S, Math.max(1, (Date.parse(override.expires_at) - context.nowMs) / 1000));
  const given = avoidance.avoid(drone, { eventId: event.id, points, lapseS, text, actor: override.by });
  if (isRefusal(given)) return given;
  if (way) airspace.replace({ tenant, droneId }, way);
  return given.order;
}
