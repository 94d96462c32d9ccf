import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { CommandLine, mainScript, projectRoot } from './command-line.ts';

const accounts = z.object({
  users: z.array(z.looseObject({ email: z.string(), username: z.string(), role: z.string(), isActive: z.boolean() })),
});
const serverResult = z.object({
  addresses: z.array(z.string()),
  graphiql: z.array(z.string()),
  signIn: z.object({ login: z.string(), password: z.string(), authorization: z.string() }),
  pid: z.number(),
});
const docsResult = z.object({
  job: z.looseObject({ id: z.string(), status: z.string() }),
  commit: z.string().nullable(),
  coverage: z.looseObject({ publicSymbols: z.number(), documentedSymbols: z.number(), percentage: z.number() }),
  folder: z.string(),
  pages: z.array(z.looseObject({ path: z.string(), size: z.number(), file: z.string() })),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
});

let cli: CommandLine;
/** Held here, so that each command joins it quickly instead of starting its own. */
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  cli = await CommandLine.create();
  postgres = await startEmbeddedPostgres({ dataDir: cli.dataDir, durable: false });
});

afterAll(async () => {
  await postgres.leave();
  await cli.remove();
});

describe('accounts', () => {
  it('makes an account, taking a password against the rule with a warning', async () => {
    const made = await cli.run(['user', 'create', '--email', 'Ada@Example.com', '--password', 'secret', '--superuser']);
    expect(made).toMatchObject({ code: 0, stdout: 'Made ada@example.com (username ada, role admin).\n' });
    expect(made.stderr).toMatch(/^Warning: the password must have at least 8 characters/);
    const again = await cli.run(['user', 'create', '--email', 'ada@example.com', '--password', 'long enough 1']);
    expect(again).toEqual({ code: 1, stdout: '', stderr: 'This email is already registered\n' });
  });

  it('reads a password from standard input', async () => {
    const words = ['user', 'create', '--email', 'grace@example.com', '--password', '-', '--role', 'viewer'];
    expect(await cli.result(words, { input: 'correct horse\n' })).toMatchObject({
      user: { email: 'grace@example.com', role: 'viewer', isActive: true },
    });
  });

  it('names what is missing when nobody is there to be asked', async () => {
    const refused = await cli.run(['user', 'create', '--username', 'x']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe('Give --email and --password: nobody is at a terminal to be asked\n');
  });

  it('lists accounts and changes their roles', async () => {
    await cli.run(['user', 'create', '--email', 'linus@example.com', '--password', 'long enough 1']);
    const changed = await cli.run(['user', 'set-role', 'linus@example.com', '--role', 'admin']);
    expect(changed).toMatchObject({ code: 0, stdout: 'linus@example.com is now admin.\n' });
    const { users } = accounts.parse(await cli.result(['user', 'list']));
    expect(users.find(({ email }) => email === 'linus@example.com')).toMatchObject({
      role: 'admin',
      username: 'linus',
    });
    expect((await cli.run(['user', 'list'])).stdout).toMatch(/linus@example\.com +linus +admin +yes +\d{4}-/);
    const unknown = await cli.run(['user', 'set-role', 'nobody@example.com', '--role', 'admin']);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('There is no account nobody@example.com');
  });

  it('gives an account credits, and refuses what is no number', async () => {
    await cli.run(['user', 'create', '--email', 'rich@example.com', '--password', 'long enough 1']);
    const given = await cli.run(['user', 'grant', 'rich@example.com', '50']);
    expect(given).toMatchObject({ code: 0, stdout: 'rich@example.com now has 150 credits.\n' });
    const words = ['user', 'grant', 'rich', '7', '--type', 'refund', '--description', 'sorry'];
    const transaction = { type: 'refund', amount: 7, description: 'sorry', balanceAfter: 157 };
    expect(await cli.result(words)).toMatchObject({ transaction });
    const refused = await cli.run(['user', 'grant', 'rich@example.com', 'many']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('amount: must be a whole number from 1 to 1000000');
  });

  it('prints an API key and nothing else, wherever --json stands', async () => {
    await cli.run(['user', 'create', '--email', 'key@example.com', '--password', 'long enough 1', '--role', 'viewer']);
    const after = await cli.run(['user', 'api-key', 'key@example.com', '--json']);
    const before = await cli.run(['--json', 'user', 'api-key', 'key@example.com']);
    for (const { code, stdout } of [after, before]) {
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ key: expect.stringMatching(/^mw_[\w-]{40,}$/) });
    }
    expect((await cli.run(['user', 'api-key', 'key@example.com'])).stdout).toMatch(/^mw_[\w-]{40,}\n$/);
  });

  it('asks at a terminal for what is missing', async ({ skip }) => {
    if (spawnSync('script', ['--version']).status !== 0) skip('script(1) makes the terminal, and is not here');
    const command = `stty cols 100 rows 40; '${process.execPath}' '${mainScript}' user create --role viewer`;
    const asked = cli.start(['-qec', command, '/dev/null'], { program: 'script', environment: { TERM: 'xterm' } });
    for (const [question, answer] of [
      [/Email/, 'typed@example.com'],
      [/Username/, ''],
      [/Display name/, 'Typed'],
      [/Password/, 'short'],
      [/The same again/, 'short'],
      [/Take it all the same/, 'y'],
    ] as const) {
      await asked.output(question);
      asked.type(answer === 'y' ? answer : `${answer}\r`);
    }
    expect((await asked.ended).code).toBe(0);
    expect(asked.stdout).not.toContain('short');
    const { users } = accounts.parse(await cli.result(['user', 'list']));
    expect(users.find(({ email }) => email === 'typed@example.com')).toMatchObject({
      role: 'viewer',
      username: 'typed',
      displayName: 'Typed',
    });
  });
});

