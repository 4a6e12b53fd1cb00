import { hash } from 'node:crypto';
import { type SessionName, sessionText } from '@skein/core';

/** The first 64 bits of SHA-256, as 16 hex digits. */
export function hashSession(name: SessionName): string {
  return hash('sha256', sessionText(name), 'hex').slice(0, 16);
}
