export * from './errors.ts';
export * from './fleet/drone-state.ts';
export * from './fleet/drone-view.ts';
export * from './fleet/duplicate-window.ts';
export * from './fleet/fleet.ts';
export * from './geo/wgs84.ts';
export * from './ingest.ts';
export * from './ingest-anomaly.ts';
export * from './messages/acks.ts';
export * from './messages/anomaly.ts';
export * from './messages/channel.ts';
export { type Checked, checked, joinField, typeName } from './messages/checked.ts';
export type * from './messages/codec.ts';
export * from './messages/error-report.ts';
export * from './messages/heartbeat.ts';
export * from './messages/hello.ts';
export * from './messages/identity.ts';
export * from './messages/index.ts';
export * from './messages/order.ts';
export * from './messages/sample.ts';
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
export type * from './ports.ts';
export * from './rules/finding-entry.ts';
export * from './rules/judge.ts';
export * from './rules/rule.ts';
export * from './telemetry-stream.ts';