describe('settings', () => {
  it.each([['user list'], ['server run'], ['server routes'], ['worker'], ['db current'], ['cmd']])(
    'refuses production without a secret in one sentence: %s',
    async (words) => {
      const refused = await cli.run(words.split(' '), { environment: { ENVIRONMENT: 'production' } });
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^SECRET_KEY is missing: [^\n]*\n$/);
    },
  );

  it('gives errors as JSON when JSON is wanted', async () => {
    const refused = await cli.run(['user', 'list', '--json'], { environment: { ENVIRONMENT: 'staging' } });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(refused.stderr)).toEqual({
      error: { code: 'CONFIG_ERROR', message: expect.stringContaining('SECRET_KEY') },
    });
    const mistyped = await cli.run(['user', 'lst', '--json']);
    expect(mistyped).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(mistyped.stderr)).toEqual({
      error: { code: expect.any(String), message: expect.stringContaining("unknown command 'lst'") },
    });
  });
});

describe('own commands', () => {
  it('seeds as many records as asked', async () => {
    const seeded = await cli.run(['cmd', 'seed', '--count', '100']);
    expect(seeded).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Created 100 records!\n/) });
    expect(await cli.result(['cmd', 'seed', '-c', '3'])).toMatchObject({ created: 3 });
    expect(await count('SELECT count(*) FROM "Item"')).toBe(103);
    const refused = await cli.run(['cmd', 'seed', '--count', 'many']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^The options do not fit: --count: [^\n]*\n$/);
  });

  it('lists what is there', async () => {
    expect((await cli.run(['cmd'])).stdout).toMatch(/seed +Fill the database with test data/);
    expect(await cli.result(['cmd'])).toMatchObject({ commands: [{ name: 'seed' }], broken: [] });
  });

  it('names a broken command without breaking the others', async () => {
    const script = fileURLToPath(new URL('./fixtures/own-commands/main.ts', import.meta.url));
    const listed = await cli.run([], { script });
    expect(listed.stdout).toMatch(/greet +Greet somebody/);
    expect(listed.stderr).toContain('broken.ts cannot be used: this file is broken');
    expect(listed.stderr).toContain('plain.ts cannot be used: its default export is not made by defineCommand');
    const greeted = await cli.run(['greet', 'Ada', '--polite-form'], { script });
    expect(greeted).toMatchObject({ code: 0, stdout: 'Good day, Ada.\n' });
    const broken = await cli.run(['broken'], { script });
    expect(broken).toMatchObject({ code: 1, stderr: 'broken.ts cannot be used: this file is broken\n' });
  });
});

