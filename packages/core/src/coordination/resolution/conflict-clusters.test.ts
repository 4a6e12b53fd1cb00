import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conflictClusters } from './conflict-clusters.ts';

const ids = fc.integer({ min: 0, max: 15 }).map((number) => `D-${number}`);

function reachedFrom(id: string, pairs: readonly (readonly [string, string])[]): readonly string[] {
  const reached = new Set([id]);
  for (let size = 0; size < reached.size; ) {
    size = reached.size;
    for (const [one, other] of pairs) if (reached.has(one) || reached.has(other)) reached.add(one).add(other);
  }
  return [...reached].sort();
}

test('two are in the same cluster just where a chain of conflicts leads from one to the other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, ids), { maxLength: 20 }), (pairs) => {
      const clusters = conflictClusters(pairs);
      const all = [...new Set(pairs.flat())].sort();
      expect(clusters.flat().sort()).toEqual(all);
      expect(conflictClusters(pairs.toReversed().map(([one, other]) => [other, one]))).toEqual(clusters);
      for (const id of all)
        expect(clusters.find((cluster) => cluster.includes(id))).toEqual(reachedFrom(id, pairs));
    }),
  );
});
