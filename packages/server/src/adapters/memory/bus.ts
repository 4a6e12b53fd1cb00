import type { Bus } from '@skein/core';

/** In-process bus: exact subjects, or a prefix that ends in `*`. Delivers at once, in order of subscription. */
export function createMemoryBus(): Bus {
  const exact = new Map<string, ((subject: string, payload: unknown) => void)[]>();
  const prefixes: {
    readonly prefix: string;
    readonly listener: (subject: string, payload: unknown) => void;
  }[] = [];
  return {
    publish: (subject, payload) => {
      for (const listener of exact.get(subject) ?? []) listener(subject, payload);
      for (const { prefix, listener } of prefixes) if (subject.startsWith(prefix)) listener(subject, payload);
    },
    subscribe: (pattern, listener) => {
      if (pattern.endsWith('*')) {
        const entry = { prefix: pattern.slice(0, -1), listener };
        prefixes.push(entry);
        return () => void prefixes.splice(prefixes.indexOf(entry), 1);
      }
      const listeners = exact.get(pattern) ?? [];
      exact.set(pattern, [...listeners, listener]);
      return () =>
        exact.set(
          pattern,
          (exact.get(pattern) ?? []).filter((each) => each !== listener),
        );
    },
  };
}
