import { isRefusal } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { AirspaceDesk, FlightWish, Reservation } from './airspace/airspace-desk.ts';
import { flightIdOf } from './airspace/flight-records.ts';
import type { Situation } from './airspace/situation.ts';
import { toPlanFlight } from './airspace/waypoint-flight.ts';
import type { CarriedMission } from './mission-record.ts';
import type { MissionEnding } from './mission-steps.ts';

/** A drone that flies a mission, or has flown it. */
type Flown = Pick<CarriedMission, 'tenant' | 'droneId'>;

/**
 * What a mission's drone is committed to in the airspace when it does something else than it was checked for: what it flies
 * is kept clear of, whether or not it would have been allowed.
 */
export class MissionAirspace {
  readonly #airspace: AirspaceDesk;
  readonly #fleet: Fleet;

  constructor({ airspace, fleet }: { readonly airspace: AirspaceDesk; readonly fleet: Fleet }) {
    this.#airspace = airspace;
    this.#fleet = fleet;
  }

  /** It stays where it is; on the ground it needs no room. */
  hover(flown: Flown): void {
    this.#commit(flown, ({ at }) => ({ points: [{ at }], changed: [], afterwards: 'hovering' }));
  }

  /** It does what ends the mission. */
  end(flown: Flown, ending: MissionEnding): void {
    if (ending === 'hold') return this.hover(flown);
    this.#commit(flown, (from) => (ending === 'land' ? toGround(from) : toHome(from)));
  }

  /** It is about to make room for another one; `release` takes that back. Undefined where it takes up none. */
  stepAside(flown: Flown): Reservation | undefined {
    const situation = this.#situationOf(flown);
    return situation && !situation.onGround ? this.#reserve(situation, toHome(situation)) : undefined;
  }

  /** It flies the rest of its plan, and nothing has been committed for it (a restart came between). */
  ensure(mission: CarriedMission): void {
    const site = this.#airspace.site();
    if (isRefusal(site) || this.#airspace.traffic.get(flightIdOf(mission.tenant, mission.droneId ?? '')))
      return;
    this.#commit(mission, (situation) => {
      const part = { from: Math.min(mission.reached, mission.waypoints.length - 1), changed: [] };
      const wish = toPlanFlight(mission, part, { site, situation, path: 'waypoints' });
      return isRefusal(wish) ? undefined : wish;
    });
  }

  #commit(flown: Flown, toWish: (from: Situation) => FlightWish | undefined): void {
    const situation = this.#situationOf(flown);
    if (!situation) return;
    if (situation.onGround) return this.#airspace.free(situation.tenant, situation.droneId);
    const wish = toWish(situation);
    if (wish && this.#reserve(situation, wish)) this.#airspace.confirm(situation);
  }

  #situationOf({ tenant, droneId = '' }: Flown): Situation | undefined {
    const drone = this.#fleet.find(tenant, droneId);
    const situation = drone && this.#airspace.situationNow(drone);
    return situation && !isRefusal(situation) ? situation : undefined;
  }

  #reserve(situation: Situation, wish: FlightWish): Reservation | undefined {
    const verdict = this.#airspace.check(situation, wish);
    if (isRefusal(verdict) || !verdict.trajectory) return undefined;
    const reservation = this.#airspace.reserve(situation, verdict);
    return isRefusal(reservation) ? undefined : reservation;
  }
}

const toGround = ({ at, home }: Situation): FlightWish => ({
  points: [{ at: { ...at, upM: Math.min(at.upM, home.upM) } }],
  ...{ changed: [], afterwards: 'gone' },
});

const toHome = ({ at, home }: Situation): FlightWish => ({
  points: [{ at: { ...home, upM: Math.max(at.upM, home.upM) } }, { at: home }],
  ...{ changed: [], afterwards: 'gone' },
});
