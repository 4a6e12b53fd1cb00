import { describe, expect, it } from 'vitest';
import { at, fromM, open, phase, succeeded } from '../../test/flight.ts';
import { PHASE } from '../physics/fleet-state.ts';

const square = [
  { id: 'w-1', x: 60, y: 0, z: 30 },
  { id: 'w-2', x: 60, y: 60, z: 30, hold_s: 5, actions: [{ action: 'take_photo' }] },
  { id: 'w-3', x: 60, y: 60, z: 55 },
  { id: 'w-4', latitude: 47, longitude: 8, altitude: 30, altitude_reference: 'relative' },
];
const plan = { mission_id: 'survey-9', version: 1, mission_type: 'mapping', waypoints: square };

describe('a mission', () => {
  it('is flown through every waypoint at its height, told in telemetry from start to end, and ends in a hold', () => {
    const { simulation, give, flyOut, obey } = open();
    obey('upload_mission', plan);
    expect(simulation.message(0).mission).toBeUndefined();
    const { commandId } = give('start_mission', { mission_id: 'survey-9' });
    const nearest = square.map(() => Number.POSITIVE_INFINITY);
    const places = [
      [60, 0, 30],
      [60, 60, 30],
      [60, 60, 55],
      [0, 0, 30],
    ] as const;
    const shown = new Set<string>();
    const end = flyOut(commandId, 300, () => {
      places.forEach(([x, y, z], k) => {
        nearest[k] = Math.min(nearest[k] ?? 0, fromM(simulation, x, y, z));
      });
      const { mission, drone } = simulation.message(0);
      if (mission)
        shown.add(`${mission.id} ${mission.waypoint}/${mission.totalWaypoints} ${mission.missionType}`);
      expect(drone.armed).toBe(true);
    });
    expect(end).toMatchObject(succeeded);
    expect([...shown]).toEqual([1, 2, 3, 4].map((k) => `survey-9 ${k}/4 mapping`));
    for (const distanceM of nearest) expect(distanceM).toBeLessThan(6);
    expect(nearest[1]).toBeLessThan(1.5);
    expect(phase(simulation)).toBe('hold');
    expect(simulation.message(0).mission).toBeUndefined();
    // It is still on board, and starts anew.
    give('start_mission');
    expect(simulation.message(0).mission).toMatchObject({ id: 'survey-9', waypoint: 1 });
  });

  it('paused goes on exactly where it was left, although the drone was sent elsewhere meanwhile', () => {
    const { simulation, told, give, fly, flyOut, obey } = open();
    obey('upload_mission', plan);
    const start = give('start_mission');
    fly(16);
    const left = at(simulation);
    expect(obey('pause_mission')).toMatchObject(succeeded);
    expect(simulation.message(0)).toMatchObject({ drone: { status: 'hold' }, mission: { id: 'survey-9' } });
    fly(5);
    obey('goto', { x: -50, y: -50, z: 40 });
    expect(
      told.filter(({ commandId, state }) => commandId === start.commandId && state !== 'in_progress'),
    ).toEqual([expect.objectContaining({ state: 'cancelled', message: 'goto took its place' })]);
    const again = give('start_mission');
    let nearest = Number.POSITIVE_INFINITY;
    let waypointThere = 0;
    const end = flyOut(again.commandId, 300, () => {
      const distanceM = fromM(simulation, left.x, left.y, left.z);
      if (distanceM < nearest) {
        nearest = distanceM;
        waypointThere = simulation.message(0).mission?.waypoint ?? 0;
      }
    });
    expect(end).toMatchObject(succeeded);
    expect(nearest).toBeLessThan(1);
    expect(waypointThere).toBe(1);
  });

  it('is ended by an order that takes its place, and started again from where it was left', () => {
    const { simulation, told, give, fly, obey } = open();
    obey('upload_mission', plan);
    const { commandId } = give('start_mission');
    fly(22);
    const { waypoint } = simulation.message(0).mission ?? {};
    expect(waypoint).toBe(2);
    obey('return_to_base');
    expect(told).toContainEqual(
      expect.objectContaining({ commandId, state: 'cancelled', message: 'return_to_base took its place' }),
    );
    expect(simulation.message(0).mission).toBeUndefined();
    expect(obey('start_mission')).toMatchObject(succeeded);
    expect(
      told.filter((report) => report.commandId === commandId && report.state !== 'in_progress'),
    ).toHaveLength(1);
  });

  it('ends on the ground where it says so, and takes off again where a waypoint says so', () => {
    for (const [end, status] of [
      ['land', 'landed'],
      ['return', 'charging'],
    ] as const) {
      const { simulation, obey } = open();
      obey('upload_mission', { waypoints: [{ x: 40, y: 0, z: 20 }], end });
      expect(obey('start_mission')).toMatchObject(succeeded);
      expect(at(simulation).z).toBe(0);
      expect(simulation.message(0).drone).toMatchObject({ status, armed: false });
    }
    const { simulation, give, flyOut, obey } = open();
    const drop = {
      x: 40,
      y: 0,
      z: 20,
      actions: [{ action: 'land' }, 'release_payload', { action: 'takeoff' }],
    };
    obey('upload_mission', { waypoints: [drop, { x: 0, y: 40, z: 25 }] });
    const { commandId } = give('start_mission');
    let lowest = Number.POSITIVE_INFINITY;
    const ended = flyOut(commandId, 300, () => {
      if (fromM(simulation, 40, 0, at(simulation).z) < 2) lowest = Math.min(lowest, at(simulation).z);
    });
    expect(ended).toMatchObject(succeeded);
    expect(lowest).toBe(0);
    expect(fromM(simulation, 0, 40, 25)).toBeLessThan(1.5);
  });

  it('fails, and says so, when the battery sends the drone home', () => {
    const { simulation, give, fly, flyOut, obey } = open();
    obey('upload_mission', { waypoints: [{ x: 300, y: 0, z: 30, hold_s: 3600 }] });
    const { commandId } = give('start_mission');
    fly(30);
    simulation.state.soc[0] = 0.2;
    expect(flyOut(commandId)).toMatchObject({
      state: 'failed',
      message: 'left off by itself, now returning',
    });
    fly(120);
    expect(phase(simulation)).toBe('charging');
  });
});

