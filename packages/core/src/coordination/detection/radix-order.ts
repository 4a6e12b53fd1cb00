const BITS = 11;
const BUCKETS = 1 << BITS;

/** The rows in the order of their keys (from 0 on), rows of equal keys in their own order. */
export function orderByKey(keys: Int32Array, count: number): Uint32Array {
  let order = new Uint32Array(count);
  let next = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) order[row] = row;
  const places = new Uint32Array(BUCKETS);
  for (let shift = 0; shift < 31; shift += BITS) {
    places.fill(0);
    for (let row = 0; row < count; row += 1) {
      const bucket = ((keys[row] as number) >>> shift) & (BUCKETS - 1);
      places[bucket] = (places[bucket] as number) + 1;
    }
    let place = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const here = places[bucket] as number;
      places[bucket] = place;
      place += here;
    }
    for (let at = 0; at < count; at += 1) {
      const row = order[at] as number;
      const bucket = ((keys[row] as number) >>> shift) & (BUCKETS - 1);
      const to = places[bucket] as number;
      next[to] = row;
      places[bucket] = to + 1;
    }
    [order, next] = [next, order];
  }
  return order;
}
