import type { AnomalyMessage, OrderMessage, TelemetryMessage } from '@skein/core';

/** Guide A's own examples, with what a test wants to be different. */

export function sample(seq: number, more: Partial<TelemetryMessage> = {}): TelemetryMessage {
  return {
    sessionId: 'session-1',
    timestamp: new Date(Date.UTC(2026, 0, 1) + seq * 100).toISOString(),
    seq,
    drone: { id: 'drone-001', name: 'Primary Surveillance Drone', model: 'DJI-X1000', status: 'active' },
    position: { x: 150, y: 200, z: 50 },
    telemetry: { battery: 85, signal: 95, temperature: 22.5, speed: 12.3, heading: 45.2 },
    ...more,
  };
}

export function anomaly(minute: number): AnomalyMessage {
  return {
    sessionId: 'session-1',
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    anomaly: {
      type: 'battery_critical',
      severity: 'high',
      value: 15,
      threshold: 20,
      action: 'return_to_base',
    },
    drone: { id: 'drone-001', position: { x: 150, y: 200, z: 50 } },
  };
}

export function order(commandId: string, more: Partial<OrderMessage> = {}): OrderMessage {
  const expiresAt = '2026-01-01T00:00:10.000Z';
  return { type: 'command', commandId, command: 'hold', params: {}, expiresAt, ttlMs: 10_000, ...more };
}
