import { groundHeightAmslM, type Terrain } from '../geo/terrain.ts';
import type { Sample } from '../messages/sample.ts';
import type { Rule } from './rule.ts';

/** Higher above ground than 120 m (Regulation (EU) 2019/947, open category). Where the terrain is unknown, above the site. */
export const altitudeLimit: Rule = {
  type: 'altitude_limit',
  holds: (sample, { active, thresholds: { altitudeMaxAglM, hysteresisM }, airspace }) => {
    const aglM = airspace?.terrain ? heightAglM(sample, airspace.terrain) : Number.NaN;
    const isAboveGround = !Number.isNaN(aglM);
    const heightM = isAboveGround ? aglM : sample.upM;
    if (!(heightM > (active ? altitudeMaxAglM - hysteresisM : altitudeMaxAglM))) return undefined;
    const above = isAboveGround ? 'the ground' : 'the site';
    return {
      type: 'altitude_limit',
      severity: 'medium',
      description: `${Math.round(heightM)} m above ${above}, limit ${altitudeMaxAglM} m`,
      value: heightM,
      threshold: altitudeMaxAglM,
    };
  },
};

const heightAglM = ({ latitudeDeg, longitudeDeg, altitudeAmslM }: Sample, terrain: Terrain): number =>
  altitudeAmslM - groundHeightAmslM(terrain, latitudeDeg, longitudeDeg);
