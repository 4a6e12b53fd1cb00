import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Command,
  droneMessages,
  errorCodes,
  operatorCommands,
  type RestTwin,
  refuse,
} from '../../packages/core/src/index.ts';
import { asyncApi } from '../../packages/server/src/http/asyncapi.ts';
import { type OpenApi, readServedOpenApi } from './served.ts';

/** `docs/openapi.json`: the HTTP routes. */
export async function toOpenApiFile(): Promise<string> {
  return toJson(await readServedOpenApi());
}

/** `docs/asyncapi.json`: the drones' socket. */
export function toAsyncApiFile(): Promise<string> {
  return toJson(asyncApi());
}

const BIOME = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url));

/** In the repository's own format, so that lint and generator agree. */
function toJson(value: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const argv = ['format', '--stdin-file-path=generated.json'];
    const { stdin } = execFile(BIOME, argv, { maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    stdin?.end(JSON.stringify(value));
  });
}

/** `docs/protocol.md`: both of them, and the catalogue of refusals, to be read. */
export async function toProtocolPage(): Promise<string> {
  return `# Protocol

Generated from the schemas, the routes and the catalogue of refusals by \`npm run docs\`; do not edit. For machines:
[openapi.json](openapi.json), [asyncapi.json](asyncapi.json); a running server serves both, with pages at \`/docs\`.
What the numbers mean is in [units.md](units.md).

## The drones' socket

Port 8080, or \`/ingest\` on the HTTP port. A frame is one message, an array of telemetry, or the same in MessagePack under
the subprotocol \`skein.v1+msgpack\`. \`?ack=each\`, \`batch\` or \`count\` asks for acknowledgements, \`?durability=stored\` for
those of the database. The credential is a header (\`Authorization: Bearer\`, \`X-API-Key\`), a subprotocol
(\`bearer.<token>\`), or the first frame.

### What a drone says

Without \`type\` a message with \`anomaly\` is an anomaly, any other is telemetry.

${table(['type', 'needs', 'may have'], droneRows())}

### What the server says

${table(['type', 'meaning', 'has'], serverRows())}

## The operators' socket

Port 3001, or \`/fleet\` on the HTTP port; credentials as for drones. Any request may have a \`request_id\` (at most 128
characters), which its reply repeats; unknown fields are refused; camelCase is understood. A reply has \`success\`, \`status\`,
\`timestamp\`, and where it is a refusal \`message\` and \`error\`. What is pushed, and what it all means, is in
[operators.md](operators.md).

${table(['request', 'does', 'needs', 'may have', 'reply', 'who may', 'over HTTP'], commandRows())}

## HTTP

${routeSections(await readServedOpenApi())}
## Refusals

One envelope on every route and on sockets:
\`{"status":"error","error":{"code","message","details"},"timestamp","requestId"}\`; \`details.field\` names the field.

${table(['code', 'HTTP', 'message'], errorRows())}
`;
}

type Row = readonly (string | number)[];

function table(heading: readonly string[], rows: readonly Row[]): string {
  const lines = [heading, heading.map(() => '---'), ...rows];
  return lines.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function droneRows(): readonly Row[] {
  return Object.entries(droneMessages).map(([type, schema]) => {
    const { required = [], properties } = schema as unknown as {
      required?: readonly string[];
      properties: object;
    };
    const others = Object.keys(properties).filter((name) => name !== 'type' && !required.includes(name));
    return [`\`${type}\``, code(required.filter((name) => name !== 'type')), code(others)];
  });
}

function commandRows(): readonly Row[] {
  return (operatorCommands as readonly unknown[] as readonly Command[]).map((command) => {
    const { type, summary, replyType, permission, fields, rest, schema } = command;
    const { required = [] } = schema as unknown as { readonly required?: readonly string[] };
    const needed = Object.keys(fields).filter((name) => required.includes(name));
    const others = Object.keys(fields).filter((name) => !required.includes(name));
    const twins = ([rest ?? []].flat() as readonly RestTwin[]).map(
      ({ method, path }) => `\`${method} ${path.replace(/:(\w+)/g, '{$1}')}\``,
    );
    const twin = twins.join('<br>') || '–';
    return [
      ...[`\`${type}\``, summary, code(needed), code(others)],
      ...[`\`${replyType}\``, `\`${permission}\``, twin],
    ];
  });
}

interface SocketMessage {
  readonly summary?: string;
  readonly payload: { readonly properties: object };
}

function serverRows(): readonly Row[] {
  const { channels } = asyncApi() as {
    channels: { drone: { messages: Readonly<Record<string, SocketMessage>> } };
  };
  return Object.entries(channels.drone.messages)
    .filter(([, { summary }]) => summary !== undefined)
    .map(([type, { summary = '', payload }]) => {
      const fields = Object.keys(payload.properties).filter((name) => name !== 'type');
      return [`\`${type}\``, summary, code(fields)];
    });
}

function routeSections({ paths }: OpenApi): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...operation,
    })),
  );
  const tags = [...new Set(routes.flatMap(({ tags: [tag = ''] }) => tag))];
  return tags
    .map((tag) => {
      const rows = routes
        .filter(({ tags: [own] }) => own === tag)
        .map(({ method, path, summary, description = 'Public.' }) => [
          `\`${method} ${path}\``,
          summary,
          description,
        ]);
      return `### ${tag}\n\n${table(['route', 'does', 'who may'], rows)}\n`;
    })
    .join('\n');
}

function errorRows(): readonly Row[] {
  return errorCodes.map((name) => {
    const { httpStatus, message } = refuse(name);
    return [`\`${name}\``, httpStatus, message];
  });
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
