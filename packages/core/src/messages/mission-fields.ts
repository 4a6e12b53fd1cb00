import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { type Checked, checked, joinField, typeName } from './checked.ts';

/** What an operator sends is snake_case; camelCase enters too, and one spelling goes on. */

export type Fields = Readonly<Record<string, unknown>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
}

/** An object of known fields: reads both spellings, refuses what it does not know by the name that was sent. */
export type FieldReader<Value> = (value: unknown, path: string) => Value | Refusal;

/** A reader of one object schema. `message` is what its refusals say. */
export function createFieldReader<Value>(
  schema: Parameters<typeof checked>[0],
  message: string,
): FieldReader<Value> {
  const check = checked(schema, message);
  const known = new Set(Object.keys((schema as unknown as ObjectSchema).properties));
  const spellings = new Map([...known].map((name) => [toCamel(name), name]));
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuseField(path, value, 'object', message);
    const fields = respell(value as Fields, spellings, known);
    const stranger = Object.keys(fields).find((name) => !known.has(name));
    if (stranger !== undefined)
      return refuse(
        'VALIDATION_ERROR',
        { field: joinField(path, stranger), reason: 'unknown_field' },
        { message },
      );
    return check.accepts(fields) ? (fields as Value) : underPath(check, fields, path);
  };
}

/** A refusal of one field: missing where nothing was sent, else of the wrong type. */
export function refuseField(field: string, value: unknown, expectedType: string, message: string): Refusal {
  const reason = value === undefined ? 'missing' : 'type';
  return refuse(
    'VALIDATION_ERROR',
    { field, expectedType, receivedType: typeName(value), reason },
    { message },
  );
}

/** Reads each item of an array; the first refusal ends it. */
export function readEach<Value>(
  items: readonly unknown[],
  path: string,
  read: FieldReader<Value>,
): readonly Value[] | Refusal {
  const values: Value[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const value = read(items[at], `${path}[${at}]`);
    if (isRefusal(value)) return value;
    values.push(value);
  }
  return values;
}

const toCamel = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** A name sent in both spellings keeps the other one, and is then unknown: which was meant, nobody can say. */
function respell(fields: Fields, spellings: ReadonlyMap<string, string>, known: ReadonlySet<string>): Fields {
  const entries = Object.entries(fields).map(([name, field]) => {
    const ours = known.has(name) ? name : (spellings.get(name) ?? name);
    return [ours !== name && Object.hasOwn(fields, ours) ? name : ours, field] as const;
  });
  return Object.fromEntries(entries);
}

function underPath(check: Checked, fields: Fields, path: string): Refusal {
  const refusal = check.explain(fields);
  const { field = '' } = refusal.details;
  return { ...refusal, details: { ...refusal.details, field: inPath(path, field) } };
}

/** `mission` and `waypoints[3].latitude` make `mission.waypoints[3].latitude`. */
export function inPath(path: string, field: string): string {
  if (path === '' || field === '') return path + field;
  return field.startsWith('[') ? path + field : `${path}.${field}`;
}

/** snake_case names in camelCase, all the way down: what REST emits. */
export function toCamelNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [toCamel(name), toCamelNames(field)]),
  );
}
