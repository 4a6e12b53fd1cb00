/** One page of HTML that needs nothing else: the table, and under it the runs as pictures. */
import { columns, toCells } from './columns.ts';
import { escapeXml } from './draw-run.ts';
import type { AirSummary } from './summary.ts';

interface Picture {
  readonly heading: string;
  readonly svg: string;
}

export function toReportPage(rows: readonly AirSummary[], pictures: readonly Picture[]): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Airspace</title>
<style>
body{font:15px/1.4 system-ui,sans-serif;margin:1.5rem;color:#222;background:#fff}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}
th:nth-child(-n+3),td:nth-child(-n+3){text-align:left}
.wide{overflow-x:auto}
.runs{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}
h2{font-size:1rem}svg{width:100%;height:auto;border:1px solid #ddd}
</style>
<h1>Airspace</h1>
<p>Separation is lost within 50 m across the ground and 15 m in height at once. A red cross is where it was.</p>
<div class="wide"><table>
<thead>${row(
    'th',
    columns.map(({ heading }) => heading),
  )}</thead>
<tbody>
${rows.map((each) => row('td', toCells(each))).join('\n')}
</tbody>
</table></div>
<div class="runs">
${pictures.map(({ heading, svg }) => `<section><h2>${escapeXml(heading)}</h2>${svg}</section>`).join('\n')}
</div>
</html>
`;
}
