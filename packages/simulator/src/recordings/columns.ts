/** Which column of a table is what, by its header: names in many dialects, units in brackets or at the end. */

const QUANTITIES = [
  ...[
    'date',
    'time',
    'elapsed',
    'latitude',
    'longitude',
    'altitude',
    'height',
    'x',
    'y',
    'z',
    'battery',
    'voltage',
  ],
  ...['signal', 'temperature', 'speed', 'velocityEast', 'velocityNorth', 'heading', 'status', 'armed'],
] as const;
type Quantity = (typeof QUANTITIES)[number];

export interface Column {
  readonly index: number;
  readonly header: string;
  /** What a number is multiplied by to be in SI, degrees or percent; then `plus` is added. */
  readonly scale: number;
  readonly plus: number;
  readonly unit: string;
}
export type Columns = Partial<Readonly<Record<Quantity, Column>>>;

/** In order of preference; matched against the name without its unit, in lower case, words joined by one space. */
const NAMES: Readonly<Record<Quantity, readonly RegExp[]>> = {
  date: [
    /^date time( utc| gmt)?$/,
    /^datetime( utc| gmt)?$/,
    /^custom date( utc)?$/,
    /^date( utc| gmt)?$/,
    /^utc( time)?$/,
  ],
  time: [
    /^timestamp( utc)?$/,
    /^time ?stamp$/,
    /^gps time$/,
    /^update ?time( utc)?$/,
    /^(epoch|unix)( time)?$/,
    /^time( utc)?$/,
    /^ts?$/,
  ],
  elapsed: [
    /^elapsed( time)?$/,
    /^(fly|flight) ?time$/,
    /^offset time$/,
    /^relative time$/,
    /^time since (boot|start)$/,
    /^time boot$/,
  ],
  latitude: [/^((aircraft|drone|uav|gps|osd|position|vehicle) )*(lat|latitude)( deg)?$/],
  longitude: [/^((aircraft|drone|uav|gps|osd|position|vehicle) )*(lon|lng|long|longitude)( deg)?$/],
  altitude: [
    /(^| )(alt|altitude)( above)? (a?msl|sea ?level|above sea ?level)$/,
    /^(a?msl)( altitude| alt)$/,
    /^(gps |global |absolute |osd )?(alt|altitude)$/,
    /^elevation$/,
  ],
  height: [
    /^(aircraft |drone |osd )?(barometric |baro )?(altitude|alt)$/,
    /^(osd )?height( above take ?off)?$/,
    /^(relative|rel) ?(alt|altitude|height)$/,
    /^altitude relative$/,
    /^agl$/,
  ],
  x: [
    /^(local |position |pos |estimated )?x( estimate| position| pos)?$/,
    /^(stateestimate|kalman statex|pos|position) x$/,
    /^east(ing)?$/,
  ],
  y: [
    /^(local |position |pos |estimated )?y( estimate| position| pos)?$/,
    /^(stateestimate|kalman statey|pos|position) y$/,
    /^north(ing)?$/,
  ],
  z: [
    /^(local |position |pos |estimated )?z( estimate| position| pos)?$/,
    /^(stateestimate|kalman statez|pos|position) z$/,
    /^up$/,
  ],
  battery: [
    /^(aircraft |drone )?battery( power| percent(age)?| level| remaining| charge level| pct)?$/,
    /^(battery )?(soc|state of charge)$/,
    /^bat(t)?( pct| percent(age)?| level)?$/,
    /^remaining (battery|capacity) ?(percent)?$/,
  ],
  voltage: [
    /^(aircraft |drone )?(battery|bat|batt|pm|cell) ?(voltage|vbat|volt|volts|v)$/,
    /^(voltage|vbat|volts)( battery)?$/,
  ],
  signal: [
    /^(rc |radio |link |downlink |uplink )?(signal|rssi)( strength| quality| level)?( 1)?$/,
    /^link quality$/,
    /^lb signal 1$/,
  ],
  temperature: [/^(aircraft |drone )?(battery |bat )?(temperature|temp)$/],
  speed: [
    /^(aircraft |drone |gps |osd )?(ground ?)?speed$/,
    /^(hspeed|horizontal speed|h ?speed|velocity|gps velocity|groundspeed)$/,
  ],
  velocityEast: [/^(vx|velocity x|vel x|vel e|velocity east|east velocity)$/],
  velocityNorth: [/^(vy|velocity y|vel y|vel n|velocity north|north velocity)$/],
  heading: [/^(aircraft |drone |osd |compass )?(heading|hdg|yaw|course)( 360)?$/, /^compass heading$/],
  status: [/^(aircraft )?(flight mode|fly ?c ?state|mode|flight status|status|state)$/],
  armed: [/^(is ?)?(armed|motors? on|motor started|flying)$/],
};

