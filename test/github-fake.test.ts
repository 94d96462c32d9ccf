import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeGitHub } from './fakes/github.ts';
import { readDescription } from './fakes/github-description.ts';

/** The fake is worth as much as it is like GitHub: what it says is held against GitHub's own description. */
describe('the fake GitHub', () => {
  let github: FakeGitHub;
  let token: string;
  const call = (path: string, init: RequestInit = {}, by: string | null = token) =>
    fetch(`${github.apiUrl}${path}`, {
      ...init,
      headers: { ...(by !== null && { authorization: `Bearer ${by}` }), ...init.headers },
    });
  const post = (path: string, body: object, by = token) =>
    call(path, { method: 'POST', body: JSON.stringify(body) }, by);

  beforeAll(async () => {
    github = await FakeGitHub.start();
    const ada = github.addUser('ada', { name: 'Ada' });
    const eve = github.addUser('eve');
    token = github.addToken(ada);
    const first = await github.addRepository(ada, 'First', { 'a.ts': 'export const a = 1;\n' });
    await github.addRepository(ada, 'second', { 'b.ts': '' }, { isPrivate: true, rights: { eve: 'pull' } });
    await github.addRepository(ada, 'old', { 'c.ts': '' }, { isArchived: true });
    await github.addRepository(eve, 'hidden', { 'd.ts': '' }, { isPrivate: true });
    github.rename('ada/formerly', first);
  });
  afterAll(() => github.close());

  it('says only what GitHub’s own description allows, for successes and refusals', async () => {
    const sha = await github.git(repositoryOf('First'), 'rev-parse', 'HEAD');
    const reads = [
      '/user',
      '/user/emails',
      '/user/repos?per_page=2',
      '/repos/ADA/first',
      '/repos/ada/second',
      '/repos/eve/hidden',
    ];
    for (const path of [
      ...reads,
      '/repos/ada/first/branches',
      '/repos/ada/first/branches/main',
      '/repos/ada/first/branches/none',
    ]) {
      await call(path);
    }
    for (const path of [
      '/repos/ada/first/git/ref/heads/main',
      '/repos/ada/first/git/ref/heads/none',
      '/repos/ada/first/pulls',
    ]) {
      await call(path);
    }
    await call('/user', {}, null);
    await call('/user', {}, 'ghp_unknown');
    await call('/repos/ada/first', {}, null);
    await call('/repos/ada/formerly', { redirect: 'manual' });
    await post('/repos/ada/first/git/refs', { ref: 'refs/heads/more', sha });
    await post('/repos/ada/first/git/refs', { ref: 'refs/heads/more', sha });
    for (const head of ['more', 'more', 'none'])
      await post('/repos/ada/first/pulls', { title: 't', head, base: 'main' });
    await call('/repos/ada/first/pulls?state=all&head=ada:more');
    await call('/repos/ada/first/pulls/1');
    const etag = (await call('/user')).headers.get('etag') ?? '';
    expect((await call('/user', { headers: { 'if-none-match': etag } })).status).toBe(304);
    github.limit = 'primary';
    expect((await call('/user')).headers.get('x-ratelimit-remaining')).toBe('0');
    github.limit = 'secondary';
    expect((await call('/user')).headers.get('retry-after')).toBe('60');
    github.limit = null;
    const { faultOf } = readDescription();
    expect(github.replies.length).toBeGreaterThan(20);
    expect(github.replies.map(faultOf).filter((fault) => fault !== null)).toEqual([]);
    const [reply] = github.replies;
    if (reply === undefined) throw new Error('no reply');
    // The check can fail.
    expect(faultOf({ ...reply, body: { login: 'ada' } })).toMatch(/must have required property/);
    expect(faultOf({ ...reply, path: '/nowhere' })).toMatch(/not described/);
  });

  it('gives lists in pages with links', async () => {
    const first = await call('/user/repos?per_page=2');
    expect(z.array(z.object({ name: z.string() })).parse(await first.json())).toHaveLength(2);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await fetch(next, { headers: { authorization: `Bearer ${token}` } });
    expect(z.array(z.object({ name: z.string() })).parse(await second.json())).toHaveLength(1);
  });

  function repositoryOf(name: string) {
    const found = github.repositories.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }
});
