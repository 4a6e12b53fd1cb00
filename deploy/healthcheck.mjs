// Does the server of this container answer? Exit code 0 or 1.
import http from 'node:http';
import https from 'node:https';

// biome-ignore lint/style/noProcessEnv: it runs beside the server, in the same environment, without its code.
const { DRONE_HTTP_PORT: port = '3000', TLS_CERT: certificate } = process.env;
const options = { host: '127.0.0.1', port, path: '/health', timeout: 4000 };
const fail = () => process.exit(1);

// The certificate names the host's outer name, not this address; whoever answers here is ourselves.
const request = certificate ? https.get({ ...options, rejectUnauthorized: false }) : http.get(options);
request.on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
request.on('timeout', fail);
request.on('error', fail);
