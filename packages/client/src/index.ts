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
export type { OrderContext, OrderHandler, OrderOutcome } from './orders.ts';
export type { Socket, SocketConstructor, SocketEvent } from './socket.ts';
export type { Timers } from './timers.ts';
