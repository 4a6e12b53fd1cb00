/** A run as a picture: the tracks from above, and how near the nearest pair was, second by second. */
import type { AirRun, AirScenario } from '@skein/simulator';

/** Tell apart on white and on black, for all kinds of colour vision (Okabe and Ito, with lighter and darker ones). */
const PALETTE = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c7a00', '#5a5a5a'];
const [WIDTH, PLAN, CHART] = [720, 640, 140];
const MARGIN = 30;
const MAX_POINTS = 20_000;
/** Of the chart, in minima. */
const TOP = 2;

interface View {
  readonly westM: number;
  readonly northM: number;
  readonly pxPerM: number;
}

export function drawRun(run: AirRun, scenario: AirScenario): string {
  const { places, separation } = run.tracks ?? { places: [], separation: [] };
  const points = places.reduce((sum, track) => sum + track.length / 4, 0);
  const every = Math.max(1, Math.ceil(points / MAX_POINTS));
  const view = viewOf(places);
  const tracks = places.flatMap((track, at) => drawTrack(track, { at, every, view, scenario }));
  const marks = run.lossList.slice(0, 2000).flatMap((loss) => {
    const place = placeAt(places[loss.pair[0]] ?? [], loss.fromS);
    const names = loss.pair.map((at) => escapeXml(scenario.flights[at]?.id ?? ''));
    if (place === undefined) return [];
    const [x, y] = toPixels(view, ...place);
    const title = `${names.join(' and ')}: separation lost after ${loss.fromS.toFixed(1)} s, down to ${(100 * loss.severity).toFixed(0)} %`;
    return `<path class="loss" d="M${x - 4} ${y - 4}l8 8m0-8l-8 8"><title>${title}</title></path>`;
  });
  const height = PLAN + CHART + 2 * MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="sans-serif" font-size="12">
<title>${escapeXml(`${run.scenario}, ${run.method}, seed ${run.seed}`)}: ${run.losses} losses of separation</title>
<style>svg{background:#fff;color:#222}.track{fill:none;stroke-width:1;opacity:.7}.loss{stroke:#c00;stroke-width:2}.axis{stroke:#888;fill:none}text{fill:currentColor}.line{fill:none;stroke:#0072b2;stroke-width:1.5}.limit{stroke:#c00;stroke-dasharray:4 3}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${[...tracks, ...marks, drawScale(view), drawChart(separation)].join('\n')}
</svg>
`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function viewOf(places: readonly (readonly number[])[]): View {
  let [westM, eastM, southM, northM] = [-1, 1, -1, 1];
  for (const track of places)
    for (let at = 0; at < track.length; at += 4) {
      westM = Math.min(westM, track[at + 1] as number);
      eastM = Math.max(eastM, track[at + 1] as number);
      southM = Math.min(southM, track[at + 2] as number);
      northM = Math.max(northM, track[at + 2] as number);
    }
  const pxPerM = Math.min((WIDTH - 2 * MARGIN) / (eastM - westM), (PLAN - 2 * MARGIN) / (northM - southM));
  return { westM, northM, pxPerM };
}

function toPixels(
  { westM, northM, pxPerM }: View,
  eastM: number,
  upwardsM: number,
): readonly [number, number] {
  return [round(MARGIN + (eastM - westM) * pxPerM), round(MARGIN + (northM - upwardsM) * pxPerM)];
}

interface Track {
  readonly at: number;
  readonly every: number;
  readonly view: View;
  readonly scenario: AirScenario;
}

function drawTrack(track: readonly number[], { at, every, view, scenario }: Track): readonly string[] {
  const count = track.length / 4;
  if (count === 0) return [];
  const points: string[] = [];
  for (let point = 0; point < count; point += 1) {
    if (point % every !== 0 && point !== count - 1) continue;
    points.push(toPixels(view, track[4 * point + 1] as number, track[4 * point + 2] as number).join(','));
  }
  const colour = PALETTE[at % PALETTE.length];
  const [x, y] = toPixels(view, track[1] as number, track[2] as number);
  return [
    `<polyline class="track" stroke="${colour}" points="${points.join(' ')}"><title>${escapeXml(scenario.flights[at]?.id ?? '')}</title></polyline>`,
    `<circle cx="${x}" cy="${y}" r="2" fill="${colour}"/>`,
  ];
}

function placeAt(track: readonly number[], timeS: number): readonly [number, number] | undefined {
  for (let at = 0; at < track.length; at += 4)
    if ((track[at] as number) >= timeS - 1) return [track[at + 1] as number, track[at + 2] as number];
  return undefined;
}

function drawScale({ pxPerM }: View): string {
  const lengthM = [10_000, 5000, 2000, 1000, 500, 200, 100, 50].find((m) => m * pxPerM <= 200) ?? 50;
  const y = PLAN;
  return `<path class="axis" d="M${MARGIN} ${y - 4}v4h${round(lengthM * pxPerM)}v-4"/><text x="${MARGIN}" y="${y - 8}">${lengthM} m, north is up</text>`;
}

/** Below 1 separation is lost. */
function drawChart(separation: readonly number[]): string {
  const top = PLAN + MARGIN;
  const stepPx = (WIDTH - 2 * MARGIN) / Math.max(1, separation.length - 1);
  const yOf = (value: number) => round(top + CHART * (1 - value / TOP));
  const points = separation.map((value, at) => `${round(MARGIN + at * stepPx)},${yOf(value)}`);
  return [
    `<text x="${MARGIN}" y="${top - 6}">separation of the nearest pair, in minima, over ${separation.length} s</text>`,
    `<path class="axis" d="M${MARGIN} ${top}v${CHART}h${WIDTH - 2 * MARGIN}"/>`,
    `<path class="limit" d="M${MARGIN} ${yOf(1)}h${WIDTH - 2 * MARGIN}"/>`,
    `<text x="4" y="${yOf(1) + 4}">1</text><text x="4" y="${yOf(2) + 4}">2</text><text x="4" y="${yOf(0) + 4}">0</text>`,
    `<polyline class="line" points="${points.join(' ')}"/>`,
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
