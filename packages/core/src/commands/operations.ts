import type { RecordShelf } from '../messages/state-record.ts';
import type { Records } from '../records.ts';
import type { AirspaceDesk } from './airspace/airspace-desk.ts';
import type { ConformanceBook } from './airspace/conformance-book.ts';
import type { EnergyBook } from './airspace/energy-book.ts';
import type { FlightIntents } from './airspace/flight-intents.ts';
import type { Confirmations } from './confirmations.ts';
import type { AvoidanceDesk } from './coordination/avoidance-desk.ts';
import type { EventBook } from './coordination/event-book.ts';
import type { CommandLedger } from './ledger/ledger.ts';
import type { MissionDesk } from './mission-desk.ts';

/** What commands that change the world work with, beside the live picture. */
export interface Operations {
  readonly ledger: CommandLedger;
  readonly records: Records;
  /** What ended long ago is read from the store. */
  readonly shelf: RecordShelf;
  /** Resolves true once the journal's record at `position` is on disk (-1: it is), false after `timeoutMs`. */
  readonly durable: (position: number, timeoutMs: number) => Promise<boolean>;
  readonly airspace: AirspaceDesk;
  readonly energy: EnergyBook;
  readonly intents: FlightIntents;
  readonly missions: MissionDesk;
  readonly coordination: EventBook;
  /** Long work lets everybody else have a turn. */
  readonly pause: () => Promise<void>;
  readonly avoidance: AvoidanceDesk;
  readonly conformance: ConformanceBook;
  readonly newId: () => string;
  readonly confirmations: Confirmations;
}
