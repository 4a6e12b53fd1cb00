/** What a browser shows at `/` until the web page of the fleet is there: where everything is. */
export const frontPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Skein</title>
<style>
  :root { color-scheme: dark light; font: 16px/1.6 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 4rem auto; padding: 0 1.5rem; }
  h1 { font-weight: 600; letter-spacing: -0.02em; }
  dt { font-weight: 600; margin-top: 1rem; }
  dd { margin: 0; opacity: 0.8; }
  code { background: #8882; padding: 0.1em 0.35em; border-radius: 4px; }
</style>
<h1>Skein is running</h1>
<p>The backend for drone fleets: ingest, live picture, history, rules. Every call needs a key:
<code>Authorization: Bearer &lt;key&gt;</code>.</p>
<dl>
  <dt><a href="/docs">API pages</a></dt><dd>every HTTP route, to read and to try; as <a href="/openapi.json">OpenAPI 3.1</a></dd>
  <dt><a href="/asyncapi.json">Sockets</a></dt><dd>what drones and operators say and hear, as AsyncAPI 3</dd>
  <dt>The live picture</dt><dd><code>curl -H "Authorization: Bearer $KEY" http://localhost:3000/api/drones</code></dd>
  <dt><a href="/ready">/ready</a>, <a href="/health">/health</a>, <a href="/metrics">/metrics</a></dt><dd>how it is doing</dd>
</dl>
</html>
`;
