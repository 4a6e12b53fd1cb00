import Type, { type Static } from 'typebox';
import { checked } from './checked.ts';
import { Id, maybe, safeText } from './text.ts';

/** The five codes guide A's frontend reports; counted per drone. CONTRACT 4. */
export const CLIENT_ERROR_CODES = [
  'CONNECTION_FAILED',
  'TRANSMISSION_ERROR',
  'AUTHENTICATION_ERROR',
  'DATA_VALIDATION_ERROR',
  'TIMEOUT_ERROR',
] as const;
export type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number];

const ClientError = Type.Object({
  code: Type.Enum([...CLIENT_ERROR_CODES]),
  message: maybe(safeText(1000)),
});

export const ErrorReportMessage = Type.Object(
  {
    type: Type.Optional(Type.Literal('error_report')),
    timestamp: maybe(safeText(40)),
    sessionId: maybe(safeText(255)),
    drone: maybe(Type.Object({ id: Id() })),
    droneId: maybe(Id()),
    error: ClientError,
  },
  { $id: 'ErrorReportMessage', description: 'What went wrong at the drone’s end of the line.' },
);
export type ErrorReportMessage = Static<typeof ErrorReportMessage>;

export const errorReport = checked(ErrorReportMessage, 'Invalid error report structure');
