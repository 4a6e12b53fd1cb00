import { describe, expect, it } from 'vitest';
import { farthestReachable, findMaxRange, findPointOfNoReturn } from './reach.ts';
import { judgeReturn } from './reachability.ts';
import type { ReturnQuestion } from './return-question.ts';
import { at, calm, given, question } from './return-questions.contract.ts';

describe('how far the drone may go', () => {
  const far: ReturnQuestion = { ...question, route: [{ at: at(500, 500) }, { at: at(9000, 500) }] };

  it('toward a wish it cannot reach is to a point that is accepted, and no metre farther', () => {
    const farthest = given(farthestReachable(far));
    expect(farthest.verdict.accepted).toBe(true);
    const [first] = far.route;
    const route = (eastM: number) => [first as (typeof far.route)[number], { at: at(eastM, 500) }];
    expect(given(judgeReturn({ ...far, route: route(farthest.at.eastM) })).accepted).toBe(true);
    expect(given(judgeReturn({ ...far, route: route(farthest.at.eastM + 1) })).accepted).toBe(false);
  });

  it('is all the way where the wish is reachable, and nowhere where not even the way to the leg is', () => {
    expect(given(farthestReachable(question)).share).toBe(1);
    expect(farthestReachable({ ...far, batteryPct: 12 })).toBeUndefined();
  });

  it('along a route ends at the point of no return, before which every place passes', () => {
    const place = given(findPointOfNoReturn(far));
    expect(place.leg).toBe(1);
    const [first] = far.route;
    const judge = (eastM: number) =>
      given(judgeReturn({ ...far, route: [first as (typeof far.route)[number], { at: at(eastM, 500) }] }))
        .accepted;
    for (let k = 0; k <= 50; k++) expect(judge(500 + (place.at.eastM - 500) * (k / 50))).toBe(true);
    expect(judge(place.at.eastM + 1)).toBe(false);
    expect(findPointOfNoReturn(question)).toBeUndefined();
    expect(given(findPointOfNoReturn({ ...question, batteryPct: 11 }))).toMatchObject({ leg: 0, timeS: 0 });
  });

  it('in every direction is an edge just inside of which it comes back, farther across the wind than against it', () => {
    const windy = { ...question, air: { ...calm, windEastMps: 5 } };
    const ranges = given(findMaxRange(windy));
    expect(ranges).toHaveLength(36);
    for (const { bearingDeg, rangeM } of ranges) {
      const rad = (bearingDeg * Math.PI) / 180;
      const judge = (r: number) =>
        given(judgeReturn({ ...windy, route: [{ at: at(r * Math.sin(rad), r * Math.cos(rad)) }] })).accepted;
      expect(judge(rangeM - 0.01)).toBe(true);
      expect(judge(rangeM + 1)).toBe(false);
    }
    expect(given(findMaxRange({ ...question, batteryPct: 11 }))).toEqual([]);
  });
});
