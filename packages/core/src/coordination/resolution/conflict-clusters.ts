/** Who has to be looked at together: those connected by conflicts. */

/** The components of the graph whose edges are pairs of ids: each in order, and in the order of their first. */
export function conflictClusters(pairs: Iterable<readonly [string, string]>): readonly (readonly string[])[] {
  const parents = new Map<string, string>();
  for (const [one, other] of pairs) {
    const [first, second] = [rootOf(parents, one), rootOf(parents, other)];
    if (first !== second) parents.set(first < second ? second : first, first < second ? first : second);
  }
  const ids = [...parents.keys()].sort();
  return [...Map.groupBy(ids, (id) => rootOf(parents, id)).values()];
}

/** The least id that is known to be connected; who was not known is its own. */
function rootOf(parents: Map<string, string>, id: string): string {
  let root = id;
  for (let up = parents.get(root); up !== root; up = parents.get(root)) {
    if (up === undefined) parents.set(root, root);
    else root = up;
  }
  // The way is shorter for who comes next.
  parents.set(id, root);
  return root;
}
