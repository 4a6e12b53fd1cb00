import type { Settings } from './config.ts';
import { type HttpAnswer, requestHttp } from './http-request.ts';

/**
 * Why a WebSocket was refused: neither browsers nor Node tell, but the same address, asked without an upgrade, does.
 * 426 or 404 means that nothing is wrong with the credential.
 */
export function askWhy(websocketUrl: string, settings: Settings): Promise<HttpAnswer> {
  const url = websocketUrl.replace(/^ws/, 'http');
  return requestHttp(settings, { method: 'GET', url, timeoutMs: settings.timeoutMs }, new AbortController());
}
