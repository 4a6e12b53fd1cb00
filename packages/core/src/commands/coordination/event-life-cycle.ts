/**
 * What becomes of a coordination event. Complete by type:
 *
 *     detected ──propose──► proposed ──act──► resolving ──clear──► resolved
 *        │  └──────────────act──────────────────▲  │
 *        └──────override──► overridden ◄─override──┘      every one: clear ──► resolved, abandon ──► abandoned
 *                               └──lapse──► detected
 */

export const COORDINATION_STATES = [
  ...['detected', 'proposed', 'resolving', 'overridden', 'resolved', 'abandoned'],
] as const;
export type CoordinationState = (typeof COORDINATION_STATES)[number];

export const COORDINATION_MOVES = ['propose', 'act', 'override', 'lapse', 'clear', 'abandon'] as const;
export type CoordinationMove = (typeof COORDINATION_MOVES)[number];

type Row = Record<CoordinationMove, CoordinationState | 'refused'>;
const END = { clear: 'resolved', abandon: 'abandoned' } as const;
const OVER: Row = {
  propose: 'refused',
  act: 'refused',
  override: 'refused',
  lapse: 'refused',
  clear: 'refused',
  abandon: 'refused',
};

const TABLE: Record<CoordinationState, Row> = {
  detected: { ...END, propose: 'proposed', act: 'resolving', override: 'overridden', lapse: 'refused' },
  proposed: { ...END, propose: 'proposed', act: 'resolving', override: 'overridden', lapse: 'refused' },
  resolving: { ...END, propose: 'refused', act: 'resolving', override: 'overridden', lapse: 'refused' },
  // What an operator has decided is not taken back by what would have been done instead.
  overridden: { ...END, propose: 'refused', act: 'refused', override: 'overridden', lapse: 'detected' },
  resolved: OVER,
  abandoned: OVER,
};

/** The state after a move; undefined where the move means nothing. */
export function nextCoordinationState(
  state: CoordinationState,
  move: CoordinationMove,
): CoordinationState | undefined {
  const next = TABLE[state][move];
  return next === 'refused' ? undefined : next;
}

export const isCoordinationOver = (state: CoordinationState): boolean =>
  state === 'resolved' || state === 'abandoned';
