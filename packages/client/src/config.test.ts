import { expect, it } from 'vitest';
import { toSettings } from './config.ts';

it('takes guide A’s configuration for hybrid mode as it stands', () => {
  const settings = toSettings({
    streamingMethod: 'hybrid',
    websocket: { url: 'ws://localhost:8080', enabled: true },
    http: { endpoint: 'http://localhost:3000/api/drone/telemetry', interval: 5000, enabled: true },
  });
  expect(settings).toMatchObject({
    websocketUrl: 'ws://localhost:8080',
    httpEndpoint: 'http://localhost:3000/api/drone/telemetry',
    httpIntervalMs: 5000,
  });
});

it('takes guide A’s flat configuration as it stands', () => {
  const settings = toSettings({
    url: 'ws://your-server.com:8080',
    reconnectInterval: 1000,
    maxReconnectAttempts: 10,
    heartbeatInterval: 30_000,
  });
  expect(settings).toMatchObject({ websocketUrl: 'ws://your-server.com:8080', httpEndpoint: undefined });
  expect(settings).toMatchObject({
    reconnectIntervalMs: 1000,
    maxReconnectAttempts: 10,
    heartbeatIntervalMs: 30_000,
  });
});

it('uses guide A’s own addresses where none is given', () => {
  expect(toSettings({})).toMatchObject({ websocketUrl: 'ws://localhost:8080', httpEndpoint: undefined });
  expect(toSettings({ streamingMethod: 'http' })).toMatchObject({
    websocketUrl: undefined,
    httpEndpoint: 'http://localhost:3000/api/drone/telemetry',
  });
});

it('leaves out a channel that is not enabled', () => {
  const http = { endpoint: 'http://localhost:3000/api/drone/telemetry' };
  const off = toSettings({ streamingMethod: 'hybrid', websocket: { enabled: false }, http });
  expect(off).toMatchObject({ websocketUrl: undefined, httpEndpoint: http.endpoint });
  expect(toSettings({ http })).toMatchObject({ websocketUrl: undefined, httpEndpoint: http.endpoint });
});

it('names the field that cannot work', () => {
  expect(() => toSettings({ url: 'http://localhost' })).toThrow('websocket.url');
  expect(() => toSettings({ http: { endpoint: 'nowhere' } })).toThrow('http.endpoint');
  expect(() => toSettings({ reconnectInterval: 0 })).toThrow('reconnectInterval');
  expect(() => toSettings({ bufferSize: Number.NaN })).toThrow('bufferSize');
  expect(() => toSettings({ websocket: { enabled: false } })).toThrow('no channel');
});
