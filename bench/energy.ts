import {
  type AirState,
  createEnergyBound,
  createEnergyColumns,
  type EnergyModel,
  findMaxRange,
  judgeReturn,
  type ReturnQuestion,
  rowMayReturn,
  setEnergyRow,
  unknownModel,
} from '@skein/core';

/**
 * The energy rule at fleet scale: the bound that scans 100 000 drones, beside the rule itself asked of each of them (a
 * part, in the same run). Ends with one line of JSON.
 */

const DRONES = 100_000;
const ASKED = 5_000;
const ROUNDS = 7;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** Median nanoseconds a call. */
function measureNs(calls: number, run: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const from = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - from) / calls;
  });
  return median(rounds);
}

const air: AirState = { windEastMps: 4, windNorthMps: 1, windSigmaMps: 2, densityKgpm3: 1.2 };
const wish = { eastM: 2500, northM: -1200, upM: 60 };
const mission = [wish, { ...wish, eastM: 3100 }].map((at) => ({ at }));
const missionM = 600;

/** Each its own calibration, place and charge, by a low-discrepancy sequence. */
const fleet = Array.from({ length: DRONES }, (_, k) => {
  const share = (step: number): number => (k * step) % 1;
  const airframe = { ...unknownModel.airframe, drivetrainEfficiency: 0.55 + 0.3 * share(0.618_034) };
  const model: EnergyModel = { ...unknownModel, airframe, relativeSigma: 0.09 };
  const from = {
    eastM: 20_000 * (share(0.754_878) - 0.5),
    northM: 20_000 * (share(0.569_84) - 0.5),
    upM: 50,
  };
  return { model, from, batteryPct: 100 * share(0.324_718) };
});
const questions: readonly ReturnQuestion[] = fleet.map((drone) => ({
  ...drone,
  air,
  route: mission,
  pads: [{ id: 'home', at: { ...drone.from, upM: 0 }, open: true }],
}));

const bounds = fleet.slice(0, ASKED).map(({ model }) => createEnergyBound(model, air));
const boundNs = measureNs(ASKED, () => {
  for (let k = 0; k < ASKED; k++)
    bounds[k] = createEnergyBound((fleet[k] as (typeof fleet)[number]).model, air);
});
for (let k = ASKED; k < DRONES; k++)
  bounds.push(createEnergyBound((fleet[k] as (typeof fleet)[number]).model, air));

const columns = createEnergyColumns(DRONES);
const rowNs = measureNs(DRONES, () => {
  for (let k = 0; k < DRONES; k++)
    setEnergyRow(
      columns,
      k,
      bounds[k] as (typeof bounds)[number],
      (fleet[k] as (typeof fleet)[number]).batteryPct,
    );
});
const eastM = Float64Array.from(fleet, ({ from }) => from.eastM);
const northM = Float64Array.from(fleet, ({ from }) => from.northM);
const kept = new Uint8Array(DRONES);
const scanNs = measureNs(DRONES, () => {
  for (let k = 0; k < DRONES; k++) {
    const dEastM = wish.eastM - (eastM[k] as number);
    const dNorthM = wish.northM - (northM[k] as number);
    const outM = Math.sqrt(dEastM * dEastM + dNorthM * dNorthM) + missionM;
    const homeM = Math.sqrt((dEastM + missionM) * (dEastM + missionM) + dNorthM * dNorthM);
    kept[k] = rowMayReturn(columns, k, outM, homeM) ? 1 : 0;
  }
});

let accepted = 0;
const judgeNs = measureNs(ASKED, () => {
  accepted = 0;
  for (let k = 0; k < ASKED; k++) {
    const verdict = judgeReturn(questions[k] as ReturnQuestion);
    if (!('accepted' in verdict)) throw new Error(verdict.message);
    if (!verdict.accepted) continue;
    accepted += 1;
    if (kept[k] === 0) throw new Error(`the bound left out drone ${k}, which the rule accepts`);
  }
});
const range = questions.find(({ batteryPct }) => batteryPct > 90) as ReturnQuestion;
const rangeNs = measureNs(1, () => void findMaxRange(range));

process.stdout.write(
  `${JSON.stringify({
    bench: 'energy',
    drones: DRONES,
    rowNs: +rowNs.toFixed(1),
    scanNsPerDrone: +scanNs.toFixed(1),
    judgeUs: +(judgeNs / 1e3).toFixed(2),
    judgeOverScan: Math.round(judgeNs / scanNs),
    boundUs: +(boundNs / 1e3).toFixed(2),
    rangePolygonMs: +(rangeNs / 1e6).toFixed(2),
    keptShare: +(kept.reduce((sum, each) => sum + each, 0) / DRONES).toFixed(4),
    acceptedShare: +(accepted / ASKED).toFixed(4),
  })}\n`,
);
