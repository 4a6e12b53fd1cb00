/**
 * Both documents' spellings enter (camelCase and snake_case); one leaves. Only objects that hold a name we know in
 * the other spelling are copied, unknown fields keep theirs.
 */
const KNOWN_SNAKE: ReadonlyMap<string, string> = new Map(
  [
    ...['sessionId', 'droneId', 'totalWaypoints', 'missionType', 'transmissionMethod', 'dataVersion'],
    ...['missionId', 'flightTime', 'previousAnomalies', 'commandId', 'errorCode'],
  ].map((name) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]),
);

const MAX_NESTING = 3;

/** The value with our snake_case names in camelCase, down to the third level; everything else untouched. */
export function toCamelFields(value: unknown, nesting = 0): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || nesting > MAX_NESTING)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      KNOWN_SNAKE.get(key) ?? key,
      toCamelFields(field, nesting + 1),
    ]),
  );
}
