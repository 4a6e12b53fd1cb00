export * from './commands/airspace/airspace-desk.ts';
export * from './commands/airspace/charging-book.ts';
export * from './commands/airspace/conformance-book.ts';
export * from './commands/airspace/energy-book.ts';
export * from './commands/airspace/flight-intents.ts';
export * from './commands/airspace/site.ts';
export type { Home, Situation } from './commands/airspace/situation.ts';
export * from './commands/command.ts';
export * from './commands/command-pushes.ts';
export * from './commands/confirmations.ts';
export * from './commands/coordination/avoidance-desk.ts';
export * from './commands/coordination/coordination-event.ts';
export * from './commands/coordination/coordinator.ts';
export * from './commands/coordination/event-book.ts';
export * from './commands/fleet-status.ts';
export * from './commands/index.ts';
export * from './commands/ledger/command-record.ts';
export * from './commands/ledger/ledger.ts';
export type * from './commands/ledger/ledger-parts.ts';
export * from './commands/ledger/life-cycle.ts';
export * from './commands/ledger/order-traits.ts';
export * from './commands/ledger/vehicle-word.ts';
export * from './commands/ledger/wish.ts';
export * from './commands/mission-carrier.ts';
export * from './commands/mission-desk.ts';
export * from './commands/mission-record.ts';
export * from './commands/mission-rounds.ts';
export * from './commands/mission-shelf.ts';
export type * from './commands/operations.ts';
export type * from './commands/operator-connection.ts';
export * from './commands/operator-push.ts';
export * from './coordination/detection/aircraft-kinds.ts';
export * from './coordination/detection/conflict-level.ts';
export * from './coordination/detection/conflict-watch.ts';
export * from './coordination/detection/forecast-limits.ts';
export type { ForecastSource } from './coordination/detection/forecasts.ts';
export type { ConflictEvidence } from './coordination/detection/pair-case.ts';
export * from './coordination/detection/sky.ts';
export * from './coordination/detection/sky-scan.ts';
export type { Manoeuvre, ManoeuvreKind } from './coordination/manoeuvres.ts';
export * from './coordination/plan-around.ts';
export * from './coordination/plan-together.ts';
export * from './coordination/resolution/air-motion.ts';
export * from './coordination/resolution/commit-together.ts';
export * from './coordination/resolution/conflict-clusters.ts';
export type {
  ConflictScene,
  RejectedResolution,
  ResolutionKind,
  ResolutionMove,
  SceneUser,
} from './coordination/resolution/conflict-scene.ts';
export type { SkyUser } from './coordination/resolution/forward-flight.ts';
export * from './coordination/resolution/mvp.ts';
export type { PairMode, PairRules } from './coordination/resolution/pair-constraint.ts';
export type { PredictedSeparation } from './coordination/resolution/predicted-separation.ts';
export * from './coordination/resolution/replan-cluster.ts';
export type { MoveRule } from './coordination/resolution/resolution-sentence.ts';
export * from './coordination/resolution/resolve-conflicts.ts';
export type { Claim, WayRule } from './coordination/resolution/right-of-way.ts';
export type { TacticalMode } from './coordination/resolution/tactical-sentence.ts';
export * from './coordination/resolution/tactical-step.ts';
export * from './coordination/trajectory-index.ts';
export * from './errors.ts';
export * from './fleet/cluster.ts';
export * from './fleet/drone-state.ts';
export * from './fleet/drone-view.ts';
export * from './fleet/duplicate-window.ts';
export * from './fleet/fleet.ts';
export * from './fleet/ground.ts';
export * from './geo/cylinder-conflict.ts';
export * from './geo/detour.ts';
export * from './geo/fence.ts';
export * from './geo/fence-check.ts';
export * from './geo/fence-nearest.ts';
export * from './geo/fence-plane.ts';
export * from './geo/fence-set.ts';
export * from './geo/polygon-validity.ts';
export * from './geo/terrain.ts';
export * from './geo/trajectory.ts';
export * from './geo/trajectory-conflict.ts';
export * from './geo/trajectory-route.ts';
export * from './geo/trajectory-separation.ts';
export { defaultFlightLimits, type FlightLimits } from './geo/trajectory-stretch.ts';
export type * from './geo/trajectory-traffic.ts';
export * from './geo/wgs84.ts';
export * from './ingest.ts';
export * from './ingest-anomaly.ts';
export * from './messages/acks.ts';
export * from './messages/anomaly.ts';
export * from './messages/channel.ts';
export { type Checked, checked, joinField, typeName } from './messages/checked.ts';
export type * from './messages/codec.ts';
export * from './messages/error-report.ts';
export * from './messages/fleet-record.ts';
export * from './messages/geofence.ts';
export * from './messages/geofence-geojson.ts';
export * from './messages/geofence-import.ts';
export * from './messages/geofence-plan.ts';
export * from './messages/geojson-mission.ts';
export * from './messages/heartbeat.ts';
export * from './messages/hello.ts';
export * from './messages/identity.ts';
export * from './messages/index.ts';
export * from './messages/kml.ts';
export * from './messages/kml-export.ts';
export * from './messages/mission.ts';
export { type FieldReader, inPath, refuseField, toCamelNames } from './messages/mission-fields.ts';
export type { ImportedMission, ImportOptions } from './messages/mission-import.ts';
export * from './messages/mission-schedule.ts';
export * from './messages/order.ts';
export { parsePlanFile } from './messages/plan-file.ts';
export { type PlanFileOptions, toPlanFile } from './messages/plan-file-export.ts';
export * from './messages/sample.ts';
export * from './messages/state-record.ts';
export * from './messages/telemetry.ts';
export * from './messages/telemetry-columns.ts';
export * from './messages/telemetry-row.ts';
export * from './messages/telemetry-schema.ts';
export {
  learnTemplate,
  matchedEnd,
  matchedNumbers,
  matchTemplate,
  type TelemetryTemplate,
} from './messages/telemetry-template.ts';
export * from './messages/text.ts';
export * from './messages/timestamp.ts';
export { refuseUnsafe } from './messages/unknown-fields.ts';
export * from './messages/waypoint.ts';
export * from './messages/waypoint-action.ts';
export * from './missions/assignment/auction.ts';
export type {
  AuctionOptions,
  DronePlaces,
  FleetMatchingInput,
  MissionPlaces,
} from './missions/assignment/auction-state.ts';
export * from './missions/assignment/best-drone.ts';
export type { ChargeStop } from './missions/assignment/charger-slots.ts';
export * from './missions/assignment/content-hash.ts';
export * from './missions/assignment/cost.ts';
export * from './missions/assignment/exact-matching.ts';
export * from './missions/assignment/explain.ts';
export * from './missions/assignment/explain-matching.ts';
export {
  createLeastFacts,
  type ExclusionCode,
  type LeastFacts,
  leastCostS,
  readLeastFacts,
  type Shortfall,
} from './missions/assignment/feasibility.ts';
export * from './missions/assignment/fleet-table.ts';
export * from './missions/assignment/forcing-loss.ts';
export * from './missions/assignment/matching-certificate.ts';
export type * from './missions/assignment/mission-ask.ts';
export type * from './missions/assignment/priced-matching.ts';
export * from './missions/assignment/rolling.ts';
export type { Route, RouteStop } from './missions/assignment/route-evaluation.ts';
export type { SequencePlan } from './missions/assignment/sequence-plan.ts';
export type {
  Charger,
  SequenceDrone,
  SequenceProblem,
  SequenceTask,
} from './missions/assignment/sequence-problem.ts';
export * from './missions/assignment/sequences.ts';
export * from './missions/break-point.ts';
export * from './missions/energy/airframe.ts';
export * from './missions/energy/battery.ts';
export {
  type Calibration,
  calibrate,
  createCalibration,
  toEnergyModel,
} from './missions/energy/calibration.ts';
export * from './missions/energy/charging.ts';
export * from './missions/energy/charging-schedule.ts';
export * from './missions/energy/charging-session.ts';
export * from './missions/energy/energy-bound.ts';
export * from './missions/energy/energy-columns.ts';
export * from './missions/energy/energy-model.ts';
export { type AirState, defaultEnergyPolicy, type EnergyPolicy, unknownAir } from './missions/energy/leg.ts';
export * from './missions/energy/power.ts';
export type { FlightSample } from './missions/energy/power-window.ts';
export * from './missions/energy/reach.ts';
export { judgeReturn, type ReturnReason, type ReturnVerdict } from './missions/energy/reachability.ts';
export * from './missions/energy/remaining-time.ts';
export type { Pad, ReturnQuestion } from './missions/energy/return-question.ts';
export type { FlightPoint } from './missions/energy/route.ts';
export * from './missions/life-cycle.ts';
export * from './missions/mission.ts';
export * from './missions/progress.ts';
export * from './missions/progress-sample.ts';
export * from './missions/recurrence.ts';
export * from './missions/route.ts';
export * from './missions/safety/flight-candidate.ts';
export * from './missions/safety/suggest-alternatives.ts';
export { type FlightVerdict, validateFlight } from './missions/safety/validate-flight.ts';
export * from './missions/schedule.ts';
export type { AreaRings } from './missions/templates/area.ts';
export {
  altitudeForGroundSample,
  type Camera,
  type Coverage,
  type Footprint,
  type Spacing,
  toFootprint,
} from './missions/templates/camera.ts';
export { ENTRY_CORNERS, type EntryCorner } from './missions/templates/cell-order.ts';
export * from './missions/templates/corridor.ts';
export * from './missions/templates/expanding-square.ts';
export * from './missions/templates/orbit.ts';
export {
  type PathPoint,
  type TemplateHeight,
  type TemplatePath,
  toTemplateWaypoints,
} from './missions/templates/path.ts';
export { type PerimeterOptions, planPerimeter } from './missions/templates/perimeter.ts';
export * from './missions/templates/split.ts';
export { planSurvey, type Survey, type SurveyOptions } from './missions/templates/survey.ts';
export type { Pass } from './missions/templates/sweep.ts';
export * from './missions/zone-time.ts';
export type * from './ports.ts';
export * from './records.ts';
export * from './rules/finding-entry.ts';
export * from './rules/judge.ts';
export * from './rules/rule.ts';
export * from './telemetry-stream.ts';
