import {
  type AlertAcknowledgement,
  type AlertBook,
  type AnomalyReport,
  anomalyKind,
  type Bus,
  type Finding,
  type Fleet,
  pushToOperators,
  type Sample,
  type Store,
  toDataId,
  toPlace,
  toTimestamp,
} from '@skein/core';
import { BoundedCache } from '../adapters/bounded-cache.ts';
import { asked } from '../http/store-answer.ts';

export interface AlertParts {
  readonly bus: Bus;
  readonly fleet: Fleet;
  readonly store: Pick<Store, 'acknowledge'>;
  /** Resolves when what was found so far is in the store, or will not be soon. */
  readonly projected: () => Promise<unknown>;
}

interface Known {
  readonly alertId: string;
  readonly tenant: string;
  readonly droneId: string;
  readonly alertType: string;
}

/** So many alerts are known by drone and type (to clear them), and as many by id. */
const MAX_KNOWN = 50_000;

/** Findings of the rules and reports of drones, told to operators: raised, acknowledged, cleared, under one id. */
export function openAlerts(parts: AlertParts): AlertBook {
  const { bus } = parts;
  const active = new BoundedCache<Known>(MAX_KNOWN);
  const byId = new BoundedCache<Known>(MAX_KNOWN);
  const tell = ({ tenant, droneId, alertId, alertType }: Known, state: string, fields: object) => {
    const named = { type: 'alert', alert_id: alertId, drone_id: droneId, alert_type: alertType, state };
    pushToOperators(bus, { tenant, class: 'kept', droneId, message: { ...named, ...fields } });
  };
  const remember = (known: Known) => {
    byId.set(`${known.tenant}:${known.alertId}`, known);
    return known;
  };
  bus.subscribe('finding', (_subject, payload) => {
    const { sample, finding } = payload as { readonly sample: Sample; readonly finding: Finding };
    const known = remember(toKnown(parts.fleet, sample, finding.type));
    active.set(keyOf(sample, finding.type), known);
    tell(known, 'raised', { source: 'rule', ...toFindingFields(finding), ...toTimes(sample) });
  });
  bus.subscribe('cleared', (_subject, payload) => {
    const { sample, type } = payload as { readonly sample: Sample; readonly type: string };
    const known = active.get(keyOf(sample, type));
    if (known) tell(known, 'cleared', { source: 'rule', ...toTimes(sample) });
  });
  bus.subscribe('anomaly', (_subject, payload) => {
    const { report, anomalyId } = payload as { readonly report: AnomalyReport; readonly anomalyId: string };
    const { tenant, droneId, anomalyType, message } = report;
    const { severity, description, value, threshold } = message.anomaly;
    const known = remember({ tenant, droneId, alertId: anomalyId, alertType: anomalyType });
    tell(known, 'raised', { source: 'drone', severity, description, value, threshold, ...toTimes(report) });
  });
  const acknowledge = async (asking: AlertAcknowledgement): Promise<boolean> => {
    const { tenant, alertId, by, note, boundDroneId } = asking;
    const known = byId.get(`${tenant}:${alertId}`);
    if (boundDroneId !== undefined && known?.droneId !== boundDroneId) return false;
    const write = () => asked(parts.store.acknowledge(tenant, alertId, by, note));
    // What was raised just now may be on its way into the store.
    if (!(await write()) && !(known && (await parts.projected().then(write)))) return false;
    const named = known && { drone_id: known.droneId, alert_type: known.alertType };
    const message = { type: 'alert', alert_id: alertId, ...named, state: 'acknowledged', by, note };
    pushToOperators(bus, { tenant, class: 'kept', droneId: known?.droneId, message });
    return true;
  };
  return { acknowledge };
}

/** The id under which the store has it: derived from the finding's record, which has the sample's time and no `seq`. */
function toKnown(fleet: Fleet, { tenant, droneId, sessionId, timeUs }: Sample, alertType: string): Known {
  const key = fleet.options.hashSession({ tenant, droneId, sessionId, kind: anomalyKind('rule', alertType) });
  return { tenant, droneId, alertType, alertId: toDataId(key, toPlace(-1, timeUs)) };
}

const keyOf = ({ tenant, droneId }: Sample, type: string): string => `${tenant}:${droneId}:${type}`;

const toFindingFields = ({ severity, description, value, threshold, action }: Finding) => ({
  ...{ severity, description, value, threshold },
  ...(action !== undefined && { action }),
});

const toTimes = ({ timeUs, receivedAtMs }: { readonly timeUs: number; readonly receivedAtMs: number }) => ({
  timestamp: toTimestamp(timeUs),
  received_at: new Date(receivedAtMs).toISOString(),
});
