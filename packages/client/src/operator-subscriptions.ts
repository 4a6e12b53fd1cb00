type Fields = Readonly<Record<string, unknown>>;

/** What this operator follows, to be asked for again on every new connection. */
export class OperatorSubscriptions {
  readonly #droneIds = new Set<string>();
  #drones: Fields = {};
  #all: Fields | undefined;
  #window: Fields | undefined;

  get messages(): readonly Fields[] {
    const byId = this.#droneIds.size > 0 ? { ...this.#drones, drone_ids: [...this.#droneIds] } : undefined;
    return [this.#all ?? byId, this.#window].filter((message) => message !== undefined);
  }

  /** The line unpacks batches: a subscription that does not say otherwise is one. */
  complete(type: string, fields: Fields): Fields {
    return type === 'subscribe_telemetry' ? { batch: true, ...fields } : fields;
  }

  /** The gateway has accepted this request. */
  accepted({ request_id: _id, ...message }: Fields): void {
    const ids = (message['drone_ids'] ?? []) as readonly string[];
    if (message['type'] === 'subscribe_telemetry') this.#add(message, ids);
    else if (message['type'] === 'unsubscribe_telemetry') this.#remove(message['all'] === true, ids);
  }

  #add(message: Fields, ids: readonly string[]): void {
    if (message['all'] === true) {
      this.#all = message;
      this.#droneIds.clear();
    } else if (message['bounds'] !== undefined) this.#window = message;
    else {
      this.#drones = message;
      for (const id of ids) this.#droneIds.add(id);
    }
  }

  #remove(isAll: boolean, ids: readonly string[]): void {
    for (const id of isAll ? [...this.#droneIds] : ids) this.#droneIds.delete(id);
    if (!isAll) return;
    this.#all = undefined;
    this.#window = undefined;
  }
}
