/** What a mission needs of a drone, as far as it can be asked of a whole fleet at once. */
export interface MissionAsk {
  readonly nowMs: number;
  /** Where it begins. */
  readonly eastM: number;
  readonly northM: number;
  /** From its begin to its end, along the route. */
  readonly routeM: number;
  /** From its end to the nearest pad that is allowed, straight. */
  readonly returnM: number;
  /** Energy for what is done on the way, at least. */
  readonly onSiteWh: number;
  /** No begin later than this is any good; null = whenever. */
  readonly latestStartInS: number | null;
  /** Later than this costs; null = whenever. */
  readonly dueInS: number | null;
  /** 0 … 10 */
  readonly priority: number;
  /** Bits, and what each is called. */
  readonly skills: number;
  readonly skillNames: readonly string[];
  readonly zones: number;
  readonly payloadKg: number;
  readonly windMps: number;
  /** Longest silence of a drone that is sent. */
  readonly linkAgeMaxMs: number;
  /** Whether a drone may be taken from a mission that can be interrupted. */
  readonly interrupts: boolean;
}
