import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Refusal, refuse } from '../errors.ts';

/** A compiled schema: `accepts` costs nanoseconds, `explain` names the field of the first mistake. */
export interface Checked {
  readonly schema: TSchema;
  accepts(value: unknown): boolean;
  explain(value: unknown): Refusal;
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const EXPECTED: Readonly<Record<string, (params: SchemaError['params']) => string>> = {
  type: ({ type }) => String(type),
  required: () => 'present',
  pattern: () => 'text of the allowed characters',
  minLength: ({ limit }) => `at least ${limit} characters`,
  maxLength: ({ limit }) => `at most ${limit} characters`,
  minimum: ({ limit }) => `number >= ${limit}`,
  maximum: ({ limit }) => `number <= ${limit}`,
  minItems: ({ limit }) => `at least ${limit} items`,
  maxItems: ({ limit }) => `at most ${limit} items`,
  enum: ({ allowedValues }) => `one of ${(allowedValues as readonly string[]).join(', ')}`,
};

const REASONS: Readonly<Record<string, string>> = {
  required: 'missing',
  type: 'type',
  additionalProperties: 'unknown_field',
  enum: 'unknown_value',
  const: 'unknown_value',
  pattern: 'characters',
  minLength: 'length',
  maxLength: 'length',
  minimum: 'range',
  maximum: 'range',
  minItems: 'length',
  maxItems: 'length',
};

export function checked(schema: TSchema, message?: string): Checked {
  const compiled = Compile(schema);
  return {
    schema,
    accepts: (value) => compiled.Check(value),
    explain: (value) =>
      explainFirst(compiled.Errors(value) as unknown as readonly SchemaError[], value, message),
  };
}

function explainFirst(errors: readonly SchemaError[], value: unknown, message: string | undefined): Refusal {
  const first = errors.find(isTelling) ?? errors[0];
  // Of alternatives, the one that got further into the value is the one that was meant.
  const error =
    errors.find(({ instancePath }) => first && instancePath.startsWith(`${first.instancePath}/`)) ?? first;
  if (!error) return refuse('VALIDATION_ERROR', { field: '', reason: 'invalid' });
  const field = toField(error);
  const expected = EXPECTED[error.keyword];
  const at = valueAt(value, field);
  return refuse(
    'VALIDATION_ERROR',
    {
      field,
      expectedType: expected ? expected(error.params) : error.message,
      receivedType: typeName(at),
      reason: REASONS[error.keyword] ?? error.keyword,
    },
    message === undefined ? {} : { message },
  );
}

/** Of an optional part's alternatives, "must be null" says nothing. */
function isTelling({ keyword, params }: SchemaError): boolean {
  return keyword !== 'anyOf' && !(keyword === 'type' && params['type'] === 'null');
}

function toField({ keyword, instancePath, params }: SchemaError): string {
  const names = instancePath.split('/').slice(1).map(unescapePointer);
  if (keyword === 'required') names.push(firstName(params['requiredProperties']));
  if (keyword === 'additionalProperties') names.push(firstName(params['additionalProperties']));
  return names.reduce((path, name) => joinField(path, name), '');
}

const firstName = (names: unknown): string => (Array.isArray(names) ? String(names[0]) : String(names));

const unescapePointer = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

/** `drone_ids` and `0` make `drone_ids[0]`; `telemetry` and `battery` make `telemetry.battery`. */
export function joinField(path: string, name: string): string {
  if (/^\d+$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function valueAt(value: unknown, field: string): unknown {
  const names = field === '' ? [] : field.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return names.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}

/** The words of JSON: null, array, object, string, number, boolean; `undefined` where nothing was sent. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}
