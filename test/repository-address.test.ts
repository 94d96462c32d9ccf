import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ValidationError } from '../src/platform/errors.ts';
import { isPublicAddress, resolvePublicAddress } from '../src/platform/safe-address.ts';
import { isRefName } from '../src/repos/git-ref.ts';
import { type AddressRules, parseRepositoryAddress } from '../src/repos/repository-address.ts';

const rules: AddressRules = { githubUrl: 'https://github.com', allowLocal: false };
const githubForms = [
  'https://github.com/Octo-Cat/Hello.World',
  'https://github.com/Octo-Cat/Hello.World/',
  'https://github.com/Octo-Cat/Hello.World.git',
  'https://github.com/Octo-Cat/Hello.World.git/',
  'HTTPS://GitHub.COM:443/Octo-Cat/Hello.World',
  'https://www.github.com/Octo-Cat/Hello.World',
  'https://github.com./Octo-Cat/Hello.World',
  'git@github.com:Octo-Cat/Hello.World.git',
  'git@github.com:Octo-Cat/Hello.World',
  'Octo-Cat/Hello.World',
  'Octo-Cat/Hello.World.git',
  '  Octo-Cat/Hello.World/\n',
];

describe('parseRepositoryAddress', () => {
  it.each(githubForms)('takes %j for the GitHub repository', async (text) => {
    expect(await parseRepositoryAddress(text, rules)).toEqual({
      provider: 'GITHUB',
      url: 'https://github.com/octo-cat/hello.world',
      namespace: 'Octo-Cat',
      name: 'Hello.World',
    });
  });

  it.each([
    ['https://gitlab.com/group/Sub/name.git', 'https://gitlab.com/group/Sub/name', 'group/Sub', 'name'],
    ['git@GitLab.com:group/name.git', 'https://gitlab.com/group/name', 'group', 'name'],
    ['https://git.example.com:8443/name/', 'https://git.example.com:8443/name', 'git.example.com', 'name'],
    ['https://example.com/~ada/My%20Project', 'https://example.com/~ada/My%20Project', '~ada', 'My Project'],
  ])('takes %j of another host', async (text, url, namespace, name) => {
    expect(await parseRepositoryAddress(text, rules)).toEqual({ provider: 'GIT', url, namespace, name });
  });

  it('reads its own canonical forms as the same address', async () => {
    for (const text of ['Ada/Engine.git', 'https://git.example.com/a/b.git.git/', 'git@git.example.com:a/B.git']) {
      const { url } = await parseRepositoryAddress(text, rules);
      expect((await parseRepositoryAddress(url, rules)).url).toBe(url);
    }
  });

  it('looks owner/name up where GITHUB_URL points, also over http', async () => {
    const own = { ...rules, githubUrl: 'http://127.0.0.1:4000/' };
    const expected = { provider: 'GITHUB', url: 'http://127.0.0.1:4000/ada/engine', namespace: 'Ada', name: 'Engine' };
    expect(await parseRepositoryAddress('Ada/Engine', own)).toEqual(expected);
    expect(await parseRepositoryAddress('http://127.0.0.1:4000/Ada/Engine.git', own)).toEqual(expected);
    expect(await parseRepositoryAddress('git@127.0.0.1:Ada/Engine.git', own)).toEqual(expected);
    const onPath = { ...rules, githubUrl: 'https://code.example.com/hub' };
    const { url } = await parseRepositoryAddress('https://code.example.com/hub/Ada/Engine', onPath);
    expect(url).toBe('https://code.example.com/hub/ada/engine');
  });

  it('takes plain http of allowed origins only', async () => {
    const allowing = { ...rules, allow: ['http://git.local:3000'] };
    const { provider, url } = await parseRepositoryAddress('http://git.local:3000/a/b', allowing);
    expect({ provider, url }).toEqual({ provider: 'GIT', url: 'http://git.local:3000/a/b' });
    await expect(parseRepositoryAddress('http://git.local/a/b', allowing)).rejects.toBeInstanceOf(ValidationError);
  });

  it.each([
    '',
    '   ',
    'name',
    'a/b/c',
    'owner/..',
    '../secrets',
    './here/there',
    '-owner/name',
    '--upload-pack=touch$IFS/tmp/x',
    '--upload-pack=x/y',
    'ext::sh -c touch% /tmp/x',
    'ext::sh/x',
    'fd::17/foo',
    'file:///etc',
    'FILE:/etc',
    '/etc',
    'C:\\repos\\x',
    'ssh://git@github.com/a/b',
    'git://github.com/a/b',
    'ftp://github.com/a/b',
    'javascript:alert(1)/x',
    'http://github.com/a/b',
    'http://127.0.0.1:4000/a/b',
    'https://',
    'https://github.com',
    'https://github.com/owner',
    'https://github.com/a/b/tree/main',
    'https://github.com/a/b?ref=main',
    'https://github.com/a/b#readme',
    'https://github.com/a/b?',
    'https://github.com/a/../b',
    'https://github.com/a/%2e%2e/b',
    'https://example.com/a/..%2fb',
    'https://example.com/a/%00b',
    'https://example.com/a//b',
    'https://example.com/a/-b',
    'https://example.com/a/b%',
    'https://example.com\\a\\b',
    'https://ada:password@github.com/a/b',
    'https://ghp_token@github.com/a/b',
    'https://@github.com/a/b',
    'https:ada@github.com/a/b',
    'git@github.com:/etc/passwd',
    'git@github.com:../a/b',
    'git@-oProxyCommand=x:a/b',
    'git@github.com:a/b c',
    'root@github.com:a/b',
    'own er/name',
    'owner/na\0me',
    'owner/na\u0007me',
    'owner/na\u202eme',
    'owner/na\nme',
    `https://github.com/a/${'b'.repeat(3000)}`,
    'x'.repeat(3000),
    `${'o'.repeat(40)}/name`,
    `owner/${'n'.repeat(101)}`,
    'https://example.com:99999/a/b',
  ])('refuses %j in words that say what is accepted', async (text) => {
    const refusal = await parseRepositoryAddress(text, rules).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ValidationError);
    const { message, issues } = refusal instanceof ValidationError ? refusal : new ValidationError('');
    expect(message).toContain('Accepted are https://host/owner/name, git@host:owner/name and owner/name');
    expect(issues).toEqual([{ path: 'repository', message }]);
  });

  it('never repeats a password', async () => {
    const refusal = await parseRepositoryAddress('https://ada:hunter2@github.com/a/b', rules).catch(String);
    expect(refusal).toContain('must not hold a user name, password or token');
    expect(refusal).not.toContain('hunter2');
  });
});

