import { type Command, operatorCommands } from '@skein/core';
import { expect, test } from 'vitest';
import { asyncApi } from './asyncapi.ts';

interface Document {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, Message>> }>>;
  readonly operations: Readonly<
    Record<string, { readonly reply?: { readonly messages: readonly unknown[] } }>
  >;
}
interface Message {
  readonly name: string;
  readonly payload: { readonly properties: Readonly<Record<string, unknown>> };
}

const document = JSON.parse(JSON.stringify(asyncApi())) as Document;

test('every command is a request with its reply, by its own declaration', () => {
  const { messages = {} } = document.channels['operator'] ?? {};
  for (const {
    type,
    replyType,
    fields,
    reply,
  } of operatorCommands as readonly unknown[] as readonly Command[]) {
    expect(Object.keys(messages[type]?.payload.properties ?? {})).toEqual(
      expect.arrayContaining(['type', 'request_id', ...Object.keys(fields)]),
    );
    expect(messages[`${type}_reply`]).toMatchObject({ name: replyType });
    expect(Object.keys(messages[`${type}_reply`]?.payload.properties ?? {})).toEqual(
      expect.arrayContaining(['success', 'status', ...Object.keys(reply)]),
    );
    expect(document.operations[type]?.reply?.messages).toEqual([
      { $ref: `#/channels/operator/messages/${type}_reply` },
    ]);
  }
});

test('every reference leads to something', () => {
  const refs = JSON.stringify(document).matchAll(/"\$ref":"(#\/channels[^"]*)"/g);
  for (const [, ref = ''] of refs) {
    const found = ref
      .slice(2)
      .split('/')
      .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
    expect(found, ref).toBeDefined();
  }
});
