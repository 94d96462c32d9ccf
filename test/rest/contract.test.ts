import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featureRoutes } from '../../src/main.ts';
import { listHttpRoutes } from '../../src/platform/http.ts';
import type { Dialect } from '../../src/rest/dialect.ts';
import { createDialects } from '../../src/rest/dialects.ts';
import { refusal } from '../../src/rest/refusal.ts';
import { type TestApp, testApp } from '../app.ts';
import { root } from '../source-files.ts';

interface Documented {
  readonly dialect: string;
  /** Method and path, as in `GET /api/jobs/:id`. */
  readonly route: string;
  readonly auth: string;
  readonly success: number;
}

/** Parts of the contract that are not built yet, by the beginnings of their routes. This list only shrinks. */
const unbuilt: readonly string[] = [
  'phase2 POST /api/build/',
  'phase2 GET /api/build/',
  'phase2 DELETE /api/build/',
  'phase2 WS /api/ws/build/',
  'automations GET /api/v1/conversations',
  'automations POST /api/v1/conversations',
  'automations DELETE /api/v1/conversations/',
  'automations GET /api/v1/webhooks',
  'automations POST /api/v1/webhooks',
  'automations PATCH /api/v1/webhooks/',
  'automations DELETE /api/v1/webhooks/',
  'automations WS /api/v1/ws/agent',
  'automations GET /api/v1/jobs',
  'automations POST /api/v1/jobs/',
  'automations PATCH /api/v1/jobs/',
  'automations DELETE /api/v1/jobs/',
  'automations GET /api/v1/job-profiles',
  'automations POST /api/v1/job-profiles',
  'automations PATCH /api/v1/job-profiles/',
  'automations DELETE /api/v1/job-profiles/',
  'automations GET /api/v1/resumes',
  'automations POST /api/v1/resumes/',
  'automations DELETE /api/v1/resumes/',
  'automations GET /api/v1/pipelines',
  'automations POST /api/v1/pipelines/',
  'automations GET /api/v1/pipeline-runs',
  'automations GET /api/v1/agent/areas',
  'automations POST /api/v1/agent/areas/',
];
/** What is served beside the contract, with the reason. */
const extras: Record<string, string> = {
  'GET /api/docs/': 'what the page of Swagger UI loads',
  'GET /api/docs/static/*': 'what the page of Swagger UI loads',
  'GET /api/redoc/redoc.js': 'what the page of ReDoc loads',
  'GET /api/redoc/page.js': 'what the page of ReDoc loads',
  'POST /api/analysis': 'the same without its slash',
  'GET /api/analysis/:analysis_id/': 'the same with a slash',
  'GET /health/live': "the house's own probe",
  'GET /health/ready': "the house's own probe",
};

const documented: readonly Documented[] = readFileSync(join(root, 'test/contract/routes.csv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [dialect = '', method = '', path = '', auth = '', success = ''] = line.split(',');
    return { dialect, route: routed(`${method} ${path}`), auth, success: Number(success) };
  });

