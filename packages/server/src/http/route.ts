import type { Refusal } from '@skein/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import type { Permission } from '../auth/permissions.ts';
import type { BucketName } from '../auth/rate-limit.ts';
import type { Parameter } from './parameters.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined only on public routes. */
    principal: import('../auth/principal.ts').Principal | undefined;
    /** The body as it came, decompressed. */
    bytes: Buffer | undefined;
  }
}

/** What is in a body: one JSON value, or JSON / NDJSON as a list. */
export type BodyKind = 'json' | 'list' | 'none';

/** One method of one path. Nothing is served without a rule of who may: `permission` has no default; `any` = any credential. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly permission: Permission | 'public' | 'any';
  readonly tag: string;
  readonly summary: string;
  readonly bucket?: BucketName;
  readonly body?: BodyKind;
  /** For the documentation; checked by the handler's own decoder, which names the field. */
  readonly bodySchema?: TSchema;
  readonly query?: Readonly<Record<string, Parameter<unknown>>>;
  readonly maxBodyBytes?: number;
  /** Told of whoever is known but may not. */
  readonly onForbidden?: (request: FastifyRequest, refusal: Refusal) => void;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}
