import { RefusalError, refuse } from '@skein/core';

/** The store's answer; a store that is away is an announced 503, with the reason in the log and not in the answer. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const refusal = refuse(
      'SERVICE_UNAVAILABLE',
      { reason: 'database' },
      { message: 'The database does not answer', retryAfterS: 2 },
    );
    throw Object.assign(new RefusalError(refusal), { cause });
  }
}
