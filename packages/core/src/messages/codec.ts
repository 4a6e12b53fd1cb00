/** The two wire forms of a message. */
export type Codec = 'json' | 'msgpack';
