import Type from 'typebox';
import { refuse } from '../errors.ts';
import { Id, maybe, safeText } from '../messages/text.ts';
import { defineCommand } from './command.ts';

/** Somebody has seen it. Said twice it is the same. */
export const acknowledgeAlert = defineCommand({
  type: 'acknowledge_alert',
  replyType: 'alert_ack_response',
  summary: 'Somebody has seen the alert; every operator is told',
  permission: 'mission:write',
  fields: { alert_id: Id(), note: maybe(safeText(1000)) },
  reply: { alert_id: Id(), acknowledged: Type.Boolean() },
  deadlineMs: 5000,
  rest: { method: 'POST', path: '/api/alerts/:alert_id/acknowledge' },
  handle: async ({ alert_id: alertId, note }, { tenant, actor, boundDroneId, parts }) => {
    const alert = { tenant, alertId, by: actor, note: note ?? undefined, boundDroneId };
    const isKnown = await parts.alerts.acknowledge(alert);
    if (!isKnown) return refuse('NOT_FOUND', { field: 'alert_id' }, { message: 'No such alert' });
    return { alert_id: alertId, acknowledged: true };
  },
});
