declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  /** What one COPY … FROM STDIN takes: `client.query(from(sql))`, then written and ended. */
  export interface CopyFrom extends Writable, Submittable {
    readonly rowCount: number;
    /** Milliseconds until the client gives up; instead of the connection's own. */
    query_timeout?: number;
  }
  export function from(sql: string): CopyFrom;
}