describe('local addresses', () => {
  let folder: string;
  const local = { ...rules, allowLocal: true };

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'address-')));
    await mkdir(join(folder, 'work', 'my project', '.git'), { recursive: true });
    await mkdir(join(folder, 'data', 'inner'), { recursive: true });
    await mkdir(join(folder, 'data-of-others'));
    await writeFile(join(folder, 'file'), '');
    await symlink(join(folder, 'work'), join(folder, 'link'));
    await symlink(join(folder, 'data'), join(folder, 'way-in'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes paths, file URLs and links for the real folder', async () => {
    const expected = { provider: 'LOCAL', url: `${folder}/work/my project`, namespace: 'work', name: 'my project' };
    const path = join(folder, 'link', 'my project');
    for (const text of [
      path,
      `${path}/`,
      pathToFileURL(path).href,
      `file://localhost${encodeURI(path)}`,
      `${path}/.git`,
    ]) {
      expect(await parseRepositoryAddress(text, local)).toEqual(expected);
    }
  });

  it('refuses what is no folder, remote, or climbs', async () => {
    const texts = [
      '/',
      `${folder}/none`,
      `${folder}/file`,
      `${folder}/work/../work`,
      'file://host/etc',
      'file:relative',
    ];
    for (const text of [...texts, `file://${folder}/work/..`, `file://${folder}/%2e%2e`, `file://${folder}?x`]) {
      await expect(parseRepositoryAddress(text, local), text).rejects.toBeInstanceOf(ValidationError);
    }
  });

  it('refuses the data folder by every way in, but not its neighbour', async () => {
    const guarded = { ...local, forbidden: [join(folder, 'data')] };
    for (const name of ['data', 'data/inner', 'way-in', 'way-in/inner']) {
      await expect(parseRepositoryAddress(join(folder, name), guarded), name).rejects.toBeInstanceOf(ValidationError);
    }
    expect((await parseRepositoryAddress(join(folder, 'data-of-others'), guarded)).name).toBe('data-of-others');
  });
});

