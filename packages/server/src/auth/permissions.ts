/** What a credential may allow. CONTRACT 5. */
export const PERMISSIONS = [
  'telemetry:write',
  'telemetry:read',
  'mission:write',
  'emergency:write',
  'coordination:override',
  'admin',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const KNOWN: ReadonlySet<unknown> = new Set(PERMISSIONS);

/** What a vehicle's own credential can ever do: a drone reports, it never commands. RELIABILITY 6.6. */
const OF_A_DRONE: ReadonlySet<Permission> = new Set(['telemetry:write', 'telemetry:read']);

interface Holder {
  readonly permissions: ReadonlySet<Permission>;
  readonly droneId?: string;
}

/** The permissions named in a list; unknown names grant nothing, and neither does anything that is not an array. */
export function toPermissions(names: unknown): ReadonlySet<Permission> {
  return new Set(Array.isArray(names) ? names.filter(isPermission) : []);
}

export function isPermission(name: unknown): name is Permission {
  return KNOWN.has(name);
}

/** `admin` includes all others. */
export function mayDo({ permissions, droneId }: Holder, permission: Permission): boolean {
  if (droneId !== undefined && !OF_A_DRONE.has(permission)) return false;
  return permissions.has(permission) || permissions.has('admin');
}
