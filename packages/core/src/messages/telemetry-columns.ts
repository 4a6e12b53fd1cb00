/** The numbers of a telemetry message that stores keep in columns of their own, and templates cut out. */

/** Column name, unit included, and the path of the number in the message. The order is the order of `values`. */
export const TELEMETRY_COLUMNS = [
  ['east_m', 'position', 'x'],
  ['north_m', 'position', 'y'],
  ['up_m', 'position', 'z'],
  ['latitude_deg', 'position', 'gps', 'latitude'],
  ['longitude_deg', 'position', 'gps', 'longitude'],
  ['altitude_amsl_m', 'position', 'gps', 'altitude'],
  ['battery_pct', 'telemetry', 'battery'],
  ['signal_pct', 'telemetry', 'signal'],
  ['temperature_c', 'telemetry', 'temperature'],
  ['ground_speed_mps', 'telemetry', 'speed'],
  ['heading_deg', 'telemetry', 'heading'],
  ['accelerometer_x_mps2', 'sensors', 'accelerometer', 'x'],
  ['accelerometer_y_mps2', 'sensors', 'accelerometer', 'y'],
  ['accelerometer_z_mps2', 'sensors', 'accelerometer', 'z'],
  ['gyroscope_x_radps', 'sensors', 'gyroscope', 'x'],
  ['gyroscope_y_radps', 'sensors', 'gyroscope', 'y'],
  ['gyroscope_z_radps', 'sensors', 'gyroscope', 'z'],
  ['magnetometer_x_ut', 'sensors', 'magnetometer', 'x'],
  ['magnetometer_y_ut', 'sensors', 'magnetometer', 'y'],
  ['magnetometer_z_ut', 'sensors', 'magnetometer', 'z'],
  ['waypoint', 'mission', 'waypoint'],
] as const;

export type TelemetryColumn = (typeof TELEMETRY_COLUMNS)[number][0];
