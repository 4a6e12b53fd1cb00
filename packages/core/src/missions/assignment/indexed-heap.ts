/** A binary heap of the numbers 0 … size − 1, least key first; equal keys come out by number, so that every run is the same. */
export interface IndexedHeap {
  readonly keys: Float64Array;
  readonly order: Int32Array;
  /** Place in `order`, or −1. */
  readonly places: Int32Array;
  length: number;
}

export function createIndexedHeap(size: number): IndexedHeap {
  const places = new Int32Array(size).fill(-1);
  return { keys: new Float64Array(size), order: new Int32Array(size), places, length: 0 };
}

/** Puts an item in, or brings its key down; a key that is not lower changes nothing. */
export function lowerKey(heap: IndexedHeap, item: number, key: number): void {
  const { keys, order, places } = heap;
  let place = places[item] as number;
  if (place < 0) {
    place = heap.length;
    heap.length += 1;
  } else if (!(key < (keys[item] as number))) return;
  keys[item] = key;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = order[parent] as number;
    const aboveKey = keys[above] as number;
    if (aboveKey < key || (aboveKey === key && above < item)) break;
    order[place] = above;
    places[above] = place;
    place = parent;
  }
  order[place] = item;
  places[item] = place;
}

/** Takes the least item out; −1 when there is none. */
export function popLeast(heap: IndexedHeap): number {
  if (heap.length === 0) return -1;
  const { order, places } = heap;
  const least = order[0] as number;
  places[least] = -1;
  heap.length -= 1;
  if (heap.length > 0) sink(heap, order[heap.length] as number);
  return least;
}

function sink({ keys, order, places, length }: IndexedHeap, item: number): void {
  const key = keys[item] as number;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= length) break;
    let below = order[child] as number;
    let belowKey = keys[below] as number;
    if (child + 1 < length) {
      const other = order[child + 1] as number;
      const otherKey = keys[other] as number;
      if (otherKey < belowKey || (otherKey === belowKey && other < below)) {
        child += 1;
        below = other;
        belowKey = otherKey;
      }
    }
    if (key < belowKey || (key === belowKey && item < below)) break;
    order[place] = below;
    places[below] = place;
    place = child;
  }
  order[place] = item;
  places[item] = place;
}

export function clearHeap(heap: IndexedHeap): void {
  for (let place = 0; place < heap.length; place += 1) heap.places[heap.order[place] as number] = -1;
  heap.length = 0;
}