describe('the rest', () => {
  it('lists routes and sockets without starting anything', async () => {
    const fresh = await CommandLine.create();
    const { routes } = z
      .object({ routes: z.array(z.object({ method: z.string(), path: z.string(), purpose: z.string().min(1) })) })
      .parse(await fresh.result(['server', 'routes']));
    const listed = routes.map(({ method, path }) => `${method} ${path}`);
    expect(listed).toEqual(
      expect.arrayContaining([
        'POST /graphql',
        'WS /graphql',
        'GET /health/ready',
        'GET /artifacts/:id',
        'GET /metrics',
      ]),
    );
    expect(existsSync(fresh.dataDir)).toBe(false);
    await fresh.remove();
  });

  it('shows how the database stands', async () => {
    expect(await cli.result(['db', 'current'])).toMatchObject({ upToDate: true, problems: [] });
    expect((await cli.run(['db', 'history'])).stdout).toMatch(/_init +applied/);
  });

  it('says in one sentence that a port is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const refused = await cli.run(['server', 'run', '--port', port], { environment: { LOG_LEVEL: 'silent' } });
    holder.close();
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken[^\\n]*\\n$`));
  });
});

describe('docs run', () => {
  let repository: string;

  beforeAll(async () => {
    repository = await makeRepository(join(cli.folder, 'tiny'));
  });

  it('documents a repository alone, leaves it as it was, and stops the database behind it', async () => {
    const alone = await CommandLine.create();
    const ended = await alone.run(['docs', 'run', './tiny', '--out', 'pages'], { cwd: cli.folder });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^100 % {2}Completed/m);
    expect(ended.stdout).toMatch(/^Coverage: 1 of 2 public symbols/m);
    expect(ended.stdout).toMatch(/^src\/shapes\.py +1 of 2 +50 % +bare$/m);
    expect(ended.stdout).toContain('Left out: 1 file (binary)');
    expect(git(repository, ['status', '--porcelain'])).toBe('');
    expect(git(repository, ['apply', '--check', join(cli.folder, 'pages', 'documentation.patch')])).toBe('');
    expect(await readdir(join(cli.folder, 'pages', 'docs'))).toContain('API_DOCUMENTATION.md');
    expect(existsSync(join(alone.dataDir, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
    await alone.remove();
  });

  it('writes nothing but the result with --json, and the pages into the data folder without --out', async () => {
    const ended = await cli.run(['docs', 'run', repository, '--json']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const result = docsResult.parse(JSON.parse(ended.stdout));
    expect(result.job.status).toBe('COMPLETED');
    expect(result.commit).toBe(git(repository, ['rev-parse', 'HEAD']));
    expect(result.coverage).toMatchObject({ publicSymbols: 2, documentedSymbols: 1, percentage: 50 });
    expect(result.skipped).toEqual([{ path: 'blob.bin', reason: 'binary' }]);
    expect(result.folder).toBe(join(cli.dataDir, 'pages', `${cli.folder.split('/').at(-1)}-tiny`));
    for (const { file, size } of result.pages) expect(readFileSync(file).byteLength).toBe(size);
  });

  it('does not replace files of somebody else unless forced', async () => {
    const out = join(cli.folder, 'occupied');
    await mkdir(out);
    await writeFile(join(out, 'README.md'), 'mine');
    const refused = await cli.run(['docs', 'run', repository, '--out', out]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^README\.md is in .* already/);
    expect(await readdir(out)).toEqual(['README.md']);
    expect((await cli.run(['docs', 'run', repository, '--out', out, '--force'])).code).toBe(0);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).not.toBe('mine');
  });

  it('fails with the sentence of the job that failed', async () => {
    const failed = await cli.run(['docs', 'run', repository, '--ref', 'no-such-branch']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toBe('The repository has no branch, tag or commit of that name\n');
    const missing = await cli.run(['docs', 'run', './nowhere']);
    expect(missing).toMatchObject({ code: 1, stderr: `There is no folder ${join(cli.folder, 'nowhere')}.\n` });
  });

  it('cancels the job on Ctrl-C and says so', async () => {
    const running = cli.start(['docs', 'run', repository]);
    await running.output(/Waiting for a worker/);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 130, stderr: 'The job was cancelled.\n' });
    expect(await count(`SELECT count(*) FROM "Job" WHERE status IN ('QUEUED', 'RUNNING')`)).toBe(0);
    expect(await count(`SELECT count(*) FROM "Job" WHERE status = 'CANCELLED'`)).toBe(1);
  });
});

describe('server run', () => {
  it('serves with a ready sign-in, lets commands work beside it, and closes on SIGTERM', async () => {
    const server = cli.start(['server', 'run', '--json'], { environment: { LOG_LEVEL: 'warn' } });
    const ready = serverResult.parse(JSON.parse((await server.output(/^\{[\s\S]*^\}/m))[0]));
    const [address = ''] = ready.addresses;
    const answer = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: ready.signIn.authorization },
      body: JSON.stringify({ query: '{ me { email role } }' }),
    });
    expect(await answer.json()).toMatchObject({ data: { me: { email: ready.signIn.login, role: 'ADMIN' } } });

    const { users } = accounts.parse(await cli.result(['user', 'list']));
    expect(users.map(({ email }) => email)).toContain(ready.signIn.login);
    const documented = docsResult.parse(
      await cli.result(['docs', 'run', await makeRepository(join(cli.folder, 'beside'))]),
    );
    expect(documented.job.status).toBe('COMPLETED');

    expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('starts again when the source changes, without the database, and leaves no orphan', async () => {
    const server = cli.start(['server', 'run', '--reload', '--json'], { environment: { LOG_LEVEL: 'warn' } });
    const first = serverResult.parse(JSON.parse((await server.output(/^\{[\s\S]*?^\}/m))[0]));
    const postmaster = readFileSync(join(cli.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
    const seen = server.stdout.length;
    await utimes(join(projectRoot, 'src', 'cli', 'commands', 'seed.ts'), new Date(), new Date());
    const second = serverResult.parse(JSON.parse((await server.output(/^\{[\s\S]*?^\}/m, seen))[0]));
    expect(second.pid).not.toBe(first.pid);
    expect(isAlive(first.pid)).toBe(false);
    expect(readFileSync(join(cli.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).toBe(postmaster);
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    expect(isAlive(second.pid)).toBe(false);
  });
});

async function makeRepository(folder: string): Promise<string> {
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'pyproject.toml'), '[project]\nname = "tiny"\nversion = "1"\n');
  await writeFile(
    join(folder, 'src', 'shapes.py'),
    'def told():\n    """Says."""\n\n\ndef bare(a: int):\n    return a\n',
  );
  await writeFile(join(folder, 'blob.bin'), Buffer.from([0, 1, 2, 0, 255, 254]));
  git(folder, ['init', '-q', '-b', 'main']);
  git(folder, ['add', '-A']);
  git(folder, ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '-q', '-m', 'First']);
  return folder;
}

function git(folder: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', ['-C', folder, ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
  return stdout.trim();
}

async function count(sql: string): Promise<number> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query<{ count: string }>(sql);
  await client.end();
  return Number(rows[0]?.count);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
