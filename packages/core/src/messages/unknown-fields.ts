import { type Refusal, refuse } from '../errors.ts';
import { joinField } from './checked.ts';

/** Limits of any decoded message, known and unknown fields together. RELIABILITY 4.2. */
const MAX_DEPTH = 16;
const MAX_KEYS = 1000;

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__']);

interface Budget {
  keys: number;
}

/**
 * Walks a whole decoded value: depth, number of keys, keys that could reach a prototype, and text that no store can
 * hold (U+0000, lone surrogates). The hot path calls it only for messages that have fields of their own.
 */
export function refuseUnsafe(value: unknown): Refusal | undefined {
  return walk(value, '', 1, { keys: 0 });
}

function walk(value: unknown, field: string, depth: number, budget: Budget): Refusal | undefined {
  if (typeof value === 'string') return refuseText(value, field);
  if (typeof value === 'number') return refuseNumber(value, field);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return refuse('VALIDATION_ERROR', { field: '', reason: 'depth', limit: MAX_DEPTH });
  return Array.isArray(value)
    ? walkArray(value, field, depth, budget)
    : walkObject(value as Readonly<Record<string, unknown>>, field, depth, budget);
}

function walkArray(
  items: readonly unknown[],
  field: string,
  depth: number,
  budget: Budget,
): Refusal | undefined {
  for (let at = 0; at < items.length; at += 1) {
    const refusal = walk(items[at], `${field}[${at}]`, depth + 1, budget);
    if (refusal) return refusal;
  }
  return undefined;
}

function walkObject(
  fields: Readonly<Record<string, unknown>>,
  field: string,
  depth: number,
  budget: Budget,
): Refusal | undefined {
  for (const key of Object.keys(fields)) {
    budget.keys += 1;
    if (budget.keys > MAX_KEYS)
      return refuse('VALIDATION_ERROR', { field: '', reason: 'too_many_keys', limit: MAX_KEYS });
    if (FORBIDDEN_KEYS.has(key))
      return refuse('VALIDATION_ERROR', { field: joinField(field, key), reason: 'forbidden_key' });
    const refusal = refuseText(key, field) ?? walk(fields[key], joinField(field, key), depth + 1, budget);
    if (refusal) return refusal;
  }
  return undefined;
}

function refuseText(text: string, field: string): Refusal | undefined {
  if (text.isWellFormed() && !text.includes('\u0000')) return undefined;
  return refuse('VALIDATION_ERROR', {
    field,
    expectedType: 'well-formed text without U+0000',
    receivedType: 'string',
    reason: 'characters',
  });
}

/** `1e400` decodes to Infinity: no number of ours may be anything but finite. */
function refuseNumber(value: number, field: string): Refusal | undefined {
  if (Number.isFinite(value)) return undefined;
  return refuse('VALIDATION_ERROR', {
    field,
    expectedType: 'finite number',
    receivedType: 'number',
    reason: 'range',
  });
}
