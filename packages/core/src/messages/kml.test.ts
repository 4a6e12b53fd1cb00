import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKmlMission } from './kml.ts';
import { toKmlMission } from './kml-export.ts';
import { anyMission, frame, missionOf, refusedAt } from './mission-import.contract.ts';

test('a mission written as KML and read again is the same', () => {
  fc.assert(
    fc.property(anyMission, (mission) => {
      expect(missionOf(parseKmlMission(toKmlMission(mission, { frame })))).toEqual(mission);
    }),
  );
});

const kml = (body: string): string =>
  `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${body}</Document></kml>`;
const kmlLine = (mode: string, coordinates: string): string =>
  kml(`<Placemark><LineString>${mode}<coordinates>${coordinates}</coordinates></LineString></Placemark>`);
const ABSOLUTE = '<altitudeMode>absolute</altitudeMode>';

test('a line of KML is a mission; on the ground the options say how high', () => {
  const text = kmlLine('', '\n 8,47,0\n 8.1,47.1 ');
  expect(refusedAt(parseKmlMission(text))).toEqual(['Placemark[0].LineString.altitudeMode', 'missing']);
  expect(missionOf(parseKmlMission(text, { altitudeM: 40 })).waypoints).toEqual([
    { latitude: 47, longitude: 8, altitude: 40, altitude_reference: 'agl' },
    { latitude: 47.1, longitude: 8.1, altitude: 40, altitude_reference: 'agl' },
  ]);
  const ground = kmlLine('<altitudeMode>relativeToGround</altitudeMode>', '8,47,60 8.1,47.1,61');
  expect(missionOf(parseKmlMission(ground)).waypoints[1]).toEqual({
    latitude: 47.1,
    longitude: 8.1,
    altitude: 61,
    altitude_reference: 'agl',
  });
});

test.each([
  ['no XML', 'mission', '', 'xml'],
  ['an unclosed element', '<kml>', '', 'xml'],
  ['a document type', `<!DOCTYPE kml [<!ENTITY a "b">]>${kml('')}`, '', 'doctype'],
  ['an unknown entity', kml('<name>&a;</name>'), '', 'xml'],
  ['nothing', kml(''), '', 'missing'],
  ['depth', '<a>'.repeat(10_000), '', 'depth'],
  ['size', ' '.repeat(4_000_001), '', 'length'],
  ['one vertex', kmlLine(ABSOLUTE, '8,47,1'), 'Placemark[0].LineString.coordinates', 'length'],
  [
    'a word for a number',
    kmlLine(ABSOLUTE, '8,47,1 8,NaN,1'),
    'Placemark[0].LineString.coordinates[1]',
    'format',
  ],
  ['four numbers', kmlLine(ABSOLUTE, '8,47,1 8,47,1,1'), 'Placemark[0].LineString.coordinates[1]', 'format'],
  [
    'a latitude of 91',
    kmlLine(ABSOLUTE, '8,47,1 8,91,1'),
    'Placemark[0].LineString.coordinates[1].latitude',
    'range',
  ],
  [
    'a mode of the prototype',
    kmlLine('<altitudeMode>constructor</altitudeMode>', '8,47,1 8,48,1'),
    'Placemark[0].LineString.altitudeMode',
    'missing',
  ],
  [
    'a flood of vertices',
    kmlLine(ABSOLUTE, '8,47,1 '.repeat(100_000)),
    'Placemark[0].LineString.coordinates',
    'length',
  ],
  ['a flood of points', kml('<Placemark><Point/></Placemark>'.repeat(3000)), 'Point', 'length'],
])('KML with %s is refused by its place', (_what, text, field, reason) => {
  expect(refusedAt(parseKmlMission(text))).toEqual([field, reason]);
});

test('whatever is read as KML is an accepted mission or a refusal, never a fault', () => {
  const tags = fc.constantFrom(
    'Placemark',
    'Point',
    'LineString',
    'coordinates',
    'altitudeMode',
    'Data',
    'value',
    'name',
  );
  const piece = fc.oneof(
    tags.map((tag) => `<${tag}>`),
    tags.map((tag) => `</${tag}>`),
    fc.string(),
    fc.constant('8,47,9 8,48,9'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(() => parseKmlMission(kml(pieces.join('')))).not.toThrow();
      expect(() => parseKmlMission(pieces.join(''))).not.toThrow();
    }),
  );
});
