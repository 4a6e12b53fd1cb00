import { Fleet, isRefusal, toSample } from '@skein/core';
import { describe, expect, it } from 'vitest';
import { hashSession } from '../decode/session-hash.ts';
import { Picture } from './picture.ts';

const START_MS = Date.UTC(2026, 0, 1);

function createWorld() {
  const fleet = new Fleet({
    hashSession,
    maxDrones: 50_000,
    channelAliveMs: 60_000,
    hybridPriority: 'first',
  });
  /** A message of event time `atMs`, heard then. */
  const fly = (droneId: string, atMs: number, tenant = 'a') => {
    const drone = fleet.meet(tenant, droneId);
    const message = {
      sessionId: 's',
      timestamp: new Date(START_MS + atMs).toISOString(),
      drone: { id: droneId, status: 'idle' },
      position: { x: 1, y: 2, z: 3 },
      telemetry: { battery: 50 },
    };
    const sample = toSample(message, { tenant, channel: 'http', receivedAtMs: START_MS + atMs });
    if (!drone || isRefusal(sample)) throw new Error('not a sample');
    drone.lastHeardMs = START_MS + atMs;
    fleet.update(drone, sample);
  };
  return { fleet, fly };
}

describe('a picture', () => {
  it('finds what is newer since it was last looked at, once', () => {
    const { fleet, fly } = createWorld();
    for (const id of ['a', 'b', 'c']) fly(id, 0);
    const picture = new Picture(fleet, 'a', START_MS);
    expect(picture.scan(START_MS, undefined)).toEqual([]);
    fly('b', 100);
    fly('b', 200);
    fly('a', -100);
    fly('theirs', 100, 'other');
    expect(picture.scan(START_MS + 200, undefined)).toEqual([1]);
    expect(picture.scan(START_MS + 220, undefined)).toEqual([]);
  });

  it('looks only at those that are followed', () => {
    const { fleet, fly } = createWorld();
    for (const id of ['a', 'b']) fly(id, 0);
    const picture = new Picture(fleet, 'a', START_MS);
    picture.scan(START_MS, new Set([0]));
    for (const id of ['a', 'b']) fly(id, 10);
    expect(picture.scan(START_MS + 20, new Set([0]))).toEqual([0]);
    expect(picture.scan(START_MS + 40, undefined)).toEqual([1]);
  });

  it('meets drones that are new, and tells of those that fall silent', () => {
    const { fleet, fly } = createWorld();
    fly('a', 0);
    const picture = new Picture(fleet, 'a', START_MS);
    picture.scan(START_MS, undefined);
    fly('b', 10_000);
    expect(picture.scan(START_MS + 10_001, undefined)).toEqual([1, 0]);
    expect(picture.textOf(0)).toContain('"stale":true,"data":{"link":"stale"');
    expect(picture.indexOf('b')).toBe(1);
  });

  it('looks at a large fleet a part at a time, and misses nobody', () => {
    const { fleet, fly } = createWorld();
    const count = 45_000;
    for (let n = 0; n < count; n += 1) fly(`d-${n}`, 0);
    const picture = new Picture(fleet, 'a', START_MS);
    for (let n = 0; n < count; n += 1) fly(`d-${n}`, 1);
    const found = [1, 2, 3].flatMap((tick) => picture.scan(START_MS + tick, undefined));
    expect(new Set(found).size).toBe(count);
    expect(found.length).toBe(count);
  });

  it('writes text that is JSON, whatever a drone says of itself', () => {
    const { fleet, fly } = createWorld();
    fly('a', 0);
    fleet.meet('a', 'silent');
    const picture = new Picture(fleet, 'a', START_MS);
    expect(JSON.parse(`{${picture.textOf(0)}}`)).toEqual({
      ...{ drone_id: 'a', stale: false },
      data: {
        ...{ link: 'online', timestamp: '2026-01-01T00:00:00.000Z', session_id: 's', status: 'idle' },
        ...{
          armed: false,
          battery: 50,
          position: { gps: null, x: 1, y: 2, z: 3 },
          telemetry: { battery: 50 },
        },
      },
    });
    expect(JSON.parse(`{${picture.textOf(1)}}`)).toMatchObject({
      drone_id: 'silent',
      data: { link: 'offline' },
    });
    const [row] = JSON.parse(`[${picture.rowsOf([0])}]`) as unknown[][];
    expect(row?.slice(0, 8)).toEqual(['a', 'online', START_MS, null, 'idle', false, 50, null]);
  });
});
