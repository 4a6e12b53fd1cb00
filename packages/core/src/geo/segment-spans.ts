/** Disjoint parts of a leg, ascending: [from, to, from, to, …], fractions of the leg. A part without length is none. */
export type Spans = readonly number[];

export const WHOLE: Spans = [0, 1];
export const NONE: Spans = [];

export function uniteSpans(a: Spans, b: Spans): Spans {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const united: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const source = fromA ? a : b;
    const at = fromA ? i : j;
    if (fromA) i += 2;
    else j += 2;
    pushSpan(united, source[at] as number, source[at + 1] as number);
  }
  return united;
}

/** Adds a part that begins no earlier than the ones before it, joined to the last where they touch. */
export function pushSpan(spans: number[], from: number, to: number): void {
  if (!(to > from)) return;
  const last = spans.length - 1;
  if (last > 0 && from <= (spans[last] as number)) spans[last] = Math.max(spans[last] as number, to);
  else spans.push(from, to);
}

export function intersectSpans(a: Spans, b: Spans): Spans {
  if (a === WHOLE) return b;
  if (b === WHOLE) return a;
  const common: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    pushSpan(
      common,
      Math.max(a[i] as number, b[j] as number),
      Math.min(a[i + 1] as number, b[j + 1] as number),
    );
    if ((a[i + 1] as number) < (b[j + 1] as number)) i += 2;
    else j += 2;
  }
  return common;
}

/** What of the whole leg is in none of the parts. */
function complementSpans(spans: Spans): Spans {
  const rest: number[] = [];
  let from = 0;
  for (let at = 0; at < spans.length; at += 2) {
    pushSpan(rest, from, spans[at] as number);
    from = Math.max(from, spans[at + 1] as number);
  }
  pushSpan(rest, from, 1);
  return rest;
}

export function subtractSpans(a: Spans, b: Spans): Spans {
  return b.length === 0 ? a : intersectSpans(a, complementSpans(b));
}

export function spansLength(spans: Spans): number {
  let length = 0;
  for (let at = 0; at < spans.length; at += 2) length += (spans[at + 1] as number) - (spans[at] as number);
  return length;
}

/** Where `from + (to − from)·s` lies between the limits, both within. */
export function linearSpans(from: number, to: number, low: number, high: number): Spans {
  const slope = to - from;
  if (slope === 0) return from >= low && from <= high ? WHOLE : NONE;
  const first = (low - from) / slope;
  const second = (high - from) / slope;
  const start = Math.max(0, Math.min(first, second));
  const end = Math.min(1, Math.max(first, second));
  if (start === 0 && end === 1) return WHOLE;
  return end > start ? [start, end] : NONE;
}
