import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Dialect } from './dialect.ts';

/** Pages that ask nobody but this server, over HTTP as over HTTPS. */
const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

/** Swagger UI at /api/docs and ReDoc at /api/redoc, served from this machine, for every dialect. */
export async function addExplorer(server: FastifyInstance, dialects: readonly Dialect[]): Promise<void> {
  const urls = dialects.map(({ name, title }) => ({ url: `/api/openapi/${name}.json`, name: title }));
  await server.register(async (scope) => {
    // The page shows the dialects' own descriptions; the plugin wants one of its scope all the same.
    await scope.register(swagger, { openapi: { openapi: '3.1.0' } });
    scope.addHook('onRoute', (route) => {
      const purpose = route.url === '/api/docs' ? 'Swagger UI of every dialect' : 'A file of Swagger UI';
      route.config = { ...route.config, purpose };
    });
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      uiConfig: { urls, persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
      theme: { title: 'Millwright REST' },
      logo: { type: 'image/svg+xml', content: Buffer.from(wordmark) },
      staticCSP: contentSecurityPolicy,
    });
  });
  addRedoc(server, urls);
}

/** What stands at the top of Swagger UI instead of its maker's logo. */
const wordmark =
  '<svg xmlns="http://www.w3.org/2000/svg" width="140" height="40"><text y="27" fill="#fff" font-family="sans-serif" font-size="22">Millwright</text></svg>';

/** ReDoc shows its maker's logo from elsewhere. */
const logo = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const emptyImage = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

function addRedoc(server: FastifyInstance, urls: readonly { url: string; name: string }[]): void {
  const script = fileURLToPath(import.meta.resolve('redoc/bundles/redoc.standalone.js'));
  let bundle: Promise<string> | undefined;
  server.get('/api/redoc/redoc.js', { config: { purpose: "ReDoc's script" } }, async (_request, reply) => {
    bundle ??= readFile(script, 'utf8').then((text) => text.replaceAll(logo, emptyImage));
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
        `${contentSecurityPolicy.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")}; worker-src blob:`,
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
