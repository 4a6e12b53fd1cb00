import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { coordinationOverride } from '../coordination-override.ts';
import { CoordinationWorld, Flyer } from './coordination-world.contract.ts';

const place = (eastM: number, northM: number, upM = 60) => ({ eastM, northM, upM });

const headOn = () => [
  new Flyer('d1', place(-300, 0), place(300, 0)),
  new Flyer('d2', place(300, 5), place(-300, 5)),
];

/** Until all are where they wanted to be, or nothing is left to hope for. */
async function fly(world: CoordinationWorld, mostS: number): Promise<void> {
  for (let second = 0; second < mostS && world.flyers.some(({ hasArrived }) => !hasArrived); second += 1)
    await world.seconds(1);
}

const states = (world: CoordinationWorld) =>
  world.told.filter(({ type }) => type === 'coordination_event').map(({ state }) => state);

describe('coordination that acts', () => {
  it('tells a conflict, orders both apart, keeps them apart, and lets them go on', async () => {
    const world = new CoordinationWorld(headOn(), 'act');
    await fly(world, 150);
    expect(world.flyers.map(({ hasArrived }) => hasArrived)).toEqual([true, true]);
    expect(world.worst).toBeGreaterThanOrEqual(1);
    await world.seconds(10);
    expect(world.operations.coordination.open()).toEqual([]);
    const [first] = world.kept();
    const event = world.operations.coordination.find('t', first?.id ?? '');
    expect(event).toMatchObject({
      state: 'resolved',
      eventType: 'collision_avoidance',
      droneIds: ['d1', 'd2'],
    });
    expect(event?.orders.map(({ command }) => command)).toContain('avoid');
    expect(event?.after?.severity).toBeGreaterThanOrEqual(1);
    expect(event?.resolutionTimeMs).toBeLessThan(3000);
    expect(world.operations.avoidance.size).toBe(0);
  });

  it('whatever they cross at, separation is kept and all arrive', async () => {
    const angle = fc.integer({ min: 20, max: 340 });
    const offset = fc.integer({ min: -40, max: 40 });
    const height = fc.integer({ min: -12, max: 12 });
    await fc.assert(
      fc.asyncProperty(angle, offset, height, async (angleDeg, asideM, upM) => {
        const [east, north] = [Math.sin((angleDeg * Math.PI) / 180), Math.cos((angleDeg * Math.PI) / 180)];
        const flyers = [
          new Flyer('d1', place(0, -300), place(0, 300)),
          new Flyer(
            'd2',
            place(-300 * east + asideM * north, -300 * north - asideM * east, 60 + upM),
            place(300 * east + asideM * north, 300 * north - asideM * east, 60 + upM),
          ),
        ];
        fc.pre(Math.hypot(-300 * east, -300 * north + 300) > 150);
        fc.pre(Math.hypot(300 * east + asideM * north, 300 * north - asideM * east - 300) > 80);
        const world = new CoordinationWorld(flyers, 'act');
        await fly(world, 200);
        expect(world.worst).toBeGreaterThanOrEqual(1);
        expect(flyers.every(({ hasArrived }) => hasArrived)).toBe(true);
      }),
      { seed: 11, numRuns: 12 },
    );
  });

  it('one that will not listen is kept clear of by the other', async () => {
    const flyers = headOn();
    (flyers[1] as Flyer).isDeaf = true;
    const world = new CoordinationWorld(flyers, 'act');
    await fly(world, 200);
    expect(world.worst).toBeGreaterThanOrEqual(1);
    expect(flyers.every(({ hasArrived }) => hasArrived)).toBe(true);
  });

  it('[S15] leaves drones that hold where the server is stopped, and looks before it orders again', async () => {
    const world = new CoordinationWorld(headOn(), 'act');
    while (!world.flyers.every(({ does }) => does === 'avoid')) await world.seconds(1);
    world.isStopped = true;
    await world.seconds(30);
    expect(world.flyers.map(({ does }) => does)).toEqual(['hold', 'hold']);
    const taken = world.flyers.map((flyer) => flyer.taken.length);
    world.isStopped = false;
    for (let turn = 0; turn < 3; turn += 1) world.operations.ledger.flushed();
    expect(world.flyers.map((flyer) => flyer.taken.length)).toEqual(taken);
    await fly(world, 200);
    expect(world.worst).toBeGreaterThanOrEqual(1);
    expect(world.flyers.every(({ hasArrived }) => hasArrived)).toBe(true);
  });
});

