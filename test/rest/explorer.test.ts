import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, testApp } from '../app.ts';
import { type Caller, newCaller } from '../story.ts';

const names = ['FixMyDocs', 'Async Coder', 'Phase 2', 'Automations', 'CV Analysis'];

describe('the explorer', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp();
  });
  afterAll(() => app.close());

  it.each(['/api/docs', '/api/docs/', '/api/redoc'])('serves %s with a policy that works without TLS', async (path) => {
    const response = await fetch(`${app.url}${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(policy).not.toMatch(/https?:/);
    expect((await response.text()).match(/(src|href)=["']?(https?:)?\/\//g)).toBeNull();
  });

  it('is there once what it is made of can be loaded, although it could not at first', async () => {
    vi.doMock('@fastify/swagger-ui', () => {
      throw new Error('too many open files');
    });
    const other = await app.another();
    expect((await fetch(`${other.url}/api/docs`)).status).toBe(500);
    vi.doUnmock('@fastify/swagger-ui');
    expect((await fetch(`${other.url}/api/docs`)).status).toBe(200);
    await other.close();
  });

  it('stands beside POST /api/docs/run, which stays the backend’s', async () => {
    const response = await fetch(`${app.url}/api/docs/run`, { method: 'POST' });
    expect([response.status, await response.json()]).toMatchObject([401, { error: 'unauthenticated' }]);
    expect((await fetch(`${app.url}/api/docs/run`)).status).toBe(405);
  });
});

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Where tests must be complete, a browser that is missing is a failure.
describe.skipIf(!existsSync(executablePath) && process.env.CI === undefined)('the explorer in a browser', () => {
  let app: TestApp;
  let ada: Caller;
  let browser: BrowserContext;
  let page: Page;
  let profile: string;
  const elsewhere: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    app = await testApp({}, { RATE_LIMITS: 'on' });
    ada = await newCaller(app);
    await ada.ask('mutation { r: createItem(input: { title: "Seen in the browser" }) { __typename } }');
    profile = await mkdtemp(join(tmpdir(), 'browser-'));
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
    browser = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      reducedMotion: 'reduce',
      viewport: { width: 1400, height: 1000 },
      args: [...args, '--disable-background-networking', '--disable-component-update', '--disable-sync'],
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
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await ada?.close();
    await app?.close();
    await rm(profile, { recursive: true, force: true });
  });

  const picture = async (name: string) => {
    if (process.env.SCREENSHOTS === undefined) return;
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
  };

  it('switches between the backends in Swagger UI, and makes a call with a token by hand', async () => {
    await page.goto(`${app.url}/api/docs`);
    const chosen = page.locator('#select');
    await chosen.waitFor();
    expect(await chosen.locator('option').allInnerTexts()).toEqual(names);
    await expect.poll(() => page.locator('.info .title').textContent(), { timeout: 20_000 }).toContain('FixMyDocs');
    await picture('swagger-first');
    await chosen.selectOption({ label: 'Automations' });
    await expect.poll(() => page.locator('.info .title').textContent(), { timeout: 20_000 }).toContain('Automations');
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(ada.token);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.auth-btn-wrapper .btn-done').click();
    const operation = page.locator('.opblock', { has: page.locator('[data-path="/api/v1/items"]') }).first();
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const live = operation.locator('.live-responses-table');
    await expect
      .poll(() => live.locator('.response .response-col_status').textContent(), { timeout: 20_000 })
      .toContain('200');
    expect(await live.textContent()).toContain('Seen in the browser');
    await live.scrollIntoViewIfNeeded();
    await picture('swagger-call');
  }, 60_000);

  it('keeps the token when it is opened again, and shows a refusal as the backend words it', async () => {
    await page.goto(`${app.url}/api/docs?urls.primaryName=Phase%202`);
    await expect.poll(() => page.locator('.info .title').textContent(), { timeout: 20_000 }).toContain('Phase 2');
    const operation = page.locator('.opblock', { has: page.locator('[data-path="/api/health/status"]') }).first();
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await expect
      .poll(() => operation.locator('.live-responses-table .response .response-col_status').textContent(), {
        timeout: 20_000,
      })
      .toContain('200');
    await picture('swagger-phase2');
  }, 60_000);

  it('shows each backend in ReDoc', async () => {
    await page.goto(`${app.url}/api/redoc`);
    const title = () => page.locator('#redoc h1').first().textContent();
    await expect.poll(title, { timeout: 20_000 }).toContain('FixMyDocs');
    expect(await page.locator('#dialect option').allInnerTexts()).toEqual(names);
    await picture('redoc-first');
    await page.locator('#dialect').selectOption({ label: 'Automations' });
    await expect.poll(title, { timeout: 20_000 }).toContain('Automations');
    await picture('redoc-automations');
    await page.goto(`${app.url}/api/redoc?dialect=phase2`);
    await expect.poll(title, { timeout: 20_000 }).toContain('Phase 2');
  }, 90_000);

  it('has asked nobody but its server, and nothing went wrong in it', () => {
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
