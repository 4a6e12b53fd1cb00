/** Every route that is served, by resource. A new resource is a file and a line here. */
import type { Store } from '@skein/core';
import type { Access } from '../access.ts';
import type { Dispatcher } from '../gateway/dispatch.ts';
import { droneRoutes } from '../transports/http.ts';
import { droneOrderRoutes } from '../transports/http-orders.ts';
import type { Line } from '../transports/line.ts';
import type { OrderPolls } from '../transports/order-polls.ts';
import { accessRoutes } from './access.ts';
import { anomalyRoutes } from './anomalies.ts';
import { commandRoutes } from './commands.ts';
import { documentRoutes } from './documents.ts';
import { droneListRoutes } from './drones.ts';
import { type HealthParts, healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { keyRoutes } from './keys.ts';
import type { Route } from './route.ts';

export interface RouteParts {
  readonly line: Line;
  readonly polls: OrderPolls;
  readonly store: Store;
  readonly access: Access;
  readonly dispatcher: Dispatcher;
  readonly health: HealthParts;
  readonly openapi: () => object;
}

export function routesOf({
  line,
  polls,
  store,
  access,
  dispatcher,
  health,
  openapi,
}: RouteParts): readonly Route[] {
  const { now } = line.clock;
  return [
    ...droneRoutes(line),
    ...droneOrderRoutes(line, polls),
    ...droneListRoutes(line.fleet, now),
    ...historyRoutes(line, store),
    ...anomalyRoutes(line, store, access.audit),
    ...commandRoutes(dispatcher),
    ...keyRoutes({ ...access, credentials: store, now }),
    ...accessRoutes({ ...access, trail: store, now }),
    ...healthRoutes(health),
    ...documentRoutes(openapi),
  ];
}
