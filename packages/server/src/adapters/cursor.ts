import { RefusalError, refuse } from '@skein/core';

/** A cursor is the sort key of the last item of a page: whole numbers, joined by underscores. */
const CURSOR = /^-?\d{1,16}(?:_-?\d{1,16}){1,3}$/;

export function toCursor(sortKey: readonly number[]): string {
  return sortKey.join('_');
}

/** The sort key of `length` numbers; text that is no cursor of ours is the asker's mistake. */
export function parseCursor(cursor: string, length: number): readonly number[] {
  const sortKey = CURSOR.test(cursor) ? cursor.split('_').map(Number) : [];
  if (sortKey.length === length && sortKey.every(Number.isSafeInteger)) return sortKey;
  throw new RefusalError(
    refuse(
      'VALIDATION_ERROR',
      {
        field: 'cursor',
        expectedType: 'the nextCursor of an earlier page',
        receivedType: 'string',
        reason: 'cursor',
      },
      { message: 'Invalid cursor' },
    ),
  );
}
