import { createEnergyBound, leastWh } from '../../missions/energy/energy-bound.ts';
import type { EnergyModel } from '../../missions/energy/energy-model.ts';
import { type AirState, defaultEnergyPolicy, toCraft } from '../../missions/energy/leg.ts';
import { toDensityKgpm3 } from './wind.ts';

/** What a drone's flights cost at the least, for a scan over a whole fleet: never dearer than the exact evaluation. */
export interface LeastEnergy {
  readonly leastWhPerM: number;
  readonly hoverW: number;
  readonly capacityWh: number;
}

/** Of the model that is reckoned with: another that is nearer than this costs no new reckoning … */
const SAME_SHARE = 0.01;
/** … because so much is taken off: of the power, and what that makes of energy over hovering power. */
const SPARE_SHARE = 0.97;
const WIND_STEP_MPS = 2;
const ALTITUDE_STEP_M = 500;
/** More than any pack holds: the bound must not be dearer than the truth. */
const FULL_CELL_V = 4.35;

/** One model's bounds, by steps of wind and of altitude, where the air is thinner. */
export class LeastEnergyCache {
  readonly #cells = new Map<number, LeastEnergy>();
  #model: EnergyModel | undefined;

  read(model: EnergyModel, windMps: number, altitudeAmslM: number): LeastEnergy {
    if (this.#model !== model && !isNear(this.#model, model)) {
      this.#model = model;
      this.#cells.clear();
    }
    const wind = Math.ceil(windMps / WIND_STEP_MPS);
    const altitude = Number.isNaN(altitudeAmslM) ? 0 : Math.floor(altitudeAmslM / ALTITUDE_STEP_M);
    const key = altitude * 64 + wind;
    const known = this.#cells.get(key);
    if (known) return known;
    const least = toLeastEnergy(this.#model as EnergyModel, wind, altitude);
    this.#cells.set(key, least);
    return least;
  }
}

function isNear(one: EnergyModel | undefined, other: EnergyModel): boolean {
  if (one?.pack !== other.pack || one.airframe.massKg !== other.airframe.massKg) return false;
  const [was, is] = [one.airframe, other.airframe];
  const efficiency = Math.abs(is.drivetrainEfficiency / was.drivetrainEfficiency - 1);
  return efficiency < SAME_SHARE && Math.abs(is.dragAreaM2 - was.dragAreaM2) < SAME_SHARE * was.dragAreaM2;
}

/** The cheapest metre and the dearest hovering of all airs of the cell: power is convex in both. */
function toLeastEnergy(model: EnergyModel, wind: number, altitude: number): LeastEnergy {
  const corners = [altitude, altitude + 1].flatMap((step) =>
    [Math.max(0, wind - 1), wind].map((speed) =>
      toSteady(speed * WIND_STEP_MPS, toDensityKgpm3(step * ALTITUDE_STEP_M)),
    ),
  );
  const perM = corners.map((air) => {
    const bound = createEnergyBound(model, air);
    return (leastWh(bound, 2000, 0) - leastWh(bound, 1000, 0)) / 1000;
  });
  const { cells, capacityAh } = model.pack;
  return {
    leastWhPerM: SPARE_SHARE * Math.min(...perM),
    hoverW: Math.max(...corners.map((air) => toCraft(model.airframe, air, defaultEnergyPolicy).hoverW)),
    capacityWh: cells * capacityAh * FULL_CELL_V,
  };
}

const toSteady = (windEastMps: number, densityKgpm3: number): AirState => ({
  ...{ windEastMps, windNorthMps: 0, windSigmaMps: 0, densityKgpm3 },
});
