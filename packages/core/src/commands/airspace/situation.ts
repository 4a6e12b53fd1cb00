import { type Refusal, refuse } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import { isOnGround } from '../../fleet/ground.ts';
import type { Enu, GeoPoint, LocalFrame } from '../../geo/wgs84.ts';
import type { EnergyModel } from '../../missions/energy/energy-model.ts';
import type { AirState } from '../../missions/energy/leg.ts';
import type { Pad } from '../../missions/energy/return-question.ts';
import type { KnownEnergy } from './energy-book.ts';

/** A drone as plans need it: where, how fast, with how much left, and where it belongs. */
export interface Situation {
  readonly tenant: string;
  readonly droneId: string;
  readonly at: Enu;
  readonly groundSpeedMps: number;
  /** NaN: unknown. */
  readonly headingDeg: number;
  readonly batteryPct: number;
  readonly onGround: boolean;
  /** Since it was last heard. */
  readonly ageMs: number;
  readonly home: Enu;
  /** Nobody has seen it on the ground: its first known place was taken for its home. */
  readonly homeAssumed: boolean;
  readonly pads: readonly Pad[];
  readonly model: EnergyModel;
  readonly air: AirState;
}

export interface Home {
  readonly place: GeoPoint;
  readonly assumed: boolean;
}

export interface SituationParts {
  readonly frame: LocalFrame;
  readonly home: Home | undefined;
  readonly energy: Pick<KnownEnergy, 'model' | 'air'>;
  readonly nowMs: number;
}

/** Refused where the drone has never said where it is or what is left in its battery. */
export function toSituation(
  drone: DroneState,
  { frame, home, energy, nowMs }: SituationParts,
): Situation | Refusal {
  const { tenant, droneId, latest, lastHeardMs } = drone;
  const at = latest && toSitePlace(latest, frame);
  if (!latest || !at)
    return refuse(
      'STALE_STATE',
      { field: 'drone_id', reason: 'position_unknown' },
      { message: `${droneId} has not said where it is` },
    );
  const onGround = isOnGround(drone);
  const known = onGround ? { place: frame.toGeo(at), assumed: false } : home;
  const homeAt = known ? frame.toEnu(known.place) : { ...at, upM: 0 };
  return {
    ...{ tenant, droneId, at, onGround, home: homeAt, homeAssumed: known?.assumed ?? true },
    groundSpeedMps: Number.isFinite(latest.groundSpeedMps) ? latest.groundSpeedMps : 0,
    headingDeg: latest.headingDeg,
    batteryPct: latest.batteryPct,
    ageMs: nowMs - lastHeardMs,
    pads: [{ id: 'home', at: homeAt, open: true }],
    ...{ model: energy.model, air: energy.air },
  };
}

/** The satellite's fix where there is one, else the site's own coordinates. */
export function toSitePlace(
  { latitudeDeg, longitudeDeg, altitudeAmslM, eastM, northM, upM }: GeoPoint & Enu,
  frame: LocalFrame,
): Enu | undefined {
  if (Number.isFinite(latitudeDeg + longitudeDeg + altitudeAmslM))
    return frame.toEnu({ latitudeDeg, longitudeDeg, altitudeAmslM });
  return Number.isFinite(eastM + northM + upM) ? { eastM, northM, upM } : undefined;
}

/** Speed along the first leg: what cannot be kept through the turn is not counted on. */
export function speedToward({ at, groundSpeedMps, headingDeg }: Situation, to: Enu): number {
  const [eastM, northM] = [to.eastM - at.eastM, to.northM - at.northM];
  const distanceM = Math.hypot(eastM, northM);
  if (!(groundSpeedMps > 0.5) || !Number.isFinite(headingDeg) || distanceM < 1) return 0;
  const heading = (headingDeg * Math.PI) / 180;
  const along = (eastM * Math.sin(heading) + northM * Math.cos(heading)) / distanceM;
  return along > STRAIGHT_ON ? groundSpeedMps * along : 0;
}

/** cos 15°. */
const STRAIGHT_ON = 0.966;
