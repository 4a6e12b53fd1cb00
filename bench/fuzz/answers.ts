/** What came back over one connection, and what is wrong with it. */

type Json = Readonly<Record<string, unknown>>;

export interface Judged {
  readonly statuses: readonly number[];
  readonly frames: number;
  readonly faults: readonly string[];
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Why this is no error envelope (CONTRACT 4), or nothing. */
function faultsOfEnvelope(value: Json, where: string): readonly string[] {
  const error = (value['error'] ?? {}) as Json;
  const isWhole =
    value['status'] === 'error' &&
    typeof error['code'] === 'string' &&
    typeof error['message'] === 'string' &&
    INSTANT.test(String(value['timestamp'])) &&
    UUID.test(String(value['requestId']));
  return isWhole ? [] : [`${where}: not the envelope: ${JSON.stringify(value).slice(0, 200)}`];
}

/** HTTP answers one after the other, and after a 101 the server's frames. */
export function judge(bytes: Buffer): Judged {
  const statuses: number[] = [];
  const faults: string[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, Math.max(0, end)).toString('latin1');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    if (!status)
      return {
        statuses,
        frames: 0,
        faults: [...faults, `no HTTP: ${rest.subarray(0, 80).toString('latin1')}`],
      };
    statuses.push(status);
    rest = rest.subarray(end + 4);
    if (status === 101) {
      const { frames, faults: more } = judgeFrames(rest);
      return { statuses, frames, faults: [...faults, ...more] };
    }
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    faults.push(...faultsOfAnswer(status, head, rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return { statuses, frames: 0, faults };
}

function faultsOfAnswer(status: number, head: string, body: Buffer): readonly string[] {
  if (status < 400) return [];
  const isAnnounced = status === 503 && /retry-after: \d/i.test(head);
  const faults = status >= 500 && !isAnnounced ? [`status ${status}: ${body.toString().slice(0, 300)}`] : [];
  return [...faults, ...faultsOfJson(body, `status ${status}`)];
}

function faultsOfJson(bytes: Buffer, where: string): readonly string[] {
  try {
    return faultsOfEnvelope(JSON.parse(bytes.toString()) as Json, where);
  } catch {
    return [`${where}: no JSON: ${bytes.subarray(0, 100).toString('latin1')}`];
  }
}

/** Text frames of the server: each is JSON, each error is in the envelope and none is an internal one. */
function judgeFrames(bytes: Buffer): { readonly frames: number; readonly faults: readonly string[] } {
  const faults: string[] = [];
  let frames = 0;
  let rest = bytes;
  while (rest.length >= 2) {
    const short = (rest[1] as number) & 127;
    const header = short === 126 ? 4 : 2;
    const length = short === 126 ? rest.readUInt16BE(2) : short;
    const payload = rest.subarray(header, header + length);
    if (((rest[0] as number) & 15) === 1) faults.push(...faultsOfFrame(payload));
    frames += 1;
    rest = rest.subarray(header + length);
  }
  return { frames, faults };
}

function faultsOfFrame(payload: Buffer): readonly string[] {
  try {
    const value = JSON.parse(payload.toString()) as Json;
    if (value['type'] !== 'error')
      return typeof value['type'] === 'string' ? [] : [`a frame without type: ${payload}`];
    const isInternal = (value['error'] as Json)['code'] === 'INTERNAL_ERROR';
    return [...faultsOfEnvelope(value, 'frame'), ...(isInternal ? [`internal error: ${payload}`] : [])];
  } catch {
    return [`a frame that is no JSON: ${payload.subarray(0, 100).toString('latin1')}`];
  }
}
