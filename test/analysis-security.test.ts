// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are programs as text, with templates of their own
import { describe, expect, it } from 'vitest';
import { rules } from '../src/code/security/rules.ts';
import { scanText } from '../src/code/security/scan-files.ts';
import { analyseSecurity } from '../src/code/security/security.ts';
import { memoryCache, treeOf } from './analysed-tree.ts';
import { pythonCases, scriptCases } from './security-cases.ts';

async function rulesIn(path: string, text: string): Promise<string[]> {
  const { findings } = await scanText(path, text);
  return findings.map((one) => `${one.severity} ${one.rule}`);
}

describe.each([
  { language: 'JavaScript', file: 'src/app.js', cases: scriptCases },
  { language: 'Python', file: 'src/app.py', cases: pythonCases },
])('In $language', ({ file, cases }) => {
  it.each(cases)('$rule is found: $name', async ({ rule, defect, severity }) => {
    const { findings } = await scanText(file, defect);
    const own = findings.filter((one) => one.rule === `security/${rule}`);
    expect(own.map((one) => one.severity)).toContain(severity);
    expect(own[0]?.cwe).toMatch(/^CWE-\d+$/);
    expect(own[0]?.suggestion).toMatch(/\.$/);
    // One finding for one defect: ruff says nothing of the same kind on the same line.
    const lines = new Set(own.map(({ line, cwe }) => `${line} ${cwe}`));
    expect(findings.filter((one) => one.engine === 'ruff' && lines.has(`${one.line} ${one.cwe}`))).toEqual([]);
  });

  it.each(cases)('the correct way is not: $rule, $name', async ({ correct }) => {
    const found = await rulesIn(file, correct);
    expect(found.filter((one) => !one.startsWith('low'))).toEqual([]);
  });
});

it('every rule has a case', () => {
  const tried = new Set<string>([...scriptCases, ...pythonCases].map(({ rule }) => rule));
  expect(Object.keys(rules).filter((id) => !tried.has(id))).toEqual([]);
});

describe('A finding', () => {
  it('names source, sink, line and what to write instead', async () => {
    const text = `import sqlite3\n\ndef load(request):\n    db = sqlite3.connect('a')\n    name = request.GET['name']\n    return db.execute("SELECT * FROM t WHERE n = '%s'" % name)\n`;
    const { findings } = await scanText('views.py', text);
    expect(findings).toEqual([
      expect.objectContaining({
        rule: 'security/sql-injection',
        engine: 'millwright',
        severity: 'high',
        line: 6,
        column: 12,
        cwe: 'CWE-89',
        message: 'Text from `request.GET.name` reaches `db.execute`, which runs it as part of an SQL statement.',
      }),
    ]);
  });

  it('follows a value through helpers, destructuring, awaits and arrays of the file', async () => {
    const text = `const { exec } = require('child_process');
function command(host) { const parts = ['ping', host]; return parts.join(' '); }
async function run(line) { await exec(line); }
app.post('/ping', async ({ body: { target } }, res) => { await run(command(target)); });`;
    expect(await rulesIn('a.js', text)).toEqual(['high security/command-injection']);
  });

  it('counts less in examples, and in tests only where it is a secret', async () => {
    const text = `app.get('/', (req, res) => eval(req.query.code));`;
    expect(await rulesIn('src/a.js', text)).toEqual(['high security/code-injection']);
    expect(await rulesIn('test/a.test.js', text)).toEqual([]);
    expect(await rulesIn('examples/a.js', text)).toEqual(['low security/code-injection']);
  });
});

describe('One defect', () => {
  it('is one finding where it is written in two statements or one inside the other', async () => {
    const context = `import ssl\nc = ssl.create_default_context()\nc.check_hostname = False\nc.verify_mode = ssl.CERT_NONE\n`;
    expect(await rulesIn('a.py', context)).toEqual(['high security/disabled-certificate-check']);
    const nested = `from sqlalchemy import text\n\ndef f(session, n):\n    return session.execute(text(f"SELECT 1 FROM u WHERE n = '{n}'"))\n`;
    expect(await rulesIn('a.py', nested)).toEqual(['medium security/sql-injection']);
    const apart = `def f(cursor, n):\n    query = "SELECT * FROM u WHERE n = '%s'" % n\n    log(query)\n    cursor.execute(query)\n`;
    expect(await rulesIn('a.py', apart)).toEqual(['medium security/sql-injection']);
  });

  it('is told where a secret stands, not where it is used', async () => {
    const used = `import jwt\nKEY_SECRET = 'q8Zr3LxW0vTn5KdY2mHb7'\na = jwt.encode({}, KEY_SECRET)\nb = jwt.decode(a, KEY_SECRET, algorithms=['HS256'])\n`;
    const { findings } = await scanText('a.py', used);
    expect(findings.map(({ rule, line }) => `${rule}:${line}`)).toEqual(['security/hard-coded-credential:2']);
    const twice = `import jwt\na = jwt.encode({}, 'secret')\nb = jwt.decode(a, 'secret', algorithms=['HS256'])\n`;
    const again = (await scanText('a.py', twice)).findings;
    expect(again.map(({ rule, line }) => `${rule}:${line}`)).toEqual(['security/hard-coded-credential:2']);
    expect(JSON.stringify(again.map(({ message }) => message))).not.toContain('secret`');
  });
});

