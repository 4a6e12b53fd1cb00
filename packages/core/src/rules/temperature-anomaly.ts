import type { Rule } from './rule.ts';

/** Guide A: temperature below −10 °C or above 60 °C. */
export const temperatureAnomaly: Rule = {
  type: 'temperature_anomaly',
  holds: ({ temperatureC }, { active, thresholds }) => {
    const { temperatureMinC: min, temperatureMaxC: max, hysteresisC } = thresholds;
    const slackC = active ? hysteresisC : 0;
    if (!(temperatureC < min + slackC || temperatureC > max - slackC)) return undefined;
    return {
      type: 'temperature_anomaly',
      severity: 'medium',
      description: `Temperature ${temperatureC} °C outside ${min} to ${max} °C`,
      value: temperatureC,
      threshold: { min, max },
    };
  },
};
