import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PHASES } from '../packages/simulator/src/index.ts';
import { type Crossing, cross } from './crossing.ts';
import type { Json } from './socket.ts';

/** Drones that fly at each other: what is told, what is ordered, how near they come, and what a dead server leaves behind. */

/** Of the minima: a near collision is within 15 m and 4.6 m of them, 50 m and 15 m. */
const NEAR_COLLISION = 0.31;
const [AVOID, HOLD] = [PHASES.indexOf('avoid'), PHASES.indexOf('hold')];
const DRONES = ['drone-001', 'drone-002'];

const eventsOf = async ({ get }: Crossing, query = ''): Promise<readonly Json[]> =>
  ((await get(`/api/coordination/events${query}`))['events'] ?? []) as Json[];

/** The conflict of the two, told as being resolved. */
const resolving = ({ operator }: Crossing): Promise<Json> =>
  operator.next(({ type, state }) => type === 'coordination_event' && state === 'resolving');

const effectsOf = (effects: Readonly<Record<string, number>>) => new Set(Object.values(effects));

describe.concurrent('two drones that fly at each other', () => {
  it('are told, ordered apart in time, kept apart, and go on to where they were going', async () => {
    const { effects } = await cross({}, async (crossing) => {
      const { until, operator, haveSwapped, get } = crossing;
      const told = await resolving(crossing);
      expect(told).toMatchObject({ event_type: 'collision_avoidance', drone_ids: DRONES });
      expect((told['orders'] as Json[])[0]).toMatchObject({
        command: 'avoid',
        text: expect.stringContaining('drone-00'),
      });
      await until('their swap', haveSwapped);
      expect(crossing.worst()).toBeGreaterThanOrEqual(1);
      const over = await operator.next(
        ({ type, state }) => type === 'coordination_event' && state === 'resolved',
      );
      expect(over).toMatchObject({ event_type: 'collision_avoidance', event_id: told['event_id'] });
      const ended = await until('its end', async () => {
        const active = await eventsOf(crossing, '?active=true');
        return active.length === 0 ? await eventsOf(crossing) : undefined;
      });
      for (const event of ended) {
        expect(event).toMatchObject({
          state: 'resolved',
          eventType: 'collision_avoidance',
          droneIds: DRONES,
        });
        expect((event['evidence'] as Json)['after']).toMatchObject({ severity: expect.any(Number) });
        expect(event['resolutionTimeMs']).toBeLessThan(3000);
      }
      const { event } = (await get(`/api/coordination/events/${told['event_id']}`)) as { event: Json };
      expect(event).toMatchObject({
        state: 'resolved',
        decision: expect.stringContaining('clear of each other'),
      });
    });
    expect(effectsOf(effects)).toEqual(new Set([1]));
  }, 150_000);

  it('[S15] hold where the server is stopped in the middle, come no nearer, and go on when it goes on', async () => {
    const { effects } = await cross({}, async (crossing) => {
      const { until, phase, server, haveSwapped } = crossing;
      await resolving(crossing);
      await until('their making way', () => (phase(0) === AVOID && phase(1) === AVOID ? true : undefined));
      process.kill(server.pid, 'SIGSTOP');
      await until('their holding', () => (phase(0) === HOLD && phase(1) === HOLD ? true : undefined));
      await sleep(3000);
      expect([phase(0), phase(1)]).toEqual([HOLD, HOLD]);
      process.kill(server.pid, 'SIGCONT');
      await until('their swap', haveSwapped);
      expect(crossing.worst()).toBeGreaterThanOrEqual(1);
    });
    expect(effectsOf(effects)).toEqual(new Set([1]));
  }, 150_000);

  it('hold where the server is killed in the middle, and the next server knows of the conflict', async () => {
    await cross({}, async (crossing) => {
      const { until, phase, server } = crossing;
      const { event_id: id } = await resolving(crossing);
      await until('their making way', () => (phase(0) === AVOID && phase(1) === AVOID ? true : undefined));
      await sleep(500);
      await server.kill9();
      await until('their holding', () => (phase(0) === HOLD && phase(1) === HOLD ? true : undefined));
      // Nobody has steered them for a while: near each other, far from touching.
      expect(crossing.worst()).toBeGreaterThan(NEAR_COLLISION);
      await crossing.restart();
      const { event } = (await crossing.get(`/api/coordination/events/${id}`)) as { event: Json };
      expect(event).toMatchObject({ eventId: id, droneIds: DRONES });
      await until('its end', async () =>
        (await eventsOf(crossing, '?active=true')).length === 0 ? true : undefined,
      );
      expect(crossing.worst()).toBeGreaterThan(NEAR_COLLISION);
    });
  }, 150_000);

  it('are held by an operator, who must confirm what leads them nearer; the decision lapses', async () => {
    await cross({}, async (crossing) => {
      const { until, ask, phase, operator, simulation, haveSwapped } = crossing;
      const { event_id: id } = await resolving(crossing);
      await until('their making way', () => (phase(0) === AVOID && phase(1) === AVOID ? true : undefined));
      const path = `/api/coordination/events/${id}/override`;
      const about = { drone_ids: DRONES, reason: 'look first' };
      const held = await ask(path, { ...about, action: 'hold', ttl_seconds: 6 });
      expect([held.status, held.body]).toEqual([
        200,
        expect.objectContaining({ eventId: id, message: expect.stringContaining('holds where it is') }),
      ]);
      expect(await operator.nextOf('coordination_update')).toMatchObject({
        action: 'hold',
        phase: 'in_force',
        event_id: id,
      });
      const { vx } = simulation.state;
      await until('their stop', () =>
        Math.hypot(vx[0] as number, vx[1] as number) < 0.3 ? true : undefined,
      );
      const overrides = await eventsOf(crossing, '?event_type=manual_override');
      expect(overrides).toMatchObject([
        { droneIds: DRONES, override: { action: 'hold', reason: 'look first' } },
      ]);
      const away = { action: 'reroute', parameters: { waypoint: { x: 0, y: 0, z: 500 } } };
      expect((await ask(path, { ...about, ...away })).body).toMatchObject({
        error: { code: 'SAFETY_VIOLATION' },
      });
      await operator.next(({ type, phase: how }) => type === 'coordination_update' && how === 'lapsed');
      await until('their swap', haveSwapped);
      expect(crossing.worst()).toBeGreaterThanOrEqual(1);
    });
  }, 150_000);
});
