import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { post } from './requests.ts';
import type { Key, Server, Settings } from './server.ts';

/** Credentials without a process for each: tokens signed here, and keys asked for with such a token. */
export interface Issuer {
  /** For the server that is to believe the tokens. */
  readonly settings: Settings;
  token(wish: TokenWish): string;
  /** Over HTTP, of a server that runs: it knows the key at once. */
  createKey(server: Server, wish: KeyWish): Promise<Key>;
}

export interface TokenWish {
  readonly tenant: string;
  readonly permissions: readonly string[];
  /** Default an hour. */
  readonly lifetimeS?: number;
  readonly jti?: string;
}

export interface KeyWish {
  readonly name: string;
  readonly tenant: string;
  readonly permissions: readonly string[];
  readonly droneId?: string;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

export function createIssuer(): Issuer {
  const secret = randomBytes(32).toString('hex');
  const token = ({ tenant, permissions, lifetimeS = 3600, jti = randomUUID() }: TokenWish): string => {
    const iat = Math.floor(Date.now() / 1000);
    const names = { iss: 'drone-backend', aud: 'drone-api', sub: 'issued', tenant, jti };
    const claims = { ...names, permissions, iat, exp: iat + lifetimeS };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  return {
    settings: { JWT_SECRET: secret },
    token,
    createKey: async ({ httpUrl }, { tenant, ...wish }) => {
      const admin = token({ tenant, permissions: ['admin'] });
      const { status, body } = await post(`${httpUrl}/api/keys`, wish, { key: admin });
      if (status !== 200) throw new Error(`no key for ${wish.name}: ${JSON.stringify(body)}`);
      return body as unknown as Key;
    },
  };
}
