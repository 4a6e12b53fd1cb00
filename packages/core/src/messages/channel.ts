/** The way a message came in. */
export type Channel = 'websocket' | 'http';
export const channels = ['websocket', 'http'] as const satisfies readonly Channel[];
