import type { Fleet } from '../../fleet/fleet.ts';
import { createFlatTerrain, type Terrain } from '../../geo/terrain.ts';
import { createLocalFrame, type GeoPoint, type LocalFrame } from '../../geo/wgs84.ts';

/** Where the plane that everything is planned in touches the earth, and the ground below it. */
export interface Site {
  readonly frame: LocalFrame;
  readonly terrain: Terrain;
}

export interface SiteOptions {
  /** SITE_ORIGIN; without it the first drone that knows where it is says it. */
  readonly origin: GeoPoint | undefined;
  /** Elevation tiles; without them the ground is as flat as the site's origin is high. */
  readonly terrain: Terrain | undefined;
}

/** One for the whole server: two tenants share the same sky. Undefined until any place on earth is known. */
export function createSiteFinder({ origin, terrain }: SiteOptions, fleet: Fleet): () => Site | undefined {
  let site = origin && toSite(origin, terrain);
  return () => {
    site ??= derive(fleet, terrain);
    return site;
  };
}

function toSite(origin: GeoPoint, terrain: Terrain | undefined): Site {
  return { frame: createLocalFrame(origin), terrain: terrain ?? createFlatTerrain(origin.altitudeAmslM) };
}

/** A drone that says both where it is on earth and where in the site says where the site is; else the sea is its ground. */
function derive(fleet: Fleet, terrain: Terrain | undefined): Site | undefined {
  for (const { latest } of fleet.all()) {
    if (!latest || !Number.isFinite(latest.latitudeDeg + latest.longitudeDeg)) continue;
    const { latitudeDeg, longitudeDeg, altitudeAmslM, eastM, northM, upM } = latest;
    if (!Number.isFinite(altitudeAmslM + eastM + northM + upM))
      return toSite({ latitudeDeg, longitudeDeg, altitudeAmslM: 0 }, terrain);
    const here = createLocalFrame({ latitudeDeg, longitudeDeg, altitudeAmslM });
    const origin = here.toGeo({ eastM: -eastM, northM: -northM, upM: 0 });
    return toSite({ ...origin, altitudeAmslM: altitudeAmslM - upM }, terrain);
  }
  return undefined;
}
