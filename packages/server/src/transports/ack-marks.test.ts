import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AckMarks } from './ack-marks.ts';

function takeAll(marks: AckMarks<number>, durable: number): number[] {
  const taken: number[] = [];
  for (let note = marks.take(durable); note !== undefined; note = marks.take(durable)) taken.push(note);
  return taken;
}

test('everything before what is durable is taken once, in order; a position lower than the one before waits with it', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 9000 }), back: fc.nat({ max: 5 }) }),
    fc.record({ durable: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const marks = new AckMarks<number>();
      let waiting: { readonly position: number; readonly note: number }[] = [];
      let [position, note, durable] = [0, 0, 0];
      for (const each of steps) {
        if ('push' in each)
          for (let count = 0; count < each.push; count += 1) {
            position += 2;
            note += 1;
            const told = position - each.back;
            marks.push(told, note);
            waiting.push({ position: Math.max(told, waiting.at(-1)?.position ?? told), note });
          }
        else {
          durable += Math.ceil((position + 1 - durable) * each.durable);
          const due = waiting.filter((mark) => mark.position < durable);
          waiting = waiting.slice(due.length);
          expect(takeAll(marks, durable)).toEqual(due.map((mark) => mark.note));
        }
        expect(marks.length).toBe(waiting.length);
      }
    }),
  );
});
