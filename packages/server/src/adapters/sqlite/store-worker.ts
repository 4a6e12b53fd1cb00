import { parentPort, workerData } from 'node:worker_threads';
import { RefusalError } from '@skein/core';
import { createSqliteControl } from './control.ts';
import { type DatabaseName, one, openDatabase } from './database.ts';
import { createSqliteHistory } from './history.ts';
import { messageOf, type StoreReply, type StoreRequest } from './store-client.ts';

/** The thread of one database: answers its requests one after the other. */

type Method = (...args: never[]) => unknown;

const { directory, database } = workerData as { directory: string; database: DatabaseName };
const db = openDatabase(directory, database);
const alive = db.prepare('SELECT count(*) FROM sqlite_schema');
const methods: Readonly<Record<string, Method>> = {
  ...(database === 'history' ? createSqliteHistory(db) : createSqliteControl(db)),
  ping: () => void one(alive),
};

parentPort?.on('message', (request: StoreRequest | 'close') => {
  if (request !== 'close') return parentPort?.postMessage(answer(request));
  db.close();
  parentPort?.close();
});

function answer({ id, method, args }: StoreRequest): StoreReply {
  try {
    return { id, value: methods[method]?.(...(args as never[])) };
  } catch (error) {
    const message = messageOf(error);
    return { id, fault: error instanceof RefusalError ? { message, refusal: error.refusal } : { message } };
  }
}
