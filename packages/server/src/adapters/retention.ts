const DAY_MS = 86_400_000;

/** Event times up to so many days back lie in a partition of their own day; older ones share one. */
export const PARTITION_DAYS_BACK = 40;

/**
 * How long after their last sample could have expired the sessions and profiles are kept: a partition goes as a
 * whole, so that a row may outlive its retention by the span of arrivals that share its partition.
 */
export const DIMENSION_GRACE_MS = (PARTITION_DAYS_BACK + 5) * DAY_MS;
