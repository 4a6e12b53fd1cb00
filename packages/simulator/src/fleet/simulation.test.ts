import { isRefusal, toSample } from '@skein/core';
import { describe, expect, it } from 'vitest';
import { PHASE } from '../physics/fleet-state.ts';
import { createSimulation, type Simulation } from './simulation.ts';

const frames = (simulation: Simulation): string =>
  simulation.ids.map((_, i) => JSON.stringify(simulation.message(i))).join('\n');

describe('simulation', () => {
  it('gives the same bytes for the same seed, however time is cut', () => {
    const whole = createSimulation({ drones: 7, seed: 42 });
    const cut = createSimulation({ drones: 7, seed: 42 });
    whole.step(90);
    for (let k = 0; k < 900; k++) cut.step(0.1);
    expect(cut.timeS).toBe(whole.timeS);
    expect(frames(cut)).toBe(frames(whole));
    const other = createSimulation({ drones: 7, seed: 43 });
    other.step(90);
    expect(frames(other)).not.toBe(frames(whole));
  });

  it('sends messages that the core accepts in its strict form', () => {
    const simulation = createSimulation({ drones: 20, seed: 5 });
    for (let minute = 0; minute < 40; minute++) {
      simulation.step(60);
      for (let i = 0; i < 20; i++) {
        const message = simulation.message(i);
        const origin = {
          tenant: 't',
          channel: 'websocket',
          receivedAtMs: simulation.timeMs,
          strict: true,
        } as const;
        const sample = toSample(message, origin);
        expect(isRefusal(sample) ? sample : 'accepted').toBe('accepted');
      }
    }
  });

  it('numbers each drone’s messages from 0 and keeps one session a drone', () => {
    const simulation = createSimulation({ drones: 2, seed: 1 });
    const [a, b, c] = [simulation.message(0), simulation.message(1), simulation.message(0)];
    expect([a.seq, b.seq, c.seq]).toEqual([0, 0, 1]);
    expect(c.sessionId).toBe(a.sessionId);
    expect(b.sessionId).not.toBe(a.sessionId);
    simulation.begin(simulation.timeMs + 1000);
    const again = simulation.message(0);
    expect(again.seq).toBe(0);
    expect(again.sessionId).not.toBe(a.sessionId);
  });

  it('names drones in either style', () => {
    expect(createSimulation({ drones: 2 }).ids).toEqual(['drone-001', 'drone-002']);
    expect(createSimulation({ drones: 2, idStyle: 'underscore' }).ids).toEqual(['drone_0', 'drone_1']);
    expect(createSimulation({ drones: 10_000 }).ids[0]).toBe('drone-00001');
  });

  it('keeps patrolling drones 50 m apart, or 15 m in height', () => {
    const simulation = createSimulation({ drones: 25, seed: 3 });
    const { x, y, z, phase } = simulation.state;
    const pairs = simulation.ids.flatMap((_, i) => Array.from({ length: i }, (__, j) => [i, j] as const));
    /** 1 is the edge of the cylinder; on the pads nobody is too near. */
    const separation = ([i, j]: readonly [number, number]): number => {
      if (phase[i] !== PHASE.mission && phase[j] !== PHASE.mission) return Number.POSITIVE_INFINITY;
      const level = Math.hypot((x[i] ?? 0) - (x[j] ?? 0), (y[i] ?? 0) - (y[j] ?? 0));
      return Math.max(level / 50, Math.abs((z[i] ?? 0) - (z[j] ?? 0)) / 15);
    };
    let nearest = Number.POSITIVE_INFINITY;
    for (let s = 0; s < 600; s++) {
      simulation.step(1);
      nearest = Math.min(nearest, ...pairs.map(separation));
    }
    expect(nearest).toBeGreaterThan(1);
    expect(nearest).toBeLessThan(4);
  });

  it('refuses options that cannot work, by name', () => {
    expect(() => createSimulation({ drones: 0 })).toThrow(/drones/);
    expect(() => createSimulation({ drones: 1, padSpacingM: 10 })).toThrow(/padSpacingM/);
    expect(() =>
      createSimulation({ drones: 1, faults: [{ drone: 'x', type: 'gps_jump', atS: 0, durationS: 1 }] }),
    ).toThrow(/no drone x/);
  });
});
