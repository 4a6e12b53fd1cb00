import { isId, parseTimestampUs } from '@skein/core';
import { isPermission, PERMISSIONS, type Permission } from '../auth/permissions.ts';
import { Misuse } from './console.ts';

/** Options of subcommands, read or refused with a sentence that names the option. */

export function readInstantUs(option: string, text: string): number {
  const timeUs = parseTimestampUs(text);
  if (timeUs !== undefined) return timeUs;
  throw new Misuse(
    `${option} is ${quote(text)}, expected an ISO 8601 instant with its zone, like 2026-11-21T12:00:00Z.`,
  );
}

export function readId(option: string, text: string): string {
  if (isId(text)) return text;
  throw new Misuse(`${option} is ${quote(text)}, expected 1 to 128 of the characters A-Z a-z 0-9 . _ -`);
}

/** A number within bounds, both allowed. */
export function readNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new Misuse(`${option} is ${quote(text)}, expected a number from ${min} to ${max}.`);
}

export function readWholeNumber(option: string, text: string, min: number, max: number): number {
  const value = readNumber(option, text, min, max);
  if (Number.isInteger(value)) return value;
  throw new Misuse(`${option} is ${quote(text)}, expected a whole number.`);
}

export function readWord<const T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw new Misuse(`${option} is ${quote(text)}, expected one of ${words.join(', ')}.`);
}

export function readPermissions(option: string, text: string): readonly Permission[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every(isPermission)) return names;
  throw new Misuse(`${option} is ${quote(text)}, expected some of ${PERMISSIONS.join(',')}.`);
}

export function readUrl(option: string, text: string, ...protocols: readonly string[]): URL {
  const url = URL.parse(text);
  if (url && protocols.includes(url.protocol)) return url;
  const begins = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new Misuse(`${option} is ${quote(text)}, expected a URL that begins with ${begins}.`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
