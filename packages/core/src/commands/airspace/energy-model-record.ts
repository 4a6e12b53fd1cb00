import type { StateRecord } from '../../messages/state-record.ts';
import { type Calibration, createCalibration, toEnergyModel } from '../../missions/energy/calibration.ts';
import { type EnergyModel, unknownModel } from '../../missions/energy/energy-model.ts';
import type { RecordChange } from '../../records.ts';

/** What has been learned of one drone's energy, as it is kept over a restart: the estimate and its information. */

const LEARNED = ['theta1', 'theta2', 'i11', 'i12', 'i22'] as const;
type Learned = Pick<Calibration, (typeof LEARNED)[number]>;

export function toModelRecord(tenant: string, droneId: string, calibration: Calibration): RecordChange {
  const { theta1, theta2, i11, i12, i22, readings } = calibration;
  const { airframe, relativeSigma } = toEnergyModel(calibration);
  const { drivetrainEfficiency, dragAreaM2 } = airframe;
  return {
    ...{ kind: 'energy_model', tenant, id: droneId, droneId, state: 'calibrated' },
    data: {
      ...{ theta1, theta2, i11, i12, i22, readings: readings.taken },
      ...{ drivetrainEfficiency, dragAreaM2, relativeSigma },
    },
  };
}

/** What plans may reckon with: nothing has been learned before the first reading. */
export const toKnownModel = (calibration: Calibration): EnergyModel =>
  calibration.readings.taken > 0 ? toEnergyModel(calibration) : unknownModel;

/** Begins where the record ends; from nothing known where it says nothing that could have been learned. */
export function toCalibration(record: StateRecord | undefined): Calibration {
  const calibration = createCalibration(unknownModel);
  const learned = record?.data as Partial<Learned> | undefined;
  if (!learned || !isLearned(learned)) return calibration;
  for (const name of LEARNED) calibration[name] = learned[name];
  const taken = Number(record?.data['readings']);
  calibration.readings.taken = Number.isSafeInteger(taken) && taken > 0 ? taken : 1;
  return calibration;
}

const isLearned = (data: Partial<Learned>): data is Learned => {
  if (!LEARNED.every((name) => Number.isFinite(data[name]))) return false;
  const { theta1, theta2, i11, i12, i22 } = data as Learned;
  return theta1 >= 0.5 && theta1 <= 10 && theta2 >= 0 && theta2 <= 20 && i11 > 0 && i11 * i22 > i12 * i12;
};
