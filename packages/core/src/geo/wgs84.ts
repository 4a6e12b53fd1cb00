/**
 * WGS84 and the local east-north-up frame (REP-103) at a site's origin, exact through ECEF.
 * Source of the formulas: NIMA TR8350.2 (ellipsoid), Bowring 1985 (inverse, one step is below 1e-9 m near the ground).
 */

export interface GeoPoint {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  /** Metres above the same surface as the origin's; mean sea level at a site. */
  readonly altitudeAmslM: number;
}

export interface Enu {
  readonly eastM: number;
  readonly northM: number;
  readonly upM: number;
}

export interface LocalFrame {
  readonly origin: GeoPoint;
  toEnu(point: GeoPoint): Enu;
  toGeo(enu: Enu): GeoPoint;
}

const A_M = 6_378_137;
const FLATTENING = 1 / 298.257_223_563;
const B_M = A_M * (1 - FLATTENING);
const E2 = FLATTENING * (2 - FLATTENING);
const EP2 = E2 / (1 - E2);
const RAD_PER_DEG = Math.PI / 180;

interface Ecef {
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
}

function toEcef({ latitudeDeg, longitudeDeg, altitudeAmslM }: GeoPoint): Ecef {
  const sinLat = Math.sin(latitudeDeg * RAD_PER_DEG);
  const cosLat = Math.cos(latitudeDeg * RAD_PER_DEG);
  const normalM = A_M / Math.sqrt(1 - E2 * sinLat * sinLat);
  const equatorialM = (normalM + altitudeAmslM) * cosLat;
  return {
    xM: equatorialM * Math.cos(longitudeDeg * RAD_PER_DEG),
    yM: equatorialM * Math.sin(longitudeDeg * RAD_PER_DEG),
    zM: (normalM * (1 - E2) + altitudeAmslM) * sinLat,
  };
}

function fromEcef({ xM, yM, zM }: Ecef): GeoPoint {
  const equatorialM = Math.hypot(xM, yM);
  const beta = Math.atan2(zM * A_M, equatorialM * B_M);
  const latitude = Math.atan2(
    zM + EP2 * B_M * Math.sin(beta) ** 3,
    equatorialM - E2 * A_M * Math.cos(beta) ** 3,
  );
  const sinLat = Math.sin(latitude);
  const normalM = A_M / Math.sqrt(1 - E2 * sinLat * sinLat);
  const altitudeAmslM = equatorialM * Math.cos(latitude) + zM * sinLat - normalM * (1 - E2 * sinLat * sinLat);
  return {
    latitudeDeg: latitude / RAD_PER_DEG,
    longitudeDeg: Math.atan2(yM, xM) / RAD_PER_DEG,
    altitudeAmslM,
  };
}

/** The east-north-up frame at an origin. */
export function createLocalFrame(origin: GeoPoint): LocalFrame {
  const at = toEcef(origin);
  const sinLat = Math.sin(origin.latitudeDeg * RAD_PER_DEG);
  const cosLat = Math.cos(origin.latitudeDeg * RAD_PER_DEG);
  const sinLon = Math.sin(origin.longitudeDeg * RAD_PER_DEG);
  const cosLon = Math.cos(origin.longitudeDeg * RAD_PER_DEG);
  return {
    origin,
    toEnu: (point) => {
      const { xM, yM, zM } = toEcef(point);
      const [dx, dy, dz] = [xM - at.xM, yM - at.yM, zM - at.zM];
      return {
        eastM: -sinLon * dx + cosLon * dy,
        northM: -sinLat * cosLon * dx - sinLat * sinLon * dy + cosLat * dz,
        upM: cosLat * cosLon * dx + cosLat * sinLon * dy + sinLat * dz,
      };
    },
    toGeo: ({ eastM, northM, upM }) =>
      fromEcef({
        xM: at.xM - sinLon * eastM - sinLat * cosLon * northM + cosLat * cosLon * upM,
        yM: at.yM + cosLon * eastM - sinLat * sinLon * northM + cosLat * sinLon * upM,
        zM: at.zM + cosLat * northM + sinLat * upM,
      }),
  };
}
