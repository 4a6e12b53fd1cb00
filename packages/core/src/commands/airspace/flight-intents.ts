import { isRefusal, type Refusal } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { FlightPoint } from '../../missions/energy/route.ts';
import type { FlightCandidate } from '../../missions/safety/flight-candidate.ts';
import type { FlightVerdict } from '../../missions/safety/validate-flight.ts';
import type { Bus, Clock, Unsubscribe } from '../../ports.ts';
import type { CommandRecord } from '../ledger/command-record.ts';
import { isTerminal, isUnanswered } from '../ledger/life-cycle.ts';
import type { AirspaceDesk, Reservation } from './airspace-desk.ts';
import type { Situation } from './situation.ts';

/** What a command will make its vehicle fly, kept with the command: it is checked once more before it leaves. */
export interface IntendedFlight {
  readonly points: readonly FlightPoint[];
  readonly changed: readonly number[];
  readonly afterwards: FlightCandidate['afterwards'];
  readonly startS?: number;
  /** Of the fences it was checked against. */
  readonly fenceVersion: number;
  readonly checkedAtMs: number;
}

/** A check is good for so long; whatever leaves later is checked anew. */
const FRESH_MS = 2000;

/**
 * Flights that were found safe and wait for their vehicle's word: reserved in the airspace from the check on, kept once the
 * vehicle has accepted, given up when it refuses or nothing comes of the command.
 */
export class FlightIntents {
  readonly #airspace: AirspaceDesk;
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #reserved = new Map<string, Reservation>();
  readonly #unsubscribe: Unsubscribe;

  constructor(parts: { airspace: AirspaceDesk; fleet: Fleet; clock: Clock; bus: Bus }) {
    this.#airspace = parts.airspace;
    this.#fleet = parts.fleet;
    this.#clock = parts.clock;
    this.#unsubscribe = parts.bus.subscribe('command', (_subject, payload) =>
      this.#follow(payload as CommandRecord),
    );
  }

  /** Reserves what was found safe; `hold` names the command once there is one. */
  reserve(situation: Situation, verdict: FlightVerdict): Reservation | Refusal {
    return this.#airspace.reserve(situation, verdict);
  }

  hold(commandId: string, reservation: Reservation): void {
    this.#reserved.set(commandId, reservation);
  }

  intended(tenant: string, wish: Omit<IntendedFlight, 'fenceVersion' | 'checkedAtMs'>): IntendedFlight {
    return { ...wish, fenceVersion: this.#airspace.fences(tenant).version, checkedAtMs: this.#clock.now() };
  }

  /** Asked when a command is about to leave: why it must not, or undefined. */
  objection(command: CommandRecord): string | undefined {
    const flight = command.context?.['flight'] as IntendedFlight | undefined;
    if (!flight) return undefined;
    const isFresh =
      this.#reserved.has(command.commandId) &&
      this.#clock.now() - flight.checkedAtMs < FRESH_MS &&
      this.#airspace.fences(command.tenant).version === flight.fenceVersion;
    return isFresh ? undefined : this.#checkAgain(command, flight);
  }

  /** There is no command after all. */
  drop(commandId: string): void {
    this.#giveUp(commandId);
  }

  close(): void {
    this.#unsubscribe();
  }

  #checkAgain(command: CommandRecord, flight: IntendedFlight): string | undefined {
    this.#giveUp(command.commandId);
    const drone = this.#fleet.find(command.tenant, command.droneId);
    const situation = drone && this.#airspace.situationNow(drone);
    if (!situation || isRefusal(situation)) return 'where the drone is, is not known any more';
    const verdict = this.#airspace.check(situation, flight);
    if (isRefusal(verdict)) return verdict.message;
    const [violation] = verdict.violations;
    if (violation) return `no longer safe: ${violation.evidence}`;
    const reservation = this.#airspace.reserve(situation, verdict);
    if (isRefusal(reservation)) return reservation.message;
    this.#reserved.set(command.commandId, reservation);
    return undefined;
  }

  #follow(command: CommandRecord): void {
    const isFlight = command.context?.['flight'] !== undefined;
    if (isUnanswered(command.state) || !isFlight) return;
    const isTaken = !isTerminal(command.state) || command.state === 'succeeded';
    if (!isTaken) return this.#giveUp(command.commandId);
    if (this.#reserved.delete(command.commandId)) this.#airspace.confirm(command);
  }

  #giveUp(commandId: string): void {
    this.#reserved.get(commandId)?.release();
    this.#reserved.delete(commandId);
  }
}
