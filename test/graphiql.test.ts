import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, testApp } from './app.ts';
import { makeProject, smallProject } from './story.ts';

/** Headers with a real credential, as they stand in the page's script. */
const signIn = /\\"Authorization\\": \\"Bearer \w/;
const settings = { DEVELOPMENT_USER: 'true', ALLOW_LOCAL_REPOS: 'true' };

describe('the GraphiQL page', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp({}, settings);
  });
  afterAll(() => app.close());

  const get = (headers: Record<string, string> = {}) =>
    fetch(`${app.url}/graphql`, { headers: { accept: 'text/html', ...headers } });

  it('comes compressed when that is understood, and not again when it is known', async () => {
    const response = await get({ 'accept-encoding': 'gzip' });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-cache',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("connect-src 'self'"),
    });
    expect(Number(response.headers.get('content-length'))).toBeLessThan(4_000_000);
    const plain = await get({ 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await plain.text()) === (await response.text())).toBe(true);
    const refused = await get({ 'accept-encoding': 'gzip;q=0' });
    expect(refused.headers.get('content-encoding')).toBeNull();
    const known = await get({ 'if-none-match': response.headers.get('etag') ?? '' });
    expect([known.status, await known.text()]).toEqual([304, '']);
  });

  it('asks nobody else for anything', async () => {
    const text = await (await get()).text();
    expect(text.match(/<(script|link|img)[^>]+(src|href)=["']?https?:[^>]*>/g)).toBeNull();
  });

  it('carries the sign-in only for a browser of this machine that asks for this machine', async () => {
    const carries = async (headers: Record<string, string>) => (await pageFor(app, headers)).match(signIn) !== null;
    const { host } = new URL(app.url);
    expect(await carries({ host })).toBe(true);
    expect(await carries({ host: host.replace('127.0.0.1', 'LocalHost') })).toBe(true);
    expect(await carries({ host: 'evil.example' })).toBe(false);
    expect(await carries({ host: '127.0.0.1.evil.example' })).toBe(false);
    expect(await carries({ host: '192.168.0.10:8000' })).toBe(false);
    expect(await carries({ host, 'x-forwarded-for': '203.0.113.7' })).toBe(false);
  });

  it('has no sign-in where the development user is off', async () => {
    const other = await app.another({}, { DEVELOPMENT_USER: 'false' });
    const page = await pageFor(other, { host: new URL(other.url).host });
    expect(signIn.test(page)).toBe(false);
    expect(page.includes('owner/name')).toBe(true);
    await other.close();
  });
});

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Where tests must be complete, a browser that is missing is a failure.
describe.skipIf(!existsSync(executablePath) && process.env.CI === undefined)('GraphiQL in a browser', () => {
  let app: TestApp;
  let browser: BrowserContext;
  let page: Page;
  let profile: string;
  const elsewhere: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    const project = await makeProject({ ...smallProject, 'README.md': '# Small\n' });
    const folder = process.cwd();
    process.chdir(project);
    try {
      app = await testApp({ worker: true }, settings);
    } finally {
      process.chdir(folder);
    }
    profile = await mkdtemp(join(tmpdir(), 'browser-'));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      reducedMotion: 'reduce',
      viewport: { width: 1400, height: 900 },
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    await browser.route(
      (url) => url.origin !== app.url && url.protocol !== 'blob:' && url.protocol !== 'data:',
      (route) => {
        elsewhere.push(route.request().url());
        return route.abort();
      },
    );
    page = browser.pages()[0] ?? (await browser.newPage());
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${app.url}/graphql`);
    await page.getByRole('button', { name: /Execute query/i }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await rm(profile, { recursive: true, force: true });
  });

  async function run(tab: string, expected: string): Promise<void> {
    const one = page.getByRole('tab', { name: new RegExp(`^${tab}\\b`) });
    // The tabs move while the page takes shape, and a click on a moving one is taken for a drag.
    const chosen = async () => {
      if ((await one.getAttribute('aria-selected')) !== 'true') await one.getByText(tab).click();
      return one.getAttribute('aria-selected');
    };
    await expect.poll(chosen, { interval: 100, timeout: 20_000 }).toBe('true');
    const execute = page.getByRole('button', { name: /Execute query/i });
    await execute.click();
    // GraphiQL reads a tab's operation a moment after it shows it.
    const result = async () => {
      const text = await answer();
      if (text.includes('Cannot infer operation')) await execute.click();
      return text;
    };
    await expect.poll(result, { interval: 100, timeout: 20_000 }).toContain(expected);
  }
  /** What stands on the page, as its reader sees it: the editors keep lines that nobody sees out of it. */
  const seen = async (place: string) => (await page.locator(place).allInnerTexts()).join().replaceAll('\u00a0', ' ');
  const answer = () => seen('.graphiql-response .view-lines');
  const picture = async (name: string) => {
    if (process.env.SCREENSHOTS === undefined) return;
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
  };

  it('documents a project, follows the job to its end and shows its pages, by clicking', async () => {
    await run('DocumentRepository', '"databaseId"');
    await picture('document');
    await run('FollowMyJobs', '"COMPLETED"');
    await picture('follow');
    await page.getByRole('button', { name: /Stop query/i }).click();
    await run('MyJobs', '"totalCount": 1');
    await run('WhoAmI', 'developer@');
    await run('SignIn', '"accessToken"');
    await picture('sign-in');
  }, 90_000);

  it('shows the documentation of the schema', async () => {
    await page.getByRole('button', { name: /Documentation Explorer/i }).click();
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await expect.poll(() => seen('.graphiql-doc-explorer')).toContain('Everything that can be read');
    await picture('docs');
  });

  it('opens again, with the sign-in still there', async () => {
    await page.reload();
    await run('WhoAmI', 'developer@');
  });

  it('has asked nobody but its server, and nothing went wrong in it', () => {
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

/** The page as a client with these headers gets it; fetch would not let the Host be chosen. */
async function pageFor({ url }: TestApp, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/graphql`, {
      headers: { accept: 'text/html', 'accept-encoding': 'gzip', ...headers },
    });
    asked.on('error', reject);
    asked.on('response', async (response) => {
      const pieces = await Array.fromAsync(response);
      resolve(String(gunzipSync(Buffer.concat(pieces))));
    });
    asked.end();
  });
}
