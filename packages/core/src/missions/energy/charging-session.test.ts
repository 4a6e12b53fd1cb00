import { describe, expect, it } from 'vitest';
import {
  type ChargeSample,
  type ChargeSession,
  createChargeWatch,
  watchCharging,
} from './charging-session.ts';

const quiet = { groundSpeedMps: 0, status: undefined, armed: false } as const;

/** Readings a minute apart, or at the minutes given. */
function watch(
  samples: readonly (Partial<ChargeSample> & { readonly batteryPct: number; readonly minute?: number })[],
) {
  const state = createChargeWatch();
  const sessions: ChargeSession[] = [];
  for (const [k, { minute = k, ...sample }] of samples.entries()) {
    const session = watchCharging(state, { ...quiet, timeUs: minute * 60e6, ...sample });
    if (session) sessions.push(session);
  }
  return { sessions, state };
}

const rise = (from: number, to: number, step = 1): { batteryPct: number }[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, k) => ({ batteryPct: from + k * step }));

describe('a charging session', () => {
  it('begins where the battery began to rise on the ground and ends when the drone flies', () => {
    const { sessions } = watch([
      { batteryPct: 32, armed: true, groundSpeedMps: 8 },
      { batteryPct: 31, armed: true, groundSpeedMps: 3 },
      { batteryPct: 30 },
      ...rise(30, 80, 2),
      { batteryPct: 80, armed: true },
    ]);
    expect(sessions).toEqual([
      { kind: 'charge', startUs: 3 * 60e6, endUs: 28 * 60e6, startPct: 30, endPct: 80 },
    ]);
  });

  it('ends when nothing more comes for ten minutes, at the moment the last came', () => {
    const { sessions } = watch([
      ...rise(50, 100, 5),
      ...Array.from({ length: 12 }, () => ({ batteryPct: 100 })),
    ]);
    expect(sessions).toEqual([{ kind: 'charge', startUs: 0, endUs: 10 * 60e6, startPct: 50, endPct: 100 }]);
  });

  it('ends when the battery falls', () => {
    const { sessions, state } = watch([...rise(20, 40), { batteryPct: 39.5 }, { batteryPct: 38 }]);
    expect(sessions).toMatchObject([{ startPct: 20, endPct: 40 }]);
    expect(state.state).toBe('resting');
  });

  it('is not a pack that recovers after landing, nor a gauge that flickers', () => {
    const flicker = Array.from({ length: 100 }, (_, k) => ({ batteryPct: 40 + (k % 3) }));
    expect(watch([...flicker, { batteryPct: 41, armed: true }]).sessions).toEqual([]);
  });

  it('is not in the air, however the gauge moves', () => {
    const flying = rise(40, 60).map((sample) => ({ ...sample, armed: true, groundSpeedMps: 5 }));
    const hovering = rise(40, 60).map((sample) => ({ ...sample, armed: undefined, status: 'hovering' }));
    expect(watch([...flying, { batteryPct: 40 }]).sessions).toEqual([]);
    expect(watch([...hovering, { batteryPct: 40 }]).sessions).toEqual([]);
  });

  it('is believed at once when the drone says so, and is none when nothing came of it', () => {
    const charging = { status: 'charging', armed: undefined, groundSpeedMps: Number.NaN } as const;
    const said = watch([
      { batteryPct: 60, ...charging },
      { batteryPct: 61, ...charging },
      { batteryPct: 61, status: 'ready' },
      ...Array.from({ length: 12 }, () => ({ batteryPct: 61, status: 'ready' })),
    ]);
    expect(said.sessions).toEqual([{ kind: 'charge', startUs: 0, endUs: 60e6, startPct: 60, endPct: 61 }]);
    expect(
      watch([
        { batteryPct: 60, ...charging },
        { batteryPct: 60, armed: true, status: 'flying' },
      ]).sessions,
    ).toEqual([]);
  });

  it('is a swap when more came than any charger gives', () => {
    const { sessions } = watch([
      { batteryPct: 22, minute: 0 },
      { batteryPct: 98, minute: 3 },
    ]);
    expect(sessions).toEqual([{ kind: 'swap', startUs: 0, endUs: 3 * 60e6, startPct: 22, endPct: 98 }]);
  });

  it('is found after a silence in which a charger could have done it', () => {
    const { sessions } = watch([
      { batteryPct: 22, minute: 0 },
      { batteryPct: 98, minute: 120 },
      { batteryPct: 97, minute: 121, armed: true },
    ]);
    expect(sessions).toEqual([{ kind: 'charge', startUs: 0, endUs: 120 * 60e6, startPct: 22, endPct: 98 }]);
  });

  it('is not touched by late samples or readings that are none', () => {
    const state = createChargeWatch();
    watchCharging(state, { ...quiet, timeUs: 100e6, batteryPct: 50 });
    const before = { ...state };
    watchCharging(state, { ...quiet, timeUs: 50e6, batteryPct: 90 });
    watchCharging(state, { ...quiet, timeUs: Number.POSITIVE_INFINITY, batteryPct: 90 });
    watchCharging(state, { ...quiet, timeUs: 200e6, batteryPct: Number.NaN });
    watchCharging(state, { ...quiet, timeUs: 200e6, batteryPct: 101 });
    expect(state).toEqual(before);
  });
});
