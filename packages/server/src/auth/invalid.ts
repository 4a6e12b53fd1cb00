import { type Refusal, refuse } from '@skein/core';

export type InvalidReason =
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'revoked'
  | 'expired'
  | 'signature'
  | 'header'
  | 'claims'
  | 'ticket';

/** The one answer to a credential that is not good, whatever it is; the reason is for the honest client. */
export function invalidCredential(reason: InvalidReason, claim?: string): Refusal {
  return refuse('AUTHENTICATION_ERROR', { reason, ...(claim !== undefined && { claim }) });
}
