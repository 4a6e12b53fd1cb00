/**
 * 128 bits of a text, as 32 hexadecimal digits, and of numbers behind it: four lanes of multiply-rotate with the finaliser
 * of MurmurHash3 (Appleby). It names inputs, so that two records can be seen to rest on the same ones; it does not guard
 * against somebody who wants two texts to have one hash.
 */
export function contentHash(text: string, numbers: Float64Array = NO_NUMBERS): string {
  const lanes = Int32Array.of(0x9e37_79b1, 0x85eb_ca6b, 0xc2b2_ae35, 0x27d4_eb2f);
  for (let at = 0; at < text.length; at += 1) mix(lanes, at & 3, text.charCodeAt(at));
  const words = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  for (let at = 0; at < numbers.byteLength; at += 4) mix(lanes, (at >> 2) & 3, words.getInt32(at, true));
  mix(lanes, 0, text.length);
  mix(lanes, 1, numbers.length);
  for (let round = 0; round < 2; round += 1)
    for (let lane = 0; lane < 4; lane += 1) mix(lanes, lane, lanes[(lane + 1) & 3] as number);
  return [...lanes].map((lane) => finish(lane).toString(16).padStart(8, '0')).join('');
}

const NO_NUMBERS = new Float64Array(0);

/** Each lane also takes in its neighbour, so that the order of the words counts. */
function mix(lanes: Int32Array, lane: number, word: number): void {
  const before = (lanes[lane] as number) ^ Math.imul(word, 0xcc9e_2d51);
  const turned = (before << 13) | (before >>> 19);
  lanes[lane] = (Math.imul(turned, 5) + 0xe654_6b64 + (lanes[(lane + 3) & 3] as number)) | 0;
}

function finish(lane: number): number {
  let h = lane ^ (lane >>> 16);
  h = Math.imul(h, 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
