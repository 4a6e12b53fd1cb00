/**
 * The life of a mission, complete by type.
 *
 *            plan           assign            upload            start            complete
 *   draft ─────────► planned ─────► assigned ───────► uploading ──────► active ───────────► completed
 *     ▲                │ ▲             │  ▲               │  ▲          │    ▲
 *     └──── edit ──────┘ └── release ──┘  └ upload_failed ┘  │    pause │    │ resume
 *                        ▲                                   │          ▼    │
 *                        └────────────── release ────────────┼───────── paused
 *                                                            └─ upload ───┘
 *
 *   Every state but the last three also knows `fail` → failed and `abort` → aborted, but a draft cannot fail: nobody
 *   has promised it. A paused mission goes on at its break point: by `resume` where the vehicle still has the plan, by
 *   `upload` where the rest must be sent anew, by `release` where another drone shall fly the rest.
 */

export const MISSION_STATES = [
  'draft',
  'planned',
  'assigned',
  'uploading',
  'active',
  'paused',
  'completed',
  'failed',
  'aborted',
] as const;
export type MissionState = (typeof MISSION_STATES)[number];

export const MISSION_EVENTS = [
  'plan',
  'edit',
  'assign',
  'release',
  'upload',
  'upload_failed',
  'start',
  'pause',
  'resume',
  'complete',
  'fail',
  'abort',
] as const;
export type MissionEventName = (typeof MISSION_EVENTS)[number];

type Row = Readonly<Record<MissionEventName, MissionState | 'refused'>>;

const NOTHING: Row = {
  plan: 'refused',
  edit: 'refused',
  assign: 'refused',
  release: 'refused',
  upload: 'refused',
  upload_failed: 'refused',
  start: 'refused',
  pause: 'refused',
  resume: 'refused',
  complete: 'refused',
  fail: 'refused',
  abort: 'refused',
};
const ENDABLE: Row = { ...NOTHING, fail: 'failed', abort: 'aborted' };

export const MISSION_LIFE_CYCLE: Readonly<Record<MissionState, Row>> = {
  draft: { ...NOTHING, edit: 'draft', plan: 'planned', abort: 'aborted' },
  planned: { ...ENDABLE, edit: 'draft', assign: 'assigned' },
  assigned: { ...ENDABLE, release: 'planned', upload: 'uploading' },
  uploading: { ...ENDABLE, upload_failed: 'assigned', start: 'active' },
  active: { ...ENDABLE, pause: 'paused', complete: 'completed' },
  paused: { ...ENDABLE, resume: 'active', upload: 'uploading', release: 'planned' },
  completed: NOTHING,
  failed: NOTHING,
  aborted: NOTHING,
};

/** Behind it nothing happens any more. */
export function isMissionOver(state: MissionState): state is 'completed' | 'failed' | 'aborted' {
  return MISSION_LIFE_CYCLE[state] === NOTHING;
}

/** A drone is bound to it: M4, one such mission per drone. */
export function holdsDrone(state: MissionState): boolean {
  return state === 'assigned' || state === 'uploading' || state === 'active' || state === 'paused';
}
