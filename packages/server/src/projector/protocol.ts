import type { Retention } from '@skein/core';
import type { ProjectionConfig } from '../adapters/store.ts';

/** What the projector's thread is started with, told, and tells. */
export interface ProjectorData {
  readonly store: Pick<ProjectionConfig, 'databaseUrl' | 'dataDir'>;
  readonly batchRows: number;
  readonly journalDirectory: string;
  readonly journalId: string;
  readonly memory: SharedArrayBuffer;
}

export type ToProjector =
  | { readonly type: 'expire'; readonly retention: Retention; readonly nowMs: number }
  | { readonly type: 'stop' };

export type FromProjector =
  | { readonly type: 'ready'; readonly position: number }
  | {
      readonly type: 'projected';
      readonly position: number;
      readonly stored: number;
      readonly repeated: number;
      readonly seconds: number;
    }
  | { readonly type: 'down'; readonly reason: string }
  | { readonly type: 'refused_row'; readonly droneId: string; readonly reason: string }
  | { readonly type: 'expired'; readonly samples: number }
  | { readonly type: 'damaged'; readonly reason: string };
