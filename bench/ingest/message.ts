import { fullSample } from '../../packages/server/src/conform/samples.ts';

/** Guide A's full telemetry message, 728 bytes, with the two places that change from message to message. */

const TEXT = JSON.stringify({
  ...fullSample({ droneId: 'drone-00000' }),
  ...{ sessionId: '00000000-0000-4000-8000-000000000000', timestamp: '2026-01-01T00:00:00.000Z' },
});
const BYTES = 728;

/** The message of a drone; 728 bytes. */
export function messageOf(drone: number): Buffer {
  const id = String(drone).padStart(5, '0');
  const text = TEXT.replace('drone-00000', `drone-${id}`).replace('-000000000000', `-0000000${id}`);
  const padded = text.replace(
    '"missionType":"surveillance"',
    `"missionType":"surveillance${'-'.repeat(BYTES - text.length)}"`,
  );
  return Buffer.from(padded);
}

export const TIMESTAMP_AT = TEXT.indexOf('2026-01-01');

/** Writes the instant as ISO 8601 at `at`: digits only, the day stays. */
export function writeTime(bytes: Buffer, at: number, ms: number): void {
  const put = (offset: number, value: number, digits: number) => {
    let rest = value;
    for (let digit = digits - 1; digit >= 0; digit -= 1) {
      bytes[at + offset + digit] = 48 + (rest % 10);
      rest = (rest / 10) | 0;
    }
  };
  put(8, 1 + Math.floor(ms / 86_400_000), 2);
  put(11, Math.floor(ms / 3_600_000) % 24, 2);
  put(14, Math.floor(ms / 60_000) % 60, 2);
  put(17, Math.floor(ms / 1000) % 60, 2);
  put(20, ms % 1000, 3);
}