describe('coordination that suggests', () => {
  it('says what would be done, and moves nobody until an operator accepts', async () => {
    const world = new CoordinationWorld(headOn(), 'suggest');
    while (!states(world).includes('proposed')) await world.seconds(1);
    expect(world.flyers.flatMap(({ taken }) => taken)).toEqual([]);
    const [event] = world.operations.coordination.open('t');
    const request = {
      ...{ event_id: event?.id ?? '', action: 'accept', drone_ids: ['d1', 'd2'], reason: 'yes' },
      ttl_seconds: 300,
    } as const;
    const reply = await coordinationOverride.handle(request as never, world.context());
    expect(isRefusal(reply)).toBe(false);
    await fly(world, 150);
    expect(world.worst).toBeGreaterThanOrEqual(1);
    expect(world.flyers.every(({ hasArrived }) => hasArrived)).toBe(true);
  });

  it('two tenants are each told of their own drone, and of the other only that it is there', async () => {
    const world = new CoordinationWorld(headOn(), 'suggest', (droneId) => (droneId === 'd1' ? 'a' : 'b'));
    while (world.operations.coordination.open().length < 2) await world.seconds(1);
    const [one] = world.operations.coordination.open('a');
    const [other] = world.operations.coordination.open('b');
    expect([one?.droneIds, other?.droneIds]).toEqual([['d1'], ['d2']]);
    expect(one?.id).toBe(other?.id);
    expect(JSON.stringify(one)).not.toContain('d2');
    expect(JSON.stringify(other)).not.toContain('d1');
  });
});

describe('an override', () => {
  async function inConflict() {
    const world = new CoordinationWorld(headOn(), 'act');
    while (!world.flyers.every(({ does }) => does === 'avoid')) await world.seconds(1);
    const [event] = world.operations.coordination.open('t');
    const ask = (more: object) => {
      const request = { event_id: event?.id ?? '', drone_ids: ['d1', 'd2'], reason: 'r', ...more };
      return coordinationOverride.handle(request as never, world.context());
    };
    return { world, event, ask };
  }

  it('holds, is told, and lapses by itself: then they go on', async () => {
    const { world, event, ask } = await inConflict();
    const before = world.flyers.map(({ taken }) => taken.length);
    expect(await ask({ action: 'hold', ttl_seconds: 8 })).toMatchObject({ event_id: event?.id });
    await world.seconds(6);
    expect(world.flyers.map(({ taken }, i) => taken.length - (before[i] as number))).toEqual([1, 1]);
    for (const { velocity } of world.flyers)
      expect(Math.hypot(velocity.eastMps, velocity.northMps)).toBeLessThan(0.5);
    await fly(world, 200);
    const phases = world.told.filter(({ type }) => type === 'coordination_update').map(({ phase }) => phase);
    expect(phases).toEqual(['in_force', 'lapsed']);
    expect(world.worst).toBeGreaterThanOrEqual(1);
    expect(world.flyers.every(({ hasArrived }) => hasArrived)).toBe(true);
    await world.seconds(10);
    expect(world.operations.coordination.open()).toEqual([]);
    expect(world.kept().map(({ data }) => data['eventType'])).toContain('manual_override');
  });

  it('that leads nearer than the minima asks to be confirmed, once and for this only', async () => {
    const { world, ask } = await inConflict();
    const [d1, d2] = world.flyers as [Flyer, Flyer];
    const into = { x: d2.at.eastM, y: d2.at.northM, z: d2.at.upM };
    const wish = { action: 'reroute', parameters: { drone_id: 'd1', waypoint: into } };
    const refused = (await ask(wish)) as unknown as { fields: Record<string, unknown>; code: string };
    expect(refused).toMatchObject({ code: 'STALE_STATE', details: { reason: 'confirmation' } });
    const { confirm_token, severity_after } = refused.fields;
    expect(severity_after).toBeLessThan(1);
    const taken = d1.taken.length;
    expect(await ask({ action: 'climb', parameters: { meters: 500 }, confirm_token })).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
    expect(await ask({ ...wish, confirm_token })).toMatchObject({ orders: [{ drone_id: 'd1' }] });
    await world.seconds(1);
    expect(d1.taken.length).toBe(taken + 1);
    expect(world.operations.coordination.open('t').find(({ override }) => override?.confirmed)).toBeDefined();
  });

  it('is refused where a flight there would be, and about what is over', async () => {
    const { world, event, ask } = await inConflict();
    const up = { action: 'reroute', parameters: { waypoint: { x: 0, y: 0, z: 400 } } };
    expect(await ask(up)).toMatchObject({ code: 'SAFETY_VIOLATION' });
    expect(await ask({ action: 'reroute', parameters: {} })).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(await ask({ event_id: 'none', action: 'hold' })).toMatchObject({ code: 'NOT_FOUND' });
    if (event) world.operations.coordination.move(event, 'clear');
    expect(await ask({ action: 'hold' })).toMatchObject({ code: 'STALE_STATE' });
  });
});
