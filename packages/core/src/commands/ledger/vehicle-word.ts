import type { ChangeDetails, CommandRecord } from './command-record.ts';
import type { CommandEvent } from './life-cycle.ts';

/** What a vehicle says about an order: MAVLink's MAV_RESULT, or how far it has come. */
export interface VehicleWord {
  readonly tenant: string;
  readonly commandId: string;
  /** The vehicle that speaks, where it is known. */
  readonly droneId: string | undefined;
  readonly result?: string;
  readonly progressPct?: number;
  readonly message?: string;
}

/** Only the vehicle that was ordered is heard. */
export function isOfVehicle({ tenant, droneId }: VehicleWord, command: CommandRecord): boolean {
  return command.tenant === tenant && (droneId === undefined || droneId === command.droneId);
}

const EVENTS: Readonly<Record<string, CommandEvent>> = {
  accepted: 'accept',
  in_progress: 'progress',
  temporarily_rejected: 'refuse',
  denied: 'refuse',
  unsupported: 'refuse',
  failed: 'refuse',
  cancelled: 'cancel',
};

/** What the word means for the command; an order that is done at once has succeeded when it is accepted. */
export function toVehicleEvent(
  { result, progressPct }: VehicleWord,
  instant: boolean,
): CommandEvent | undefined {
  const event = result === undefined ? undefined : EVENTS[result];
  if (event === 'refuse' || event === 'cancel') return event;
  if (progressPct !== undefined && progressPct >= 100) return 'succeed';
  if (result === undefined) return progressPct === undefined ? undefined : 'progress';
  return event === 'accept' && instant ? 'succeed' : event;
}

/** What is kept of the word. */
export function toVehicleDetails(
  { result, message, progressPct }: VehicleWord,
  event: CommandEvent,
): ChangeDetails {
  return {
    ...(result !== undefined && { result }),
    ...(message !== undefined && { message }),
    ...(progressPct !== undefined && { progressPct }),
    ...(event === 'cancel' && { reason: 'vehicle' }),
  };
}
