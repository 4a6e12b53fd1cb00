import type { Kind } from './kinds.ts';

/** One setting: its environment variable, what it may be, what it is when nothing is said, and what it does. */
export interface Variable<T = unknown, D extends T | undefined = T | undefined> {
  readonly name: string;
  readonly kind: Kind<T>;
  readonly default: D;
  readonly description: string;
  /** For the documents, where the default follows from something else. */
  readonly defaultText?: string;
  /** Never printed, never given on a command line; `NAME_FILE` may name a file that holds it. */
  readonly secret?: boolean;
  /** Part of the contract, read and checked, but nothing in this version looks at it yet. */
  readonly reserved?: boolean;
}

export function required<T>(
  name: string,
  kind: Kind<T>,
  preset: NoInfer<T>,
  description: string,
): Variable<T, T> {
  return { name, kind, default: preset, description };
}

/** A setting that may stay undefined. */
export function optional<T>(name: string, kind: Kind<T>, description: string): Variable<T, undefined> {
  return { name, kind, default: undefined, description };
}

export function secret<V extends Variable<string>>(variable: V): V {
  return { ...variable, secret: true };
}

/** For the documents, where the default follows from something else. */
export function shownAs<V extends Variable>(defaultText: string, variable: V): V {
  return { ...variable, defaultText };
}

export function reserved<V extends Variable>(variable: V): V {
  return { ...variable, reserved: true };
}
