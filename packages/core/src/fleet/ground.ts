/** What a sample says of the ground. */
interface Word {
  readonly armed: boolean | undefined;
  readonly status: string | undefined;
}

const ARMED_STATUSES: ReadonlySet<string> = new Set(['active', 'flying', 'mission', 'in_flight', 'armed']);

const GROUND_STATUSES: ReadonlySet<string> = new Set([
  ...['landed', 'idle', 'charging', 'docked', 'parked', 'ready', 'standby', 'disarmed', 'on_ground'],
]);

/** Certainly on the ground: its own flag says so, or its word. A word that is not known says nothing. */
export function isOnGround({ armed, status }: Word): boolean {
  return armed === undefined ? GROUND_STATUSES.has(status ?? '') : !armed;
}

/** The drone's own flag, else what its status implies. CONTRACT 1. */
export function isArmed({ armed, status }: Word): boolean {
  return armed ?? ARMED_STATUSES.has(status ?? '');
}