describe('an upload', () => {
  const part = (more: object) => ({
    mission_id: 'survey-9',
    version: 2,
    waypoint: { x: 10, y: 90, z: 30 },
    ...more,
  });

  it('of one waypoint changes the mission while it is flown', () => {
    const { simulation, give, fly, flyOut, obey } = open();
    obey('upload_mission', plan);
    const { commandId } = give('start_mission');
    fly(14);
    expect(simulation.message(0).mission).toMatchObject({ waypoint: 1, totalWaypoints: 4 });
    obey('upload_mission', part({ waypoint_index: 0 }));
    expect([simulation.state.targetX[0], simulation.state.targetY[0]]).toEqual([10, 90]);
    obey('upload_mission', part({ version: 3, mode: 'insert', waypoint_index: 1 }));
    obey(
      'upload_mission',
      part({ version: 4, mode: 'append', new_waypoint: { x: 0, y: -40, z: 20 }, waypoint: null }),
    );
    expect(simulation.message(0).mission).toMatchObject({ waypoint: 1, totalWaypoints: 6 });
    expect(flyOut(commandId, 300)).toMatchObject(succeeded);
    expect(fromM(simulation, 0, -40, 20)).toBeLessThan(1.5);
  });

  it('of another mission does not change the flight before that is started', () => {
    const { simulation, fly, give, obey } = open();
    obey('upload_mission', plan);
    give('start_mission');
    fly(14);
    obey('upload_mission', { mission_id: 'other', waypoints: [{ x: -80, y: 0, z: 30 }] });
    expect(simulation.message(0).mission?.id).toBe('survey-9');
    expect(simulation.state.targetX[0]).toBe(60);
    give('start_mission', { mission_id: 'other' });
    expect(simulation.state.targetX[0]).toBe(-80);
    expect(simulation.message(0).mission).toMatchObject({ id: 'other', waypoint: 1, totalWaypoints: 1 });
  });

  it('that cannot be flown is refused in words', () => {
    const { give, fly, obey } = open();
    obey('upload_mission', plan);
    give('start_mission');
    fly(24);
    const waypoint = { x: 1, y: 1, z: 20 };
    for (const [params, result, message] of [
      [{}, 'denied', /1 to 1000 waypoints/],
      [{ waypoints: [] }, 'denied', /1 to 1000/],
      [{ waypoints: [waypoint, { x: 1 }] }, 'denied', /waypoint 1: a place needs/],
      [{ waypoints: [{ ...waypoint, z: Number.NaN }] }, 'denied', /waypoint 0: the height must be a number/],
      [{ waypoints: [{ ...waypoint, z: 0 }] }, 'denied', /height must be 1 to 5000/],
      [{ waypoints: [{ ...waypoint, x: 1e6 }] }, 'denied', /50 km/],
      [{ waypoints: [{ ...waypoint, speed: 0 }] }, 'denied', /speed/],
      [{ waypoints: [{ ...waypoint, heading: 400 }] }, 'denied', /heading/],
      [{ waypoints: [{ ...waypoint, hold_s: -1 }] }, 'denied', /hold_s/],
      [{ waypoints: [{ ...waypoint, actions: ['dance'] }] }, 'unsupported', /waypoint 0: no action "dance"/],
      [{ waypoints: [{ ...waypoint, actions: [{}] }] }, 'unsupported', /no action/],
      [
        { waypoints: [{ ...waypoint, actions: ['land'] }, waypoint] },
        'denied',
        /lands, and nothing takes off/,
      ],
      [{ waypoints: [waypoint], end: 'vanish' }, 'denied', /end must be/],
      [{ waypoints: Array.from({ length: 1001 }, () => waypoint) }, 'denied', /1 to 1000/],
      [{ ...plan, version: 0 }, 'denied', /stale version: 1 is on board/],
      [{ ...plan, version: 1.5 }, 'denied', /whole number/],
      [part({ version: 1 }), 'denied', /newer version/],
      [part({ mission_id: 'nobody' }), 'denied', /mission "nobody" is not on board/],
      [part({ waypoint_index: 4 }), 'denied', /waypoint_index must be 0 to 3/],
      [part({ waypoint_index: 0 }), 'denied', /at waypoint 1 already/],
      [part({ waypoint_index: 2, mode: 'swap' }), 'denied', /mode must be/],
      [
        { waypoints: [{ latitude: 47, longitude: 8, altitude: 30, altitude_reference: 'sea' }] },
        'denied',
        /reference/,
      ],
    ] as const) {
      const answer = give('upload_mission', params);
      expect(answer).toMatchObject({ result, message: expect.stringMatching(message) });
    }
    for (const [params, message] of [
      [{ mission_id: 'nobody' }, /"nobody" is not on board/],
      [{ waypoint_index: 9 }, /names no waypoint/],
    ] as const)
      expect(give('start_mission', params)).toMatchObject({
        result: 'denied',
        message: expect.stringMatching(message),
      });
  });
});

describe('a drone without a mission', () => {
  it('has none to pause, on the ground or in the air', () => {
    const { give, obey } = open();
    expect(give('pause_mission').result).toBe('temporarily_rejected');
    obey('takeoff');
    expect(give('pause_mission').result).toBe('temporarily_rejected');
  });

  it('that patrols shows its patrol as its mission, and goes on with it after a hold', () => {
    const { simulation, fly, obey } = open({ autonomous: true });
    fly(40);
    const before = simulation.message(0).mission;
    expect(before?.id).toBe('drone-001-m1');
    obey('hold');
    expect(simulation.message(0).mission?.id).toBe('drone-001-m1');
    obey('resume');
    expect(simulation.state.phase[0]).toBe(PHASE.mission);
  });
});
