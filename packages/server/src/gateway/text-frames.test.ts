import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as ws from 'ws';
import { toTextFrames } from './text-frames.ts';

interface Receiver extends NodeJS.WritableStream {
  on(event: 'message', listener: (data: Buffer) => void): this;
}

/** What ws reads out of the bytes: it is another implementation of the same standard. */
function readFrames(bytes: Buffer): readonly unknown[] {
  const read: unknown[] = [];
  const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Receiver };
  const receiver = new Receiver({ allowSynchronousEvents: true });
  receiver.on('message', (data) => read.push(JSON.parse(data.toString())));
  receiver.write(bytes);
  return read;
}

it('frames every push with its number, whatever its length', () => {
  const text = fc.oneof(
    fc.string(),
    fc.integer({ min: 0, max: 70_000 }).map((length) => 'é'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), fc.nat(), (texts, firstSeq) => {
      const tails = texts.map((each) => Buffer.from(`"type":"x","text":${JSON.stringify(each)}}`));
      const expected = texts.map((each, at) => ({ seq: firstSeq + at, type: 'x', text: each }));
      expect(readFrames(toTextFrames(tails, firstSeq))).toEqual(JSON.parse(JSON.stringify(expected)));
    }),
  );
});
