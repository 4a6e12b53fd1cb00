import Type, { type Static } from 'typebox';
import { createFieldReader } from './mission-fields.ts';
import { maybe, requiredText } from './text.ts';

/** When a mission is flown: once, or again and again, by the clock on the wall of a place. */
export const MissionSchedule = Type.Object(
  {
    starts_at: Type.String({
      pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?$',
      description: 'local date and time, without a zone: 2026-03-29T08:00',
    }),
    time_zone: requiredText(64, 'IANA name: Europe/Berlin'),
    rrule: maybe(
      requiredText(
        255,
        'RFC 5545, of it FREQ=DAILY|WEEKLY with INTERVAL, BYDAY, UNTIL or COUNT; absent: once',
      ),
    ),
  },
  { $id: 'MissionSchedule', additionalProperties: false },
);
export type MissionSchedule = Readonly<Static<typeof MissionSchedule>>;

/** The form only; whether the zone exists and the rule can be followed, `parseSchedule` says. */
export const readMissionSchedule = createFieldReader<MissionSchedule>(
  MissionSchedule,
  'Invalid mission schedule',
);
