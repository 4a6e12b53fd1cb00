import type { Pattern } from './pattern.ts';

/** Whom the checks speak to. */
export interface Target {
  /** `http://host:3000`, without a slash at the end. */
  readonly http: string;
  /** `ws://host:8080` or `ws://host:3000/ingest`. */
  readonly ws: string;
  /** May write `droneId`; `isBound`: nothing else. */
  readonly key: string;
  readonly droneId: string;
  readonly isBound: boolean;
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

/** One sentence of the contract that can be tried from outside. */
export interface Check {
  readonly name: string;
  /** Of the contract. */
  readonly clause: string;
  readonly sent: string;
  readonly expected: Pattern;
  /** Tries it, and tells what came. */
  readonly ask: (target: Target) => Promise<unknown>;
  /** It takes a key that may write more than one drone. */
  readonly needsFleetKey?: true;
}

export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
export const SOME = /./;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The one envelope of every refusal. */
export function refusal(code: string, details: Pattern = {}): Pattern {
  return { status: 'error', error: { code, message: SOME, details }, timestamp: INSTANT, requestId: UUID };
}
