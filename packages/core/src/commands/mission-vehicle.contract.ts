import type { OrderMessage } from '../messages/order.ts';
import type { VehicleWord } from './ledger/vehicle-word.ts';

/** A vehicle as orders see it: it remembers ids, flies what it was sent, and says so. Places in metres of the site. */
export class TestVehicle {
  readonly droneId: string;
  readonly home: { readonly x: number; readonly y: number };
  at: { x: number; y: number; z: number };
  /** How often each order has had an effect. */
  readonly effects = new Map<string, number>();
  refuses: string | undefined;
  readonly #answers = new Map<string, string>();
  #loaded: { id: string; version: number; places: { x: number; y: number; z: number }[] } | undefined;
  #next = 0;
  #does: 'ground' | 'mission' | 'hold' | 'home' | 'down' = 'ground';
  #weight = 0;
  #engaged = false;

  constructor(droneId: string, x: number) {
    this.droneId = droneId;
    this.home = { x, y: 0 };
    this.at = { x, y: 0, z: 0 };
  }

  /** The answer; the same order again has the same answer and no effect. */
  take({ commandId, command, params, clears }: OrderMessage): VehicleWord {
    const known = this.#answers.get(commandId);
    const result = known ?? this.#decide(command, params, clears ?? 2);
    if (known === undefined) {
      this.#answers.set(commandId, result);
      if (result === 'accepted') this.effects.set(commandId, (this.effects.get(commandId) ?? 0) + 1);
    }
    return { tenant: 't', commandId, droneId: this.droneId, result };
  }

  /** A second goes by: some thirty metres. */
  fly(): void {
    if (this.#does === 'mission') this.#flyMission();
    else if (this.#does === 'home') this.#to({ ...this.home, z: this.#isHome() ? 0 : 40 });
    else if (this.#does === 'down') this.#to({ ...this.at, z: 0 });
    const isDown = this.at.z === 0 && (this.#does === 'home' || this.#does === 'down');
    if (!isDown) return;
    this.#does = 'ground';
    this.#engaged = false;
    if (this.#weight < 4) this.#weight = 0;
  }

  get isUp(): boolean {
    return this.#does !== 'ground';
  }

  message(nowMs: number, seq: number): object {
    const { id, places } = this.#loaded ?? { id: '', places: [] };
    const isOn = this.#engaged && this.isUp;
    return {
      ...{ sessionId: 's', seq, timestamp: new Date(nowMs).toISOString() },
      drone: {
        id: this.droneId,
        status: WORDS[this.#does],
        armed: this.isUp,
      },
      position: this.at,
      telemetry: { battery: 95, signal: 90, speed: this.isUp && this.#does !== 'hold' ? 10 : 0 },
      ...(isOn && {
        mission: { id, waypoint: Math.min(this.#next + 1, places.length), totalWaypoints: places.length },
      }),
    };
  }

  #decide(command: string, params: Readonly<Record<string, unknown>>, clears: number): string {
    if (this.refuses === command) return 'denied';
    const weight = WEIGHTS[command] ?? 0;
    if (command === 'resume') return clears >= this.#weight ? this.#resume() : 'temporarily_rejected';
    if (weight < this.#weight) return 'temporarily_rejected';
    if (command === 'upload_mission') return this.#upload(params);
    if (command === 'start_mission') return this.#start(params);
    if (command === 'pause_mission')
      return this.#engaged && this.isUp ? this.#do('hold') : 'temporarily_rejected';
    return this.#leave(command, weight);
  }

  #leave(command: string, weight: number): string {
    this.#weight = this.isUp || weight === 4 ? weight : 0;
    if (command !== 'hold') this.#engaged = false;
    if (!this.isUp) return 'accepted';
    if (command === 'hold') return this.#do('hold');
    return this.#do(command === 'return_to_base' ? 'home' : 'down');
  }

  #do(what: 'hold' | 'home' | 'down' | 'mission'): string {
    this.#does = what;
    return 'accepted';
  }

  #resume(): string {
    const isHold = this.#weight <= 2;
    this.#weight = 0;
    if (this.#does === 'hold' && this.#engaged && isHold) this.#does = 'mission';
    else if (this.isUp && !isHold) this.#does = 'hold';
    return 'accepted';
  }

  #upload({ mission_id, version, waypoints }: Readonly<Record<string, unknown>>): string {
    const isOld = this.#loaded?.id === mission_id && Number(version) <= (this.#loaded?.version ?? 0);
    if (isOld || this.isUp) return 'denied';
    const places = waypoints as { x: number; y: number; z: number }[];
    this.#loaded = { id: String(mission_id), version: Number(version), places };
    this.#next = 0;
    return 'accepted';
  }

  #start({ mission_id }: Readonly<Record<string, unknown>>): string {
    if (this.#loaded?.id !== mission_id) return 'denied';
    this.#engaged = true;
    return this.#do('mission');
  }

  #flyMission(): void {
    const { places } = this.#loaded as { places: { x: number; y: number; z: number }[] };
    const target = places[this.#next];
    if (!target) this.#does = 'home';
    else if (this.at.z < target.z) this.at = { ...this.at, z: target.z };
    else if (this.#to(target)) this.#next += 1;
  }

  #isHome(): boolean {
    return this.at.x === this.home.x && this.at.y === this.home.y;
  }

  /** True: there. */
  #to({ x, y, z }: { readonly x: number; readonly y: number; readonly z: number }): boolean {
    const wayM = Math.hypot(x - this.at.x, y - this.at.y);
    const share = Math.min(1, STEP_M / Math.max(STEP_M, wayM));
    this.at = { x: this.at.x + (x - this.at.x) * share, y: this.at.y + (y - this.at.y) * share, z };
    return share === 1;
  }
}

const WORDS = {
  ground: 'landed',
  mission: 'mission',
  hold: 'hold',
  home: 'returning',
  down: 'landing',
} as const;
const STEP_M = 30;
const WEIGHTS: Readonly<Record<string, number>> = {
  ...{ emergency_land: 4, land: 3, return_to_base: 3, hold: 2 },
  ...{ upload_mission: 1, start_mission: 1, pause_mission: 1 },
};
