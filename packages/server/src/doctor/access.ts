import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { weaknessOf } from '../auth/placeholder-secrets.ts';
import { type Config, isLoopback, unusedSettings } from '../config.ts';
import { type Finding, fail, fine, warn } from './finding.ts';

const SOON_MS = 21 * 86_400_000;

export function checkSecrets(config: Config): readonly Finding[] {
  const given = { API_KEY_SECRET: config.apiKeySecret, JWT_SECRET: config.jwtSecret };
  return Object.entries(given).map(([name, secret]) => {
    if (secret === undefined) return fine('secrets', `${name} is made once and kept in ${config.dataDir}.`);
    const weakness = weaknessOf(secret);
    if (weakness === undefined) return fine('secrets', `${name} is given.`);
    return warn(
      'secrets',
      `${name} ${weakness}: it works on loopback only.`,
      `${name}=$(openssl rand -hex 32), or leave it out`,
    );
  });
}

export function checkSettings(config: Config): readonly Finding[] {
  return unusedSettings(config).map((name) =>
    warn('settings', `${name} is given, but has no effect in this version.`, `Leave ${name} out`),
  );
}

export function checkListening({ host, authMode, behindProxy }: Config): Finding {
  if (authMode === 'open')
    return warn(
      'access',
      `Everyone on this machine may do everything (AUTH_MODE=open, ${host}).`,
      'Leave AUTH_MODE out',
    );
  if (isLoopback(host)) return fine('access', `${host}: reachable from this machine only.`);
  return fine('access', behindProxy ? `${host}, a proxy in front speaks TLS.` : `${host}, with TLS.`);
}

export function checkTls({ tlsCert, tlsKey }: Config, nowMs: number): readonly Finding[] {
  if (!(tlsCert && tlsKey)) return [];
  try {
    const certificate = new X509Certificate(readFileSync(tlsCert));
    const isPair = certificate.checkPrivateKey(createPrivateKey(readFileSync(tlsKey)));
    if (!isPair)
      return [
        fail('tls', `${tlsKey} is not the key of ${tlsCert}.`, 'Give the key the certificate was made with'),
      ];
    return [judgeSpan(certificate, nowMs)];
  } catch (error) {
    return [
      fail(
        'tls',
        `The certificate cannot be used: ${(error as Error).message}.`,
        'Give PEM files in TLS_CERT and TLS_KEY',
      ),
    ];
  }
}

function judgeSpan({ validFromDate, validToDate, subject }: X509Certificate, nowMs: number): Finding {
  const until = validToDate.toISOString();
  const renew = 'Renew it';
  if (validFromDate.getTime() > nowMs)
    return fail('tls', `${subject} is not valid before ${validFromDate.toISOString()}.`, renew);
  if (validToDate.getTime() <= nowMs) return fail('tls', `${subject} ended on ${until}.`, renew);
  if (validToDate.getTime() <= nowMs + SOON_MS) return warn('tls', `${subject} ends on ${until}.`, renew);
  return fine('tls', `${subject}, valid until ${until}.`);
}
