/** What a setting's text may be. `parse` gives undefined for anything else; `expected` says what it should have been. */
export interface Kind<T> {
  readonly expected: string;
  readonly parse: (text: string) => T | undefined;
}

export interface SiteOrigin {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeAmslM: number;
}

const BYTE_UNITS = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

export function integer(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    parse: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), min, max) : undefined),
  };
}

export const port: Kind<number> = {
  ...integer(0, 65_535),
  expected: 'a port from 0 to 65535 (0 chooses a free one)',
};

/** Bytes: a plain number, or with a binary unit (`8GiB`). */
export function bytes(min: number, max: number): Kind<number> {
  return {
    expected: `a size from ${min} bytes to ${max} bytes, plain or as KiB, MiB, GiB, TiB`,
    parse: (text) => {
      const match = /^(\d{1,15})\s?(|KiB|MiB|GiB|TiB)$/.exec(text);
      if (!match) return undefined;
      return within(Number(match[1]) * BYTE_UNITS[match[2] as keyof typeof BYTE_UNITS], min, max);
    },
  };
}

export const yesOrNo: Kind<boolean> = {
  expected: 'true or false',
  parse: (text) => ({ true: true, '1': true, false: false, '0': false })[text.toLowerCase()],
};

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** Different words out of a list, in the list's order, separated by commas. */
export function someOf<const T extends string>(...words: readonly T[]): Kind<readonly T[]> {
  return {
    expected: `one or more of ${words.join(', ')}, separated by commas`,
    parse: (text) => {
      const given = toList(text);
      const isKnown = given.length > 0 && given.every((word) => words.some((known) => known === word));
      return isKnown ? words.filter((word) => given.includes(word)) : undefined;
    },
  };
}

/** Text of one line without control characters. */
export function line(maxLength: number): Kind<string> {
  return {
    expected: `text of 1 to ${maxLength} characters on one line`,
    parse: (value) => (value.length <= maxLength && /^[^\p{Cc}]+$/u.test(value) ? value : undefined),
  };
}

export function url(...protocols: readonly string[]): Kind<string> {
  return {
    expected: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    parse: (value) => (protocols.includes(URL.parse(value)?.protocol ?? '') ? value : undefined),
  };
}

/** Web origins, exactly as a browser sends them: scheme, host and port, nothing behind. */
export const origins: Kind<readonly string[]> = {
  expected: 'web origins like https://fleet.example.org, separated by commas',
  parse: (value) => {
    const list = toList(value);
    return list.every((item) => URL.parse(item)?.origin === item) ? list : undefined;
  },
};

export const siteOrigin: Kind<SiteOrigin> = {
  expected: 'latitude,longitude,altitude in degrees and metres above mean sea level, like 47.3977,8.5456,488',
  parse: (value) => {
    const parts = value.split(',').map((part) => part.trim());
    if (parts.length !== 3 || !parts.every((part) => /^-?\d{1,6}(\.\d{1,12})?$/.test(part))) return undefined;
    const [latitudeDeg, longitudeDeg, altitudeAmslM] = parts.map(Number) as [number, number, number];
    const isOnEarth =
      within(latitudeDeg, -90, 90) !== undefined &&
      within(longitudeDeg, -180, 180) !== undefined &&
      within(altitudeAmslM, -500, 9000) !== undefined;
    return isOnEarth ? { latitudeDeg, longitudeDeg, altitudeAmslM } : undefined;
  },
};

function toList(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
