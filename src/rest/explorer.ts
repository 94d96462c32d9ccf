import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Dialect } from './dialect.ts';

/** Swagger UI at /api/docs and ReDoc at /api/redoc, served from this machine, for every dialect. */
export async function addExplorer(server: FastifyInstance, dialects: readonly Dialect[]): Promise<void> {
  const urls = dialects.map(({ name, title }) => ({ url: `/api/openapi/${name}.json`, name: title }));
  await server.register(async (scope) => {
    // The page shows the dialects' own descriptions; the plugin wants one of its scope all the same.
    await scope.register(swagger, { openapi: { openapi: '3.1.0' } });
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      uiConfig: { urls, persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
      theme: { title: 'Millwright REST' },
      staticCSP: true,
    });
  });
  addRedoc(server, urls);
}

function addRedoc(server: FastifyInstance, urls: readonly { url: string; name: string }[]): void {
  const script = fileURLToPath(import.meta.resolve('redoc/bundles/redoc.standalone.js'));
  let bundle: Promise<Buffer> | undefined;
  server.get('/api/redoc/redoc.js', { config: { purpose: "ReDoc's script" } }, async (_request, reply) => {
    bundle ??= readFile(script);
    return reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(await bundle);
  });
  server.get('/api/redoc/page.js', { config: { purpose: "The ReDoc page's own script" } }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(pageScript(urls)),
  );
  server.get('/api/redoc', { config: { purpose: 'ReDoc of every dialect' } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:; font-src 'self' data:",
      )
      .send(page),
  );
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Millwright REST</title>
    <style>body { margin: 0 } nav { padding: 8px 16px; font: 14px sans-serif; background: #263238; color: #fff }</style>
  </head>
  <body>
    <nav><label>Backend <select id="dialect"></select></label></nav>
    <main id="redoc"></main>
    <script src="/api/redoc/redoc.js"></script>
    <script src="/api/redoc/page.js"></script>
  </body>
</html>
`;

function pageScript(urls: readonly { url: string; name: string }[]): string {
  return `const dialects = ${JSON.stringify(urls)};
const select = document.getElementById('dialect');
for (const { url, name } of dialects) select.add(new Option(name, url));
const wanted = new URLSearchParams(location.search).get('dialect');
const first = dialects.find(({ url }) => url.endsWith('/' + wanted + '.json')) ?? dialects[0];
select.value = first.url;
const show = (url) => Redoc.init(url, { hideDownloadButtons: false, disableSearch: false }, document.getElementById('redoc'));
select.addEventListener('change', () => show(select.value));
show(first.url);
`;
}
