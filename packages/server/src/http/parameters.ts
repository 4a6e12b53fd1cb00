import { isId, parseTimestampUs, type Refusal, RefusalError, refuse } from '@skein/core';

/** A query parameter: how its text is read, and how it is described. */
export interface Parameter<T> {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly read: (text: string) => T | undefined;
  readonly fallback: T | undefined;
}

export function integer(minimum: number, maximum: number, fallback: number): Parameter<number> {
  return {
    schema: { type: 'integer', minimum, maximum, default: fallback },
    fallback,
    read: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= minimum && value <= maximum ? value : undefined;
    },
  };
}

/** An instant, given as ISO 8601 with a zone; read as microseconds. */
export const instant: Parameter<number> = {
  schema: { type: 'string', format: 'date-time' },
  fallback: undefined,
  read: parseTimestampUs,
};

export const id: Parameter<string> = {
  schema: { type: 'string' },
  fallback: undefined,
  read: (text) => (isId(text) ? text : undefined),
};

export const cursor: Parameter<string> = {
  schema: { type: 'string', description: 'nextCursor of the page before' },
  fallback: undefined,
  read: (text) => (/^[\w.:~=-]{1,256}$/.test(text) ? text : undefined),
};

export function oneOf<const Word extends string>(words: readonly Word[]): Parameter<Word> {
  return {
    schema: { type: 'string', enum: words },
    fallback: undefined,
    read: (text) => words.find((word) => word === text),
  };
}

export const yesOrNo: Parameter<boolean> = {
  schema: { type: 'boolean' },
  fallback: undefined,
  read: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
};

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10s`, `5m`, `1h`, or bare seconds; read as microseconds. */
export const duration: Parameter<number> = {
  schema: { type: 'string', examples: ['10s', '5m', '1h'] },
  fallback: undefined,
  read: (text) => {
    const [, amount, unit = 's'] = /^(\d{1,9})(ms|s|m|h|d)?$/.exec(text) ?? [];
    const us = Number(amount) * (UNIT_MS[unit] as number) * 1000;
    return us > 0 ? us : undefined;
  },
};

export const list: Parameter<readonly string[]> = {
  schema: { type: 'string', description: 'comma separated' },
  fallback: undefined,
  read: (text) => (/^[\w.,]{1,500}$/.test(text) ? text.split(',').filter(Boolean) : undefined),
};

type Read<Shape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Parameter<infer T> ? T | undefined : never;
};

/** All parameters of a query; throws a refusal that names the first one that is wrong. */
export function readQuery<const Shape extends Readonly<Record<string, Parameter<unknown>>>>(
  shape: Shape,
  query: unknown,
): Read<Shape> {
  const given = (query ?? {}) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(shape).map(([name, parameter]) => [
    name,
    readOne(name, parameter, given[name]),
  ]);
  return Object.fromEntries(entries) as Read<Shape>;
}

function readOne(name: string, { schema, read, fallback }: Parameter<unknown>, given: unknown): unknown {
  if (given === undefined) return fallback;
  const value = typeof given === 'string' ? read(given) : undefined;
  if (value === undefined) throw new RefusalError(refuseParameter(name, schema));
  return value;
}

function refuseParameter(field: string, schema: Parameter<unknown>['schema']): Refusal {
  return refuse(
    'VALIDATION_ERROR',
    { field, expectedType: JSON.stringify(schema), receivedType: 'string', reason: 'query' },
    { message: `The query parameter ${field} is not valid` },
  );
}
