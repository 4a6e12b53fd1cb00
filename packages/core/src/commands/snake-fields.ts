import type { TSchema } from 'typebox';

/** Operators speak snake_case; camelCase enters too. A name the schema does not know in either spelling is left as it came. */

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

const MAX_NESTING = 8;
const CAMEL = /[a-z0-9][A-Z]/;

/** The value with the schema's fields in the schema's spelling; maps of free content are not touched. */
export function toSnakeFields(value: unknown, schema: TSchema): unknown {
  return rename(value, [schema as Node], 0);
}

function rename(value: unknown, nodes: readonly Node[], nesting: number): unknown {
  if (typeof value !== 'object' || value === null || nesting > MAX_NESTING) return value;
  const forms = nodes.flatMap((node) => node.anyOf ?? [node]);
  if (Array.isArray(value)) {
    const items = forms.flatMap(({ items: of }) => (of ? [of] : []));
    return items.length === 0 ? value : value.map((item) => rename(item, items, nesting + 1));
  }
  const known = forms.flatMap(({ properties }) => (properties ? [properties] : []));
  if (known.length === 0) return value;
  const entries = Object.entries(value).map(([key, field]) => {
    const name = toKnownName(key, value, known);
    const inner = known.flatMap((properties) =>
      Object.hasOwn(properties, name) ? (properties[name] as Node) : [],
    );
    return [name, rename(field, inner, nesting + 1)];
  });
  return Object.fromEntries(entries);
}

/** Said in both spellings, the second is an unknown field, and refused as one. */
function toKnownName(key: string, value: object, known: readonly Readonly<Record<string, Node>>[]): string {
  if (!CAMEL.test(key) || known.some((properties) => Object.hasOwn(properties, key))) return key;
  const snake = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const isKnown = known.some((properties) => Object.hasOwn(properties, snake));
  return isKnown && !Object.hasOwn(value, snake) ? snake : key;
}
