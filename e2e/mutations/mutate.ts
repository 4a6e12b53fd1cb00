import { registerHooks } from 'node:module';

/** One place in one of the product's files, and what stands there instead. */
export interface Mutation {
  readonly file: string;
  readonly from: RegExp;
  readonly to: string;
}

/**
 * Changes the product's source while it is loaded: a negative control is the same server with one thing taken out, so
 * that a check which would not notice is found out. Throws where the place is not found any more.
 */
export function mutate(...mutations: readonly Mutation[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const ours = mutations.filter(({ file }) => url.endsWith(file));
      if (ours.length === 0) return loaded;
      const source = ours.reduce((text, mutation) => apply(mutation, text), String(loaded.source));
      return { ...loaded, source };
    },
  });
}

function apply({ file, from, to }: Mutation, text: string): string {
  if (!from.test(text))
    throw new Error(`the control is out of date: ${file} has nothing like ${from.source}`);
  return text.replace(from, to);
}
