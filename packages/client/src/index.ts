export type { AckMode, Codec, DroneConfig } from './config.ts';
export { connectDrone, type Drone, type DroneStats } from './drone.ts';
export type {
  Acked,
  ChannelState,
  DroneEvents,
  Dropped,
  LineError,
  Listener,
  MessageKind,
  MessageRef,
  Rejected,
  Unsubscribe,
} from './events.ts';
export { connectOperator, type Operator, type OperatorListener, type RequestOptions } from './operator.ts';
export type { OperatorConfig } from './operator-config.ts';
export type {
  AlertPush,
  ClustersPush,
  DroneUpdate,
  FleetStatusPush,
  FleetUpdate,
  GapPush,
  MapCluster,
  OperatorEvents,
  Push,
} from './operator-messages.ts';
export { OperatorRefusal, OperatorTimeout } from './operator-requests.ts';
export { OrderMemory, type OrderOutcome, REMEMBERED_ORDERS, type Timeliness } from './order-memory.ts';
export type { OrderContext, OrderHandler, OrderReply, OrderTaker } from './orders.ts';
export type { Socket, SocketConstructor, SocketEvent } from './socket.ts';
export type { Timers } from './timers.ts';
