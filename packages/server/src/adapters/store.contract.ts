import type { Projection, Store } from '@skein/core';
import { afterAll, beforeAll, describe } from 'vitest';
import { anomaliesContract } from './store-anomalies.contract.ts';
import { controlContract } from './store-control.contract.ts';
import { historyContract } from './store-history.contract.ts';
import { recordsContract } from './store-records.contract.ts';
import { writingContract } from './store-writing.contract.ts';

/** A place of its own for one run of the contract; every opening is a further connection to the same data. */
export interface StorePlace {
  openStore(): Promise<Store>;
  openProjection(): Promise<Projection>;
  drop(): Promise<void>;
}

export interface StoreContext {
  readonly place: StorePlace;
  readonly store: Store;
  readonly projection: Projection;
  /** For a test that reaches beyond its tenant. */
  createPlace(): Promise<StorePlace>;
  /** A tenant that no other test uses. */
  tenant(): string;
}

/** What every engine behind `Store` and `Projection` promises. */
export function storeContract(name: string, createPlace: () => Promise<StorePlace>): void {
  describe(name, () => {
    let place: StorePlace;
    let store: Store;
    let projection: Projection;
    let tenants = 0;

    beforeAll(async () => {
      place = await createPlace();
      store = await place.openStore();
      projection = await place.openProjection();
    });
    afterAll(async () => {
      await store?.close();
      await projection?.close();
      await place?.drop();
    });

    const context = (): StoreContext => ({
      ...{ place, store, projection, createPlace },
      tenant: () => {
        tenants += 1;
        return `tenant-${tenants}`;
      },
    });
    writingContract(context);
    historyContract(context);
    anomaliesContract(context);
    recordsContract(context);
    controlContract(context);
  });
}