describe('safe addresses', () => {
  const question = { allow: [], protocol: 'https:' } as const;

  it.each([
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '127.0.0.1.',
    '0',
    '10.0.0.1',
    '172.16.9.9',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '::1',
    '[::]',
    '[::ffff:127.0.0.1]',
    '::ffff:7f00:1',
    '[::127.0.0.1]',
    '[64:ff9b::10.0.0.1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fc00::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[4000::1]',
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    '①②⑦.0.0.1',
    '',
    'a b',
    'a/b',
    'user@8.8.8.8',
    '8.8.8.8:80',
    '[::1%25lo]',
    'fe80::1%lo',
  ])('refuses %j', async (host) => {
    await expect(resolvePublicAddress(host, question)).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' });
  });

  it.each([
    ['8.8.8.8', '8.8.8.8', 4],
    ['134744072', '8.8.8.8', 4],
    ['[2606:4700:4700::1111]', '2606:4700:4700::1111', 6],
  ])('lets %j through', async (host, address, family) => {
    expect(await resolvePublicAddress(host, question)).toMatchObject({ address, family });
  });

  it('unwraps IPv4 in IPv6', () => {
    expect(['::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::'].map(isPublicAddress)).toEqual([true, true, true]);
    expect(isPublicAddress('no address')).toBe(false);
  });

  it('lets exactly the allowed origins reach private addresses', async () => {
    const allow = ['http://LOCALHOST:3000/', 'https://127.0.0.1', 'not a url'];
    const address = { address: '127.0.0.1', family: 4 };
    expect(await resolvePublicAddress('localhost', { allow, port: 3000, protocol: 'http:' })).toMatchObject(address);
    expect(await resolvePublicAddress('127.1', { allow, port: 443, protocol: 'https:' })).toMatchObject(address);
    for (const other of [
      { allow, port: 3001, protocol: 'http:' },
      { allow, port: 3000, protocol: 'https:' },
      { allow, protocol: 'http:' },
    ] as const) {
      await expect(resolvePublicAddress('localhost', other)).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' });
    }
  });

  it('says when a name has no address', async () => {
    await expect(resolvePublicAddress('no-such-host.invalid', question)).rejects.toMatchObject({
      code: 'ADDRESS_NOT_FOUND',
    });
  });

  it('does not wait for a slow name service after an abort', async () => {
    const signal = AbortSignal.abort(new Error('No longer wanted'));
    await expect(resolvePublicAddress('example.com', { ...question, signal })).rejects.toThrow('No longer wanted');
  });
});

describe('ref names', () => {
  it.each(['main', 'feature/x', 'v1.0', 'release-2', 'ünïcode', 'refs/pull/1/head', 'a@b'])('takes %j', (name) => {
    expect(isRefName(name)).toBe(true);
  });

  it.each([
    '',
    '-',
    '--upload-pack=x',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a..b',
    'a.lock',
    'a.lock/b',
    'a.',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    'a\0b',
    'a\nb',
    '@',
    'a@{1}',
    'HEAD',
    'x'.repeat(251),
  ])('refuses %j', (name) => {
    expect(isRefName(name)).toBe(false);
  });
});
