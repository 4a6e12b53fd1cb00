import type { HttpClient } from './http-client.ts';
import type { LineContext } from './line.ts';

/** Over HTTP a drone that has nothing to say is alive by a beat at each interval. */
export class HttpHeartbeat {
  readonly #client: HttpClient;
  readonly #line: LineContext;
  #timer: unknown;

  constructor(client: HttpClient, line: LineContext) {
    this.#client = client;
    this.#line = line;
    if (line.settings.heartbeatIntervalMs > 0) void this.#tick();
  }

  close(): void {
    this.#line.settings.timers.clearTimeout(this.#timer);
  }

  async #tick(): Promise<void> {
    const { timers, heartbeatIntervalMs } = this.#line.settings;
    const silentMs = timers.now() - this.#client.heardAtMs;
    const known = silentMs < heartbeatIntervalMs ? true : await this.#beat();
    if (!known || this.#client.closed) return;
    this.#timer = timers.setTimeout(() => void this.#tick(), heartbeatIntervalMs);
  }

  /** False: the server knows no heartbeats. */
  async #beat(): Promise<boolean> {
    const timestamp = new Date(this.#line.settings.timers.now()).toISOString();
    const body = JSON.stringify({ type: 'heartbeat', timestamp, droneId: this.#line.droneId() });
    const { status } = await this.#client.post('heartbeat', body);
    return status !== 404 && status !== 405;
  }
}
