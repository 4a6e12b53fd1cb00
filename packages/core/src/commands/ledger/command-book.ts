import type { CommandRecord } from './command-record.ts';
import { isTerminal, isUnanswered } from './life-cycle.ts';
import { STANDING_SEVERITY, traitsOf } from './order-traits.ts';

/** A greater order that a vehicle is under: lesser ones are refused until it is cleared. */
export interface Standing {
  readonly commandId: string;
  readonly command: CommandRecord['command'];
  readonly severity: number;
}

const droneKey = ({ tenant, droneId }: Pick<CommandRecord, 'tenant' | 'droneId'>): string =>
  `${tenant}:${droneId}`;

/** The commands that have not ended, by id and by vehicle, oldest first; and what each vehicle stands under. */
export class CommandBook {
  readonly #live = new Map<string, CommandRecord>();
  readonly #ofDrone = new Map<string, string[]>();
  readonly #standing = new Map<string, Standing>();

  get size(): number {
    return this.#live.size;
  }

  find(commandId: string): CommandRecord | undefined {
    return this.#live.get(commandId);
  }

  all(): readonly CommandRecord[] {
    return [...this.#live.values()];
  }

  /** In the order in which they were asked for. */
  ofDrone(tenant: string, droneId: string): readonly CommandRecord[] {
    const ids = this.#ofDrone.get(droneKey({ tenant, droneId })) ?? [];
    return ids.map((id) => this.#live.get(id) as CommandRecord);
  }

  standing(tenant: string, droneId: string): Standing | undefined {
    return this.#standing.get(droneKey({ tenant, droneId }));
  }

  /** Takes a command in as it now is. */
  keep(command: CommandRecord): void {
    const key = droneKey(command);
    const ids = this.#ofDrone.get(key) ?? [];
    if (isTerminal(command.state)) {
      this.#live.delete(command.commandId);
      const left = ids.filter((id) => id !== command.commandId);
      if (left.length > 0) this.#ofDrone.set(key, left);
      else this.#ofDrone.delete(key);
    } else {
      if (!this.#live.has(command.commandId)) this.#ofDrone.set(key, [...ids, command.commandId]);
      this.#live.set(command.commandId, command);
    }
    this.#judgeStanding(key, command);
  }

  #judgeStanding(key: string, command: CommandRecord): void {
    const standing = this.#standing.get(key);
    const { severity } = traitsOf(command.command);
    if (command.command === 'resume') {
      const isTaken = !isUnanswered(command.state) && command.result === 'accepted';
      if (isTaken && standing && command.clears >= standing.severity) this.#standing.delete(key);
      return;
    }
    if (severity < STANDING_SEVERITY) return;
    if (stands(command)) {
      if (!standing || standing.severity <= severity)
        this.#standing.set(key, { commandId: command.commandId, command: command.command, severity });
    } else if (standing?.commandId === command.commandId) this.#standing.delete(key);
  }
}

/** Holding goes on after it was accepted, and whoever was landed in an emergency stays down until released. */
function stands({ command, state }: CommandRecord): boolean {
  if (state === 'succeeded') return command === 'hold' || command === 'emergency_land';
  return !isTerminal(state);
}
