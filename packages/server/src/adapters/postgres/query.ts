import type { Pool } from 'pg';
import type { Row } from '../stored-row.ts';
import { withClient } from './pool.ts';

/** Rows in arrays, of any connection of the pool. */
export type Query = (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Statements remembered by name, so that each connection plans them once; ours are some thirty. */
const MAX_NAMES = 200;

export function createQuery(pool: Pool): Query {
  const names = new Map<string, string>();
  const nameOf = (sql: string): string | undefined => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= MAX_NAMES) return known;
    const name = `skein_${names.size}`;
    names.set(sql, name);
    return name;
  };
  return (text, values) =>
    withClient(pool, async (client) => {
      const name = nameOf(text);
      const given = { text, values: [...values], rowMode: 'array' as const };
      const { rows } = await client.query<unknown[]>(name === undefined ? given : { ...given, name });
      return rows;
    });
}
