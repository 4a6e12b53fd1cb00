import type { OrderReport } from '../src/fleet/order-tasks.ts';
import { createSimulation, type Simulation } from '../src/fleet/simulation.ts';
import { PHASES } from '../src/physics/fleet-state.ts';

/** Orders flown in the physics to their end. */

const ORIGIN = { latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 };
let serial = 0;

/** One drone on its pad that waits for orders; and what it has told so far. */
export function open(options: { autonomous?: boolean } = {}) {
  const simulation = createSimulation({
    ...{ drones: 1, seed: 6, startSpreadS: 0, origin: ORIGIN, autonomous: false },
    ...options,
  });
  simulation.state.soc[0] = 0.9;
  const told: OrderReport[] = [];
  const give = (
    command: string,
    { clears, ...params }: { clears?: number } & Record<string, unknown> = {},
  ) => {
    serial += 1;
    const order = { commandId: `f${serial}`, command, params, ...(clears !== undefined && { clears }) };
    const answer = simulation.order(0, order);
    told.push(...simulation.orderReports('told'));
    return answer;
  };
  const fly = (seconds: number, each: () => void = () => undefined) => {
    for (let k = 0; k < seconds * 10; k++) {
      simulation.step(0.1);
      told.push(...simulation.orderReports('all'));
      each();
    }
  };
  /** Flies until the order has ended; how it ended. */
  const flyOut = (commandId: string, atMostS = 600, each?: () => void) => {
    const end = () => told.find((report) => report.commandId === commandId && report.state !== 'in_progress');
    for (let s = 0; s < atMostS && !end(); s++) fly(1, each);
    return end();
  };
  const obey = (command: string, params?: Record<string, unknown>) => {
    const { commandId, result, message } = give(command, params);
    if (result !== 'accepted') throw new Error(`${command}: ${result}, ${message}`);
    return flyOut(commandId);
  };
  return { simulation, told, give, fly, flyOut, obey };
}

export const at = ({ state }: Simulation) => ({ x: state.x[0] ?? 0, y: state.y[0] ?? 0, z: state.z[0] ?? 0 });
export const phase = ({ state }: Simulation) => PHASES[state.phase[0] ?? -1];
export const fromM = (simulation: Simulation, x: number, y: number, z: number) => {
  const place = at(simulation);
  return Math.hypot(place.x - x, place.y - y, place.z - z);
};
export const succeeded = { state: 'succeeded', progressPct: 100 };
