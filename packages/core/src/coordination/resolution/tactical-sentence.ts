/** A command in one sentence, for who watches. */
import { type AirMotion, type AirVelocity, type NeighbourMotion, relativeMotion } from './air-motion.ts';
import { type PairConstraint, type PairRules, rulesFor } from './pair-constraint.ts';

/** `clear`: nothing is asked of it; `least-miss`: nothing satisfies all, and this comes nearest to it. */
export type TacticalMode = 'clear' | 'across' | 'vertical' | 'least-miss' | 'mvp' | 'hover';

interface Told {
  readonly own: AirMotion & { readonly wish: AirVelocity };
  readonly near: readonly NeighbourMotion[];
  readonly velocity: AirVelocity;
  readonly mode: TacticalMode;
  readonly binding: readonly PairConstraint[];
  readonly rules: PairRules;
}

/** A change that nobody would notice. */
const SMALL_MPS = 0.1;

export function describeCommand(told: Told): string {
  const { mode, binding } = told;
  if (mode === 'clear') return 'flies as planned';
  // The nearest in time comes first.
  const first = binding.reduce<PairConstraint | undefined>(
    (kept, one) => (kept === undefined || one.inS < kept.inS ? one : kept),
    undefined,
  );
  const other = told.near.find(({ id }) => id === first?.id);
  if (first === undefined || other === undefined) return 'flies as planned';
  if (mode === 'hover') return `hovers until ${other.id} has passed`;
  if (first.mode === 'across') return describeAcross(told, other);
  return describeVertical(told, first, other);
}

function describeAcross({ own, velocity }: Told, other: NeighbourMotion): string {
  const motion = relativeMotion({ ...own, ...velocity }, other);
  const cross = motion.northM * motion.eastMps - motion.eastM * motion.northMps;
  const speedMps = Math.hypot(velocity.eastMps, velocity.northMps);
  const wishMps = Math.hypot(own.wish.eastMps, own.wish.northMps);
  const along = velocity.eastMps * own.wish.eastMps + velocity.northMps * own.wish.northMps;
  const isStraight = along >= Math.cos(Math.PI / 36) * speedMps * wishMps;
  if (isStraight && speedMps < wishMps - SMALL_MPS)
    return `slows to ${speedMps.toFixed(1)} m/s behind ${other.id}`;
  return `passes ${cross < 0 ? 'right' : 'left'} of ${other.id}`;
}

function describeVertical({ velocity, rules, own }: Told, { mode }: PairConstraint, other: NeighbourMotion) {
  const { upM, upMps } = relativeMotion({ ...own, ...velocity }, other);
  const side = mode === 'above' ? 1 : -1;
  const missingM = rulesFor(other, rules).minima.verticalM - side * upM;
  const preposition = mode === 'above' ? 'above' : 'below';
  const speedMps = Math.abs(velocity.upMps);
  if (speedMps < SMALL_MPS || missingM <= 0) return `stays ${preposition} ${other.id}`;
  const verb = velocity.upMps > 0 ? 'climbs' : 'descends';
  const forS = Math.min(rules.lookAheadS, Math.ceil(missingM / Math.max(side * upMps, SMALL_MPS)));
  return `${verb} ${speedMps.toFixed(1)} m/s for ${forS} s, ${preposition} ${other.id}`;
}
