/** The anomaly rules, in the order they are asked. A new rule is a file and a line here (at most 31: one bit each). */
import { altitudeLimit } from './altitude-limit.ts';
import { batteryCritical } from './battery-critical.ts';
import { batteryLow } from './battery-low.ts';
import { clockSkew } from './clock-skew.ts';
import { geofenceBreach } from './geofence-breach.ts';
import { positionMismatch } from './position-mismatch.ts';
import type { Rule } from './rule.ts';
import { signalCritical } from './signal-critical.ts';
import { signalLow } from './signal-low.ts';
import { temperatureAnomaly } from './temperature-anomaly.ts';

export const rules: readonly Rule[] = [
  batteryCritical,
  batteryLow,
  signalCritical,
  signalLow,
  temperatureAnomaly,
  clockSkew,
  positionMismatch,
  geofenceBreach,
  altitudeLimit,
];