/** Of a unit: factor and what is added after it. */
const UNITS: Readonly<Record<string, readonly [number, number]>> = {
  ft: [0.3048, 0],
  feet: [0.3048, 0],
  mm: [1e-3, 0],
  cm: [1e-2, 0],
  km: [1000, 0],
  mph: [0.44704, 0],
  'km/h': [1 / 3.6, 0],
  kmh: [1 / 3.6, 0],
  kph: [1 / 3.6, 0],
  kt: [0.514444, 0],
  kn: [0.514444, 0],
  knots: [0.514444, 0],
  'ft/s': [0.3048, 0],
  fps: [0.3048, 0],
  'cm/s': [1e-2, 0],
  f: [5 / 9, -160 / 9],
  fahrenheit: [5 / 9, -160 / 9],
  k: [1, -273.15],
  mv: [1e-3, 0],
  rad: [180 / Math.PI, 0],
  radians: [180 / Math.PI, 0],
};

/** A unit at the end of a name, such as altitude_ft; only where the rest is a name of its own. */
const TAIL =
  /^(.+?)[ _](ft|feet|mm|cm|km|mph|kmh|kph|kt|knots|fps|mv|rad|ms|us|ns|s|sec|m|mps|v|deg|c|f|pct|e7)$/;
const TIMES = new Set<Quantity>(['date', 'time', 'elapsed']);

interface Name {
  readonly name: string;
  readonly unit: string;
}

function toNames(header: string): Name[] {
  const plain = header
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const bracket = /[([]\s*([^)\]]+?)\s*[)\]]/.exec(plain);
  const words = plain
    .replace(/[([].*?[)\]]/g, ' ')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  const squeezed = words.replace(/ /g, '');
  if (bracket)
    return [
      { name: words, unit: bracket[1] as string },
      { name: squeezed, unit: bracket[1] as string },
    ];
  const tail = TAIL.exec(words);
  const whole = [
    { name: words, unit: '' },
    { name: squeezed, unit: '' },
  ];
  return tail ? [...whole, { name: tail[1] as string, unit: tail[2] as string }] : whole;
}

/** Every quantity's best column; a column serves one quantity. */
export function toColumns(headers: readonly string[]): Columns {
  const names = headers.map(toNames);
  const taken = new Set<number>();
  const columns: { [Q in Quantity]?: Column } = {};
  for (const quantity of QUANTITIES) {
    const column = find(quantity, names, taken);
    if (!column) continue;
    taken.add(column.index);
    columns[quantity] = { ...column, header: headers[column.index] ?? '' };
  }
  return columns;
}

function find(quantity: Quantity, names: readonly Name[][], taken: ReadonlySet<number>): Column | undefined {
  for (const pattern of NAMES[quantity])
    for (const [index, spellings] of names.entries()) {
      const match = taken.has(index) ? undefined : spellings.find(({ name }) => pattern.test(name));
      if (match) return toColumn(index, match.unit, quantity);
    }
  return undefined;
}

function toColumn(index: number, unit: string, quantity: Quantity): Column {
  if (unit === 'e7') return { index, header: '', scale: 1e-7, plus: 0, unit };
  const [scale, plus] = TIMES.has(quantity) ? [1, 0] : (UNITS[unit] ?? [1, 0]);
  return { index, header: '', scale, plus, unit };
}
