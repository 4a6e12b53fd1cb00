import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { Fence } from '../geo/fence.ts';
import { createFenceSet, MAX_FENCES } from '../geo/fence-set.ts';
import { type FenceDraft, parseGeofence, toGeofenceMessage } from '../messages/geofence.ts';
import { parseGeojsonFences } from '../messages/geofence-geojson.ts';
import type { CommandContext } from './command.ts';

/** Geofences are state records: a change is a new version of one, and at once a new set for whoever checks. */

const DISK_MS = 2000;

export function listFences({ tenant, parts }: CommandContext): readonly Fence[] {
  return parts.operations.airspace.fences(tenant).fences;
}

export const toFenceView = (fence: Fence): Readonly<Record<string, unknown>> => ({
  geofence_id: fence.id,
  ...toGeofenceMessage(fence),
});

/** All of them or none; what cannot be told apart or does not fit is refused. */
export async function putFences(
  drafts: readonly FenceDraft[],
  context: CommandContext,
): Promise<readonly Fence[] | Refusal> {
  const { tenant, actor, requestId, parts } = context;
  const { records, durable, newId, ledger } = parts.operations;
  // The same request again is the same fences.
  const idOf = (at: number) => (requestId === undefined ? newId() : `${ledger.idFor(context)}-${at}`);
  const fences = drafts.map((draft, at): Fence => ({ ...draft, id: draft.id ?? idOf(at) }));
  const refusal = refuseSet([
    ...listFences(context).filter(({ id }) => !fences.some((each) => each.id === id)),
    ...fences,
  ]);
  if (refusal) return refusal;
  if (!records.accepting) return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
  let position = -1;
  for (const fence of fences) {
    const data = { ...toGeofenceMessage(fence), by: actor };
    position = records.put({ kind: 'geofence', tenant, id: fence.id, state: 'active', data }).position;
  }
  if (await durable(position, DISK_MS)) return fences;
  return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
}

function refuseSet(fences: readonly Fence[]): Refusal | undefined {
  if (fences.length > MAX_FENCES)
    return refuse('VALIDATION_ERROR', {
      field: 'geofences',
      expectedType: `at most ${MAX_FENCES}`,
      reason: 'length',
    });
  try {
    createFenceSet(fences);
    return undefined;
  } catch (fault) {
    const message = (fault as Error).message;
    return refuse(
      'VALIDATION_ERROR',
      { field: 'geometry', reason: message },
      { message: 'Invalid geofence' },
    );
  }
}

export async function dropFence(
  geofenceId: string,
  { tenant, nowMs, parts }: CommandContext,
): Promise<Refusal | undefined> {
  const { records, durable } = parts.operations;
  const record = records.find(tenant, 'geofence', geofenceId);
  if (!record || record.endedAtMs !== undefined)
    return refuse('NOT_FOUND', { field: 'geofence_id' }, { message: 'No such geofence' });
  const { position } = records.put({ ...record, state: 'deleted', endedAtMs: Math.round(nowMs) });
  if (await durable(position, DISK_MS)) return undefined;
  return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
}

const GEOJSON_GEOMETRIES: ReadonlySet<unknown> = new Set(['Polygon', 'MultiPolygon', 'Point']);

/** A geofence as it came, without the words of the request around it; its geometry in our own form or GeoJSON's. */
export function readFence(request: Readonly<Record<string, unknown>>): FenceDraft | Refusal {
  const { type: _type, request_id: _id, ...fence } = request;
  const { geometry, ...properties } = fence as { readonly geometry?: { readonly type?: unknown } | null };
  if (!GEOJSON_GEOMETRIES.has(geometry?.type)) return parseGeofence(fence);
  const drafts = parseGeojsonFences({ type: 'Feature', geometry, properties }, {}, '');
  if (!isRefusal(drafts)) return drafts[0] as FenceDraft;
  const { field = '' } = drafts.details;
  return { ...drafts, details: { ...drafts.details, field: field.replace(/^properties\./, '') } };
}