describe('A long file', () => {
  it('is followed to its end through a chain of a hundred calls', async () => {
    const chain = `schema${'.optional()'.repeat(100)};\napp.get('/', (req, res) => eval(req.query.code));\n`;
    const { findings, gap } = await scanText('a.js', chain);
    expect(gap).toBeNull();
    expect(findings.map(({ rule }) => rule)).toEqual(['security/code-injection']);
  });

  it('says that it was not followed to its end when it takes too many steps, and keeps what was found', async () => {
    const called = `function go(a) {\n${'use(a);\n'.repeat(2_000)}}\n${'go(1);\n'.repeat(1_500)}`;
    const { findings, gap } = await scanText('a.js', `eval(process.argv[2]);\n${called}`);
    expect(findings.map(({ line }) => line)).toEqual([1]);
    expect(gap).toMatch(/only a part/);
  });
});

describe('Suppressions', () => {
  const python = (comment: string) => `import os, sys\nos.system('ls ' + sys.argv[1])  ${comment}\n`;
  const script = (before: string, after: string) =>
    `${before}\napp.get('/', (req, res) => eval(req.query.code)); ${after}\n`;

  it.each([
    ['# nosec', 0],
    ['# nosec B605', 0],
    ['# nosec: B101, B605 - the names are ours', 0],
    ['# nosec B101', 1],
    ['# nosec # B101 is another comment', 0],
    ['# noqa', 0],
    ['# noqa: S605', 0],
    ['# nosemgrep', 0],
    ['# noqa: E501', 1],
    ['# fine', 1],
  ])('of Python: %s leaves %i', async (comment, count) => {
    expect(await rulesIn('a.py', python(comment))).toHaveLength(count);
  });

  // Bandit's numbers stand for ruff's codes: B113 for S113, which ruff alone finds.
  it.each([
    ['# nosec', []],
    ['# nosec B113 - the server is ours', []],
    ['# nosec B101, B113', []],
    ['# nosec B101', ['ruff/S113']],
    ['# noqa: S113', []],
    ['# noqa: S1', []],
    ['# noqa: B113', ['ruff/S113']],
  ])('of what ruff finds in Python: %s leaves %j', async (comment, left) => {
    const text = `import requests\nreply = requests.get('https://example.com/')  ${comment}\n`;
    const { findings } = await scanText('a.py', text);
    expect(findings.map(({ engine, rule }) => `${engine}/${rule}`)).toEqual(left);
  });

  it.each([
    ['', '// eslint-disable-line no-eval', 0],
    ['// eslint-disable-next-line security/detect-eval-with-expression', '', 0],
    ['/* eslint-disable security/detect-eval-with-expression */', '', 0],
    ['/* eslint-disable security/detect-eval-with-expression */\n/* eslint-enable */', '', 1],
    ['// eslint-disable-next-line semi', '', 1],
    ['// nosemgrep', '', 0],
  ])('of JavaScript: %s %s leaves %i', async (before, after, count) => {
    expect(await rulesIn('a.js', script(before, after))).toHaveLength(count);
  });
});