function routed(route: string): string {
  return route.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Names of parameters are nobody's business but the server's own. */
const nameless = (route: string) => route.replaceAll(/:\w+/g, ':');
const isUnbuilt = ({ dialect, route }: Documented) =>
  unbuilt.some((beginning) => `${dialect} ${route}`.startsWith(beginning));

describe('the contract of the five old back ends', () => {
  let app: TestApp;
  let served: string[];
  let dialects: readonly Dialect[];
  beforeAll(async () => {
    app = await testApp();
    dialects = createDialects(app.config);
    const routes = await listHttpRoutes(app.app, featureRoutes(app.app));
    served = routes.filter(({ method }) => method !== 'OPTIONS').map(({ method, path }) => `${method} ${path}`);
  });
  afterAll(() => app.close());

  it('is served by the real router, route for route, but for what is listed as not built yet', () => {
    const there = new Set(served.map(nameless));
    const missing = documented.filter((one) => !isUnbuilt(one) && !there.has(nameless(one.route)));
    expect(missing).toEqual([]);
  });

  it('has nothing listed as not built that is served, or that is no part of it', () => {
    const there = new Set(served.map(nameless));
    const built = documented.filter((one) => isUnbuilt(one) && there.has(nameless(one.route)));
    expect(built).toEqual([]);
    const idle = unbuilt.filter(
      (beginning) => !documented.some(({ dialect, route }) => `${dialect} ${route}`.startsWith(beginning)),
    );
    expect(idle).toEqual([]);
  });

  it('is all that is served under the addresses of the dialects, but for the named extras', () => {
    const prefixes = [...dialects.flatMap((dialect) => dialect.prefixes), '/api/docs'];
    const contract = new Set(documented.map(({ route }) => nameless(route)));
    const surplus = served.filter((route) => {
      const path = route.slice(route.indexOf(' ') + 1);
      const isTheirs = prefixes.some((prefix) => path === prefix || path.startsWith(prefix.replace(/\/?$/, '/')));
      return isTheirs && !contract.has(nameless(route));
    });
    expect(surplus.filter((route) => !(route in extras))).toEqual([]);
    expect(Object.keys(extras).filter((route) => !surplus.includes(route))).toEqual([]);
  });

  it('says of every row the status and who may ask', () => {
    const rows = dialects.flatMap((dialect) =>
      dialect.rows.map((row) => ({ dialect: dialect.name, row, route: routed(`${row.method} ${row.path}`) })),
    );
    /** Redirects where a front end is configured; the row's own status is that of its JSON answer. */
    const redirecting = ['GET /auth/github/callback', 'GET /api/v1/oauth/google/callback'];
    const different = rows.filter(({ dialect, row, route }) => {
      const found = documented.find((one) => one.dialect === dialect && nameless(one.route) === nameless(route));
      // A signature of the body is no credential of a caller.
      const isOpen = found?.auth === 'none' || found?.auth === 'signature';
      const auth = isOpen ? 'none' : found?.auth === 'optional' ? 'optional' : 'required';
      const status = redirecting.includes(route) ? row.status : found?.success;
      return found === undefined || row.auth !== auth || row.status !== status;
    });
    expect(different.map(({ dialect, route }) => `${dialect} ${route}`)).toEqual([]);
  });

  it.each([
    ['/auth/login/x', 'phase2'],
    ['/api/auth/x', 'async-coder'],
    ['/api/v1/auth/x', 'automations'],
    ['/api/auth/github/x', 'fixmydocs'],
    ['/auth/github/x', 'fixmydocs'],
    ['/api/auth/github/connect/x', 'async-coder'],
    ['/health/x', 'async-coder'],
    ['/api/health/x', 'phase2'],
    ['/api/v1/health/x', 'automations'],
    ['/api/jobs/x', 'fixmydocs'],
    ['/api/repos/x', 'fixmydocs'],
    ['/api/docs/run/x', 'fixmydocs'],
    ['/api/v1/jobs/x', 'automations'],
    ['/api/build/x/y', 'phase2'],
    ['/api/analysis/x/y', 'phase2'],
    ['/api/analyze/x', 'cv-analysis'],
    ['/api/ws/x/y', 'cv-analysis'],
    ['/api/ws/build/x/y', 'phase2'],
    ['/ws/x', 'async-coder'],
    ['/ws/agent/x', 'automations'],
  ])('refuses the unknown address %s in the words of %s', async (path, name) => {
    const dialect = dialects.find((one) => one.name === name);
    const { status, body } = dialect?.refuse(refusal('NOT_FOUND', ''), new Date()) ?? {};
    const response = await fetch(`${app.url}${path}`);
    const answer: unknown = await response.json();
    expect([response.status, shapeOf(answer)]).toEqual([status, shapeOf(body)]);
  });

  it.each(['/api/docs', '/api/redoc'])('serves the page %s from this machine', async (path) => {
    const response = await fetch(`${app.url}${path}`, { redirect: 'manual' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});

/** The names of an object's fields, all the way down. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}
