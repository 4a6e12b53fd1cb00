import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Refusal, RefusalError } from '@skein/core';
import type { DatabaseName } from './database.ts';

/** Requests that may wait for the thread; more are refused at once. */
const MAX_WAITING = 1000;

export interface StoreRequest {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface StoreReply {
  readonly id: number;
  readonly value?: unknown;
  readonly fault?: { readonly message: string; readonly refusal?: Refusal };
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** Opens one of the two databases in a thread of its own; resolves once it answers. */
export async function openStoreWorker(directory: string, database: DatabaseName): Promise<StoreWorker> {
  const worker = new StoreWorker(directory, database);
  try {
    await worker.call('ping');
  } catch (error) {
    await worker.close();
    throw error;
  }
  return worker;
}

class StoreWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor(directory: string, database: DatabaseName) {
    // From source the thread is TypeScript too, from dist JavaScript.
    const file = new URL(`./store-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData: { directory, database } });
    this.#worker.on('message', (reply: StoreReply) => this.#settle(reply));
    this.#worker.on('error', (error) =>
      this.#end(new Error(`The ${database} database failed: ${messageOf(error)}`)),
    );
    this.#worker.on('exit', () => this.#end(new Error(`The ${database} database is closed.`)));
  }

  call<Result>(method: string, ...args: readonly unknown[]): Promise<Result> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#waiting.size >= MAX_WAITING)
      return Promise.reject(new Error(`The store is busy: ${MAX_WAITING} requests are waiting.`));
    this.#lastId += 1;
    const request: StoreRequest = { id: this.#lastId, method, args };
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.set(request.id, { resolve, reject });
    this.#worker.postMessage(request);
    return promise;
  }

  /** What waits is answered first; then the database is closed and the thread ends. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('close');
    await exited;
  }

  #settle({ id, value, fault }: StoreReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (fault) waiting?.reject(fault.refusal ? new RefusalError(fault.refusal) : new Error(fault.message));
    else waiting?.resolve(value as never);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