describe('Secrets', () => {
  const github = `ghp_${'a1B2c3D4e5F6g7H8i9J0'}${'k1L2m3N4o5P6q7R8'}`;
  const strong = ['tR7', 'kQ2', 'vX9', 'mB4', 'wZ6', 'nL1', 'pY8'].join('');

  it.each([
    ['a known format', 'deploy.sh', `export TOKEN=${github}\n`],
    ['a settings file', 'config/prod.yml', `database:\n  password: ${strong}\n`],
    ['.env', '.env', `STRIPE_SECRET_KEY=${strong}\n`],
    ['an assignment', 'src/a.py', `API_KEY = "${strong}"\n`],
    ['a fallback of the environment', 'src/a.js', `const k = process.env.JWT_SECRET || '${strong}';\n`],
    ['a property', 'src/a.ts', `export const options = { clientSecret: '${strong}' };\n`],
    ['a connection string', 'src/b.py', `URL = "postgresql://app:${strong}@db.acme.io/app"\n`],
  ])('%s is found and its text is told nowhere', async (_, path, text) => {
    const { findings } = await scanText(path, text);
    expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'high security/hard-coded-credential',
    ]);
    const told = JSON.stringify(findings);
    expect(told).not.toContain(strong);
    expect(told).not.toContain(github);
    expect(told).toMatch(/…/);
  });

  it.each([
    ['a look into the environment', 'a.py', `API_KEY = os.environ["API_KEY"]\nPASSWORD = getenv('DB_PASSWORD')\n`],
    ['a placeholder', 'a.yml', 'password: changeme123\ntoken: your-token-here\nsecret: ${SECRET_VALUE}\n'],
    ['a UUID', 'a.js', `const token = '123e4567-e89b-12d3-a456-426614174000';\n`],
    ['a label', 'a.ts', `const passwordLabel = 'Your Password 123'; const tokenUrl = 'https://a.b/oauth2/Token9x';\n`],
    [
      'a hash of a secret that was looked through',
      '.secrets.baseline',
      `{"hashed_secret": "${strong}", "password": "${strong}"}\n`,
    ],
    ['a hash of a package', 'package-lock.json', `{"token": "${strong}", "password": "${strong}"}\n`],
    ['a public key', 'a.py', `PUBLIC_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDf8s7d6f87s6df"\n`],
    [
      'an error code',
      'a.ts',
      `const code = { INVALID_TOKEN: 'invalid_token', passwordError: 'auth/wrong-password' };\n`,
    ],
    ['a docstring', 'a.py', `def f():\n    """\n    SECRET_KEY = "${strong}"\n    """\n`],
    ['a silenced line', 'a.js', `const apiKey = '${strong}'; // secretlint-disable-line\n`],
  ])('%s is none', async (_, path, text) => {
    expect(await rulesIn(path, text)).toEqual([]);
  });

  it('a private key is found by its block', async () => {
    const body = `${strong}${strong}${strong}\n${strong}${strong}${strong}`;
    const text = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----\n`;
    const { findings } = await scanText('keys/server.pem', text);
    expect(findings.map(({ severity, cwe }) => `${severity} ${cwe}`)).toEqual(['high CWE-321']);
    expect(JSON.stringify(findings)).not.toContain(strong);
  });
});

describe('A tree', () => {
  const files = {
    'a.js': `app.get('/', (req, res) => eval(req.query.code));\n`,
    'b.py': `import ssl\ncontext = ssl.create_default_context()\nimport telnetlib\nfrom jinja2 import Environment\ne = Environment(autoescape=False)\n`,
    'c/.env': 'PLAIN=1\n',
    'broken.py': 'def f(:\n  eval(input(\n',
    'broken.js': 'function ( { eval(',
  };

  it('is looked at by all engines, and a broken file costs nothing else', async () => {
    const { findings, engines } = await analyseSecurity(await treeOf(files));
    const found = findings.map((one) => `${one.engine} ${one.rule} ${one.file}:${one.line}`);
    expect(found).toContain('millwright security/code-injection a.js:1');
    expect(found).toContain('ruff S701 b.py:5');
    expect(engines.map(({ engine }) => engine)).toEqual(['millwright', 'ruff', 'secretlint']);
  });

  it('is answered from the cache without a thread when nothing has changed', async () => {
    const cache = memoryCache();
    const first = await analyseSecurity(await treeOf(files, { cache }));
    expect(cache.size).toBe(Object.keys(files).length);
    const input = await treeOf(files, { cache });
    await input.threads.close();
    expect(await analyseSecurity(input)).toEqual(first);
  });

  it('gives the same whatever the order of files is', async () => {
    const input = await treeOf(files);
    const first = await analyseSecurity(input);
    const turned = await analyseSecurity({ ...input, files: input.files.toReversed(), cache: memoryCache() });
    const sorted = (findings: typeof first.findings) => findings.map((one) => JSON.stringify(one)).sort();
    expect(sorted(turned.findings)).toEqual(sorted(first.findings));
  });

  it('ends with the reason when it is aborted', async () => {
    const ending = new AbortController();
    const input = await treeOf(files, { signal: ending.signal });
    const running = analyseSecurity(input);
    ending.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(input.threads.busy).toBe(0);
  });

  it('names a file that nests too deeply as not looked at', async () => {
    const deep = `x = ${'('.repeat(30_000)}1${')'.repeat(30_000)}\n`;
    const { findings, gaps } = await analyseSecurity(await treeOf({ 'deep.py': deep, 'a.js': files['a.js'] }));
    expect(findings.map(({ file }) => file)).toContain('a.js');
    expect(gaps.every(({ file }) => file === 'deep.py')).toBe(true);
  });
});
