import { newSession, telemetryOf } from './messages.ts';
import { post, request } from './requests.ts';

/** What the store holds, read the way an operator reads it. */

export interface StoredItem {
  readonly dataId: string;
  readonly sessionId: string;
  readonly timestamp: string;
  readonly seq?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Asked {
  readonly httpUrl: string;
  readonly key?: string | undefined;
}

/** All samples of one drone, page by page, newest first. */
export async function readStored(
  { httpUrl, key }: Asked,
  droneId: string,
  limit = 10_000,
): Promise<readonly StoredItem[]> {
  const items: StoredItem[] = [];
  let cursor = '';
  do {
    const url = `${httpUrl}/api/drones/${droneId}/telemetry?limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const { status, body } = await request(url, { key });
    if (status === 404) return [];
    if (status !== 200) throw new Error(`${url} was answered ${status}: ${JSON.stringify(body)}`);
    const page = body as unknown as { items: StoredItem[]; nextCursor?: string };
    items.push(...page.items);
    cursor = page.nextCursor ?? '';
  } while (cursor !== '');
  return items;
}

/** Resolves once everything acknowledged before this call is in the store: one more message that waits for it. */
export async function untilStored({ httpUrl, key }: Asked): Promise<void> {
  const url = `${httpUrl}/api/drone/telemetry`;
  for (;;) {
    const message = telemetryOf({ droneId: 'sentinel', sessionId: newSession() });
    const { status, body } = await post(url, message, { key, headers: { prefer: 'durability=stored' } });
    if (status !== 200 && status !== 503)
      throw new Error(`the sentinel was answered ${status}: ${JSON.stringify(body)}`);
    if (body['durability'] === 'stored') return;
  }
}

/** The samples of one drone, however far the store is behind what was acknowledged. */
export async function readOnceStored(asked: Asked, droneId: string): Promise<readonly StoredItem[]> {
  await untilStored(asked);
  return readStored(asked, droneId);
}
