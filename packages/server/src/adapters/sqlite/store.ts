import type { Store } from '@skein/core';
import { openStoreWorker } from './store-client.ts';

/**
 * A store in a directory, for one machine: SQLite in two threads of its own, one for history and one for keys and
 * audit, so that no caller ever waits for a disk and no key for a long read. Several processes may share the directory.
 */
export async function openSqliteStore(options: { directory: string }): Promise<Store> {
  const [history, control] = await Promise.all([
    openStoreWorker(options.directory, 'history'),
    openStoreWorker(options.directory, 'control'),
  ]);
  return {
    telemetry: (query) => history.call('telemetry', query),
    byDataId: (tenant, dataId) => history.call('byDataId', tenant, dataId),
    series: (query) => history.call('series', query),
    latest: () => history.call('latest'),
    anomalies: (query) => history.call('anomalies', query),
    acknowledge: (tenant, anomalyId, by, note) => history.call('acknowledge', tenant, anomalyId, by, note),
    record: (tenant, kind, id) => history.call('record', tenant, kind, id),
    records: (query) => history.call('records', query),
    recentRecords: (endedSinceMs) => history.call('recentRecords', endedSinceMs),
    revision: () => control.call('revision'),
    keys: () => control.call('keys'),
    putKey: (key) => control.call('putKey', key),
    endKey: (tenant, id, end) => control.call('endKey', tenant, id, end),
    touchKeys: (lastUsed) => control.call('touchKeys', lastUsed),
    revokedTokens: () => control.call('revokedTokens'),
    revokeToken: (jti, expiresAtMs) => control.call('revokeToken', jti, expiresAtMs),
    appendAudit: (entry) => control.call('appendAudit', entry),
    audit: (query) => control.call('audit', query),
    recentAudit: (tenant, limit) => control.call('recentAudit', tenant, limit),
    ping: async () => {
      await Promise.all([history.call('ping'), control.call('ping')]);
    },
    close: async () => {
      await Promise.all([history.close(), control.close()]);
    },
  };
}
