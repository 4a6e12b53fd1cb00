import { expect, test } from 'vitest';
import { isRefusal, type Refusal } from '../errors.ts';
import { createLocalFrame } from '../geo/wgs84.ts';
import { parseTemplate } from '../messages/mission-template.ts';
import { type PlannedTemplate, planTemplateInSteps } from './plan-template.ts';

const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });
const area = [
  { x: 0, y: 0 },
  { x: 400, y: 0 },
  { x: 400, y: 300 },
  { x: 0, y: 300 },
];
const camera = {
  ...{ sensor_width_mm: 13.2, sensor_height_mm: 8.8, focal_length_mm: 8.8 },
  ...{ image_width_px: 5472, image_height_px: 3648 },
};
const survey = { type: 'survey', area, camera, altitude: 60, side_overlap_pct: 60 };
const templates = {
  survey,
  corridor: { type: 'corridor', line: area.slice(0, 3), width_m: 80, camera, altitude: 60 },
  orbit: { type: 'orbit', centre: { latitude: 47, longitude: 8 }, radius_m: 50, altitude: 45 },
  perimeter: { type: 'perimeter', area, inset_m: 10, altitude: 30 },
  search: { type: 'search', centre: { x: 10, y: 10 }, track_spacing_m: 40, half_side_m: 150, altitude: 70 },
};

function planTemplate(...asked: Parameters<typeof planTemplateInSteps>): PlannedTemplate | Refusal {
  const steps = planTemplateInSteps(...asked);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function planned(value: unknown, homes: readonly { x: number; y: number }[] = []) {
  const template = parseTemplate(value);
  const plan = isRefusal(template) ? template : planTemplate(template, frame, homes);
  if (isRefusal(plan)) throw new Error(JSON.stringify(plan.details));
  return plan;
}

const refusedAt = (value: unknown): unknown => {
  const template = parseTemplate(value);
  const plan = isRefusal(template) ? template : planTemplate(template, frame);
  return isRefusal(plan) ? [plan.details.field, plan.details.reason] : 'planned';
};

test.each(Object.entries(templates))(
  '%s becomes waypoints at its height, with length and time',
  (_name, value) => {
    const { parts } = planned({ ...value, speed: 5 });
    expect(parts).toHaveLength(1);
    const [part] = parts;
    expect(part?.waypoints.length).toBeGreaterThan(3);
    expect(part?.waypoints.every(({ altitude }) => altitude === value.altitude)).toBe(true);
    expect(part?.waypoints.every(({ altitude_reference }) => altitude_reference === 'relative')).toBe(true);
    expect(part?.timeS).toBeCloseTo((part?.lengthM ?? 0) / 5, 6);
  },
);

test('the ground sample distance follows from the height, or the height from it', () => {
  const { groundSampleM = 0 } = planned(survey);
  // Sensor to focal length as ground to height: 13.2 mm / 5472 px · 60 m / 8.8 mm.
  expect(groundSampleM).toBeCloseTo(((13.2 / 5472) * 60) / 8.8, 6);
  const { altitude: _none, ...rest } = survey;
  const [part] = planned({ ...rest, ground_sample_m: groundSampleM }).parts;
  expect(part?.waypoints[0]?.altitude).toBeCloseTo(60, 6);
});

test('shared among drones each pass is flown once, and no part is as long as the whole', () => {
  const whole = planned(survey);
  const homes = [
    { x: 0, y: -50 },
    { x: 200, y: -50 },
    { x: 400, y: -50 },
  ];
  const { parts } = planned(survey, homes);
  const starts = (plan: ReturnType<typeof planned>) =>
    plan.parts
      .flatMap(({ waypoints }) => waypoints)
      .filter(({ actions }) => actions?.some(({ action }) => action === 'start_photos'))
      .map(({ latitude, longitude }) => `${latitude} ${longitude}`)
      .sort();
  expect(starts({ parts })).toEqual(starts(whole));
  expect(parts.map(({ drone }) => drone)).toEqual([0, 1, 2]);
  expect(Math.max(...parts.map(({ lengthM }) => lengthM))).toBeLessThan(0.6 * (whole.parts[0]?.lengthM ?? 0));
});

test.each([
  ['nothing', undefined, ['template', 'missing']],
  ['a name nobody knows', { type: 'spiral' }, ['template.type', 'unknown_value']],
  ['no area', { type: 'survey', camera }, ['template.area', 'missing']],
  [
    'a place off the earth',
    { ...survey, area: [{ latitude: 91, longitude: 0 }, area[0], area[1]] },
    ['template.area[0].latitude', 'range'],
  ],
  [
    'a ring that crosses itself',
    { ...survey, area: [area[0], area[2], area[1], area[3]] },
    ['template.area[2]', 'self_intersection'],
  ],
  ['too much overlap', { ...survey, side_overlap_pct: 99 }, ['template.side_overlap_pct', 'range']],
  [
    'a lens of nothing',
    { ...survey, camera: { ...camera, focal_length_mm: 0 } },
    ['template.camera.focal_length_mm', 'range'],
  ],
  ['a field nobody knows', { ...survey, colour: 'red' }, ['template.colour', 'unknown_field']],
  ['an orbit without radius', { type: 'orbit', centre: area[0] }, ['template.radius_m', 'missing']],
])('%s is refused by the field', (_what, value, expected) => {
  expect(refusedAt(value)).toEqual(expected);
});

/** A star: as many corners inward as outward. */
const star = (corners: number) =>
  Array.from({ length: corners }, (_none, at) => {
    const radiusM = at % 2 ? 300 : 150;
    const angle = (2 * Math.PI * at) / corners;
    return { x: radiusM * Math.cos(angle), y: radiusM * Math.sin(angle) };
  });

test('a survey is planned a heading or a way at a time, and an area with too many corners is refused by its number', () => {
  const template = parseTemplate({ ...survey, area: star(60), inset_m: 2 });
  if (isRefusal(template)) throw new Error(template.message);
  const steps = [...planTemplateInSteps(template, frame)];
  expect(steps.length).toBeGreaterThan(60);
  expect(refusedAt({ ...survey, area: star(102) })).toEqual(['template.area', 'length']);
});
