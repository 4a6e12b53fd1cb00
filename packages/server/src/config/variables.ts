import { bytes, integer, line, oneOf, origins, port, siteOrigin, someOf, url, yesOrNo } from './kinds.ts';
import { optional, required, reserved, secret, shownAs } from './variable.ts';

const DAYS = integer(1, 36_500);
const FILE = line(4096);
const SECRET = line(4096);

/** Every setting of Skein, by group and by the name it has in the code. The documents are generated from this list. */
export const variableGroups = {
  listeners: {
    host: required(
      'HOST',
      line(253),
      '127.0.0.1',
      'Address to listen on. Anything but loopback needs TLS_CERT and TLS_KEY, or BEHIND_PROXY=true.',
    ),
    httpPort: required(
      'DRONE_HTTP_PORT',
      port,
      3000,
      'REST API, drone HTTP ingest, /ingest and /fleet sockets, pages.',
    ),
    ingestPort: required(
      'DRONE_WEBSOCKET_PORT',
      port,
      8080,
      'Drone WebSocket ingest; the drone HTTP routes answer here too.',
    ),
    gatewayPort: required('DRONE_GATEWAY_PORT', port, 3001, 'Operator WebSocket gateway.'),
    tlsCert: optional('TLS_CERT', FILE, 'PEM file with the certificate chain; all listeners then speak TLS.'),
    tlsKey: optional('TLS_KEY', FILE, 'PEM file with the private key of TLS_CERT.'),
    behindProxy: required(
      'BEHIND_PROXY',
      yesOrNo,
      false,
      'A reverse proxy in front terminates TLS: plain listeners off loopback are allowed.',
    ),
    maxConnections: required(
      'MAX_CONNECTIONS',
      integer(1, 1_000_000),
      1000,
      'WebSocket connections at once; the next one is answered with HTTP 503.',
    ),
    maxConnectionsPerAddress: optional(
      'MAX_CONNECTIONS_PER_ADDRESS',
      integer(1, 1_000_000),
      'The same for one client address. Absent: no limit of its own.',
    ),
    allowedOrigins: required(
      'ALLOWED_ORIGINS',
      origins,
      [],
      "Web origins whose pages may open sockets, besides the server's own.",
    ),
  },
  storage: {
    dataDir: required(
      'DATA_DIR',
      FILE,
      './data',
      'Directory of everything Skein keeps: journal, SQLite database, generated secrets.',
    ),
    journalDir: shownAs(
      'DATA_DIR/journal',
      optional('JOURNAL_DIR', FILE, 'Directory of the journal; its own disk makes acknowledgements faster.'),
    ),
    journalMaxBytes: required(
      'JOURNAL_MAX_BYTES',
      bytes(2 ** 20, 2 ** 50),
      8 * 2 ** 30,
      'Quota of the journal. Near it the server stops reading drones rather than dropping what they sent.',
    ),
    databaseUrl: secret(
      optional(
        'DATABASE_URL',
        url('postgres:', 'postgresql:'),
        'PostgreSQL to keep history in. Absent: SQLite in DATA_DIR.',
      ),
    ),
    pgPoolMax: required('PG_POOL_MAX', integer(1, 1000), 20, 'Connections to PostgreSQL at most.'),
    batchSize: required(
      'BATCH_SIZE',
      integer(1, 100_000),
      100,
      'Rows the database is given at once, at least, while there are that many waiting.',
    ),
    redisUrl: reserved(
      secret(
        optional(
          'REDIS_URL',
          url('redis:', 'rediss:'),
          'Redis or Valkey for the live picture and the bus between instances. Absent: memory.',
        ),
      ),
    ),
    redisPrefix: reserved(
      shownAs('(none)', required('REDIS_PREFIX', line(64), '', 'Put before every Redis key and channel.')),
    ),
    retentionTelemetryDays: required(
      'RETENTION_TELEMETRY_DAYS',
      DAYS,
      30,
      'Telemetry older than this is dropped.',
    ),
    retentionAnomaliesDays: required(
      'RETENTION_ANOMALIES_DAYS',
      DAYS,
      365,
      'Anomalies older than this are dropped.',
    ),
  },
  access: {
    authMode: required(
      'AUTH_MODE',
      oneOf('required', 'open'),
      'required',
      'open: no credential is asked for; only where HOST is loopback.',
    ),
    apiKeySecret: secret(
      shownAs(
        '(made once, kept in DATA_DIR)',
        optional(
          'API_KEY_SECRET',
          SECRET,
          'Key of the HMAC that API keys are stored under. Changing it ends every key.',
        ),
      ),
    ),
    jwtSecret: secret(
      shownAs(
        '(made once, kept in DATA_DIR)',
        optional('JWT_SECRET', SECRET, 'Key that our own tokens are signed with (HS256).'),
      ),
    ),
    jwksUrl: optional(
      'JWKS_URL',
      url('https:', 'http:'),
      'Key set of an external issuer whose tokens are accepted too; plain http only on loopback.',
    ),
    jwtIssuer: optional(
      'JWT_ISSUER',
      line(1024),
      'The issuer (iss) that tokens checked by JWKS_URL must name.',
    ),
    rateLimitPerMinute: required(
      'RATE_LIMIT_PER_MINUTE',
      integer(1, 1_000_000_000),
      6_000_000,
      'Requests and messages a minute of one credential that has no rate of its own.',
    ),
  },
  ingest: {
    maxMessageBytes: required(
      'MAX_MESSAGE_BYTES',
      bytes(1024, 2 * 2 ** 20),
      65_536,
      'Largest message of a drone: WebSocket frame or HTTP body.',
    ),
    maxDrones: required(
      'MAX_DRONES',
      integer(1, 10_000_000),
      200_000,
      'Drones the live picture holds; one more is refused with 503.',
    ),
    dedupWindowMs: required(
      'DEDUP_WINDOW_MS',
      integer(100, 3_600_000),
      30_000,
      "How long a sample is remembered to recognise its repeat at once; behind it stands the store's unique key.",
    ),
    hybridPriority: required(
      'HYBRID_PRIORITY',
      oneOf('first', 'websocket', 'http'),
      'first',
      'Which channel of a drone that uses both decides what is live.',
    ),
    validation: required(
      'VALIDATION',
      oneOf('standard', 'strict'),
      'standard',
      'strict: sessionId must be a UUID v4, unknown fields are refused.',
    ),
    compressionEnabled: required(
      'COMPRESSION_ENABLED',
      yesOrNo,
      true,
      'Accept gzip bodies and metadata.compression payloads.',
    ),
    heartbeatIntervalMs: required(
      'HEARTBEAT_INTERVAL_MS',
      integer(10, 3_600_000),
      30_000,
      'How often the server pings each socket.',
    ),
    idleTimeoutMs: required(
      'IDLE_TIMEOUT_MS',
      integer(10, 86_400_000),
      300_000,
      'A socket silent for this long (no frame, no pong) is closed.',
    ),
    mavlinkUrl: reserved(
      optional('MAVLINK_URL', url('udp:', 'tcp:', 'serial:'), 'MAVLink link to listen on.'),
    ),
    rosbridgeUrl: reserved(
      optional('ROSBRIDGE_URL', url('ws:', 'wss:'), 'rosbridge server to read robots from.'),
    ),
  },
  site: {
    siteOrigin: optional(
      'SITE_ORIGIN',
      siteOrigin,
      'Where position x, y, z begin: latitude,longitude,altitude AMSL. Absent: x, y, z and GPS are not converted into each other.',
    ),
    elevationDir: optional(
      'ELEVATION_DIR',
      FILE,
      'Directory of SRTM tiles (N47E008.hgt). Ground outside them is unknown, and flights over it are refused. Absent: flat, as high as the site’s origin.',
    ),
  },
  jobs: {
    coordination: required(
      'COORDINATION',
      oneOf('off', 'suggest', 'act'),
      'suggest',
      'Conflicts between drones: off, nobody looks; suggest, they are told with what would be done; act, drones are ordered out of the way.',
    ),
    fleetStatusIntervalMs: required(
      'FLEET_STATUS_INTERVAL_MS',
      integer(100, 3_600_000),
      5000,
      'How often operators are sent fleet_status.',
    ),
    liveAnalyticsIntervalMs: reserved(
      required(
        'LIVE_ANALYTICS_INTERVAL_MS',
        integer(100, 3_600_000),
        5000,
        'How often the live analytics are computed.',
      ),
    ),
    hourlyOffsetMinute: reserved(
      required(
        'HOURLY_OFFSET_MINUTE',
        integer(0, 59),
        2,
        'Minute of the hour at which the hour before is summed up.',
      ),
    ),
    roles: reserved(
      required(
        'ROLES',
        someOf('ingest', 'gateway', 'jobs'),
        ['ingest', 'gateway', 'jobs'],
        'What this process does, where several share the work.',
      ),
    ),
  },
  operation: {
    logLevel: shownAs(
      'info (debug with DEBUG_MODE=true)',
      optional(
        'LOG_LEVEL',
        oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
        'Least severe line that is logged.',
      ),
    ),
    logFile: optional('LOG_FILE', FILE, 'File that log lines are appended to, besides standard error.'),
    debugMode: required('DEBUG_MODE', yesOrNo, false, 'Log more; changes nothing else.'),
  },
} as const;

export const variables = {
  ...variableGroups.listeners,
  ...variableGroups.storage,
  ...variableGroups.access,
  ...variableGroups.ingest,
  ...variableGroups.site,
  ...variableGroups.jobs,
  ...variableGroups.operation,
} as const;
