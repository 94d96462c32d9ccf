import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { madeOnce } from '../platform/made-once.ts';
import type { Dialect } from './dialect.ts';

/** Pages that ask nobody but this server, over HTTP as over HTTPS. */
const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

/** Swagger UI at /api/docs and ReDoc at /api/redoc, served from this machine, for every dialect. */
export function addExplorer(server: FastifyInstance, dialects: readonly Dialect[]): void {
  const urls = dialects.map(({ name, title }) => ({ url: `/api/openapi/${name}.json`, name: title }));
  addSwaggerUi(server, urls);
  addRedoc(server, urls);
}

interface Described {
  readonly url: string;
  readonly name: string;
}

/** By a server inside this one, which is made when somebody opens the page: few ever do. */
function addSwaggerUi(server: FastifyInstance, urls: readonly Described[]): void {
  let making: Promise<FastifyInstance> | undefined;
  const made = madeOnce(() => {
    making = makeSwaggerUi(urls);
    return making;
  });
  server.addHook('onClose', async () => {
    // Whoever opened the page was told of a failure.
    const inner = await making?.catch(() => undefined);
    await inner?.close();
  });
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const inner = await made();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    inner.routing(request.raw, reply.raw);
    return reply;
  };
  server.get('/api/docs', { config: { purpose: 'Swagger UI of every dialect' } }, answer);
  for (const url of ['/api/docs/', '/api/docs/static/*']) {
    server.get(url, { config: { purpose: 'A file of Swagger UI' } }, answer);
  }
}

async function makeSwaggerUi(urls: readonly Described[]): Promise<FastifyInstance> {
  const [{ fastify }, { default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  const inner = fastify();
  // The page shows the dialects' own descriptions; the plugin wants one of its server all the same.
  await inner.register(swagger, { openapi: { openapi: '3.1.0' } });
  await inner.register(swaggerUi, {
    routePrefix: '/api/docs',
    uiConfig: { urls: [...urls], persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
    theme: { title: 'Millwright REST' },
    logo: { type: 'image/svg+xml', content: Buffer.from(wordmark) },
    staticCSP: contentSecurityPolicy,
  });
  await inner.ready();
  return inner;
}

/** What stands at the top of Swagger UI instead of its maker's logo. */
const wordmark =
  '<svg xmlns="http://www.w3.org/2000/svg" width="140" height="40"><text y="27" fill="#fff" font-family="sans-serif" font-size="22">Millwright</text></svg>';

/** ReDoc shows its maker's logo from elsewhere. */
const logo = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const emptyImage = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

function addRedoc(server: FastifyInstance, urls: readonly Described[]): void {
  const bundle = madeOnce(async () => (await readFile(redocScript(), 'utf8')).replaceAll(logo, emptyImage));
  server.get('/api/redoc/redoc.js', { config: { purpose: "ReDoc's script" } }, async (_request, reply) => {
    const text = await bundle();
    return reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=3600').send(text);
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

function redocScript(): string {
  return fileURLToPath(import.meta.resolve('redoc/bundles/redoc.standalone.js'));
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

function pageScript(urls: readonly Described[]): string {
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
