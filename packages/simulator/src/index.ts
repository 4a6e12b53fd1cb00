/** Simulated drones that fly, sense, fail on demand and obey. Runs in Node and in a browser. */
export { METHODS, type MethodName } from './airspace/air-method.ts';
export type { AirRun } from './airspace/air-run.ts';
export { DISTURBANCES, type DisturbanceName, type Disturbances } from './airspace/disturbance.ts';
export { type AirRunOptions, flyScenario } from './airspace/fly-scenario.ts';
export { type AirFlight, type AirScenario, airMinima } from './airspace/scenario.ts';
export { createScenario, type ScenarioKind, scenarioKinds } from './airspace/scenario-list.ts';
export type { LossOfSeparation } from './airspace/separation-watch.ts';
export type { AirTracks } from './airspace/tracks.ts';
export {
  FAULT_TYPES,
  type Fault,
  type FaultRequest,
  type FaultType,
  type RandomFaults,
  SENSORS,
  type Sensor,
} from './fleet/faults.ts';
export type { ConnectOptions, Delivery } from './fleet/lines.ts';
export type { SimulatedAnswer, SimulatedOrder } from './fleet/order-book.ts';
export type { OrderCounts } from './fleet/order-desk.ts';
export type { OrderChance, OrderFaults } from './fleet/order-faults.ts';
export type { OrderEndEntry, OrderEntry, OrderJournal, OrderJournalEntry } from './fleet/order-journal.ts';
export type { OrderProgress, OrderReport } from './fleet/order-tasks.ts';
export { type FleetProgress, type FleetRun, type FleetRunOptions, runFleet } from './fleet/run-fleet.ts';
export {
  createSimulation,
  type FaultLabel,
  type Simulation,
  type SimulationOptions,
  toDroneId,
} from './fleet/simulation.ts';
export type { Climate } from './physics/battery.ts';
export { type FleetState, PHASES } from './physics/fleet-state.ts';
export type { Wind } from './physics/wind.ts';
export { parseRecording } from './recordings/parse-recording.ts';
export {
  type RecordedSample,
  type Recording,
  RecordingError,
  type RecordingFormat,
} from './recordings/recording.ts';
export {
  type ReplayOptions,
  type ReplayProgress,
  type ReplayResult,
  replayRecording,
} from './recordings/replay.ts';
export type { Origin } from './sensors/gnss.ts';
