import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { foreignScript, generatedByName, generatedByText } from '../src/code/left-out.ts';
import { analyseQuality } from '../src/code/quality/quality.ts';
import { scanText } from '../src/code/security/scan-files.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

/** What is told of a text, as `severity rule`. */
async function told(path: string, text: string): Promise<string[]> {
  return (await scanText(path, text)).findings.map(({ severity, rule }) => `${severity} ${rule}`);
}

/** Statements of SQL in a function whose parameters anybody may give. */
const query = (text: string, head = '') =>
  `import db\nfrom other import quote_name, TABLE\n${head}\ndef look(names, table, row):\n    ${text}\n`;

describe('SQL that is put together is told', () => {
  const said = 'low S608';

  it.each([
    ['a list of values', 'sql = "SELECT a FROM b WHERE c IN (" + ", ".join(names) + ")"'],
    ['a name that comes from anywhere', 'sql = f"SELECT a FROM {table} WHERE b = ?"'],
    ['what a call gives', 'sql = f"SELECT a FROM b WHERE c = \'{row.label()}\'"'],
    [
      'a list that something was added to',
      'parts = ["a"]\n    parts.append(row.c)\n    sql = "SELECT %s FROM b" % ", ".join(parts)',
    ],
    ['a text called a query, in quotes', 'sql = f"SELECT a FROM b WHERE c LIKE \'{row.query}\'"'],
    ['a loop over names of anybody', 'for one in row.names:\n        db.run(f"DELETE FROM {one}")'],
    ['a cast, which is no placeholder', 'sql = f"SELECT a FROM b WHERE c = ?::{row.kind}"'],
  ])('where it takes in %s', async (_, text) => {
    expect(await told('src/a.py', query(text))).toContain(said);
  });

  it.each([
    [
      'as many placeholders as there are values',
      'sql = "SELECT a FROM b WHERE c IN (%s)" % ", ".join("?" * len(names))',
    ],
    ['a list of them', 'marks = ",".join(["%s"] * len(names))\n    sql = f"SELECT a FROM b WHERE c IN ({marks})"'],
    ['one for each value', 'sql = "SELECT a FROM b WHERE c IN ({})".format(", ".join("?" for _ in names))'],
    ['the name of a placeholder', 'sql = f"SELECT a FROM b WHERE c = :{row.key} OR d = %({row.other})s"'],
    ['a constant of the file', 'sql = f"SELECT a FROM {PLACE} WHERE b = ?"'],
    ['a constant of another file', 'sql = f"SELECT a FROM {TABLE} WHERE b = ?"'],
    ['names of a fixed list', 'for one in ("a", "b"):\n        db.run(f"DELETE FROM {one}")'],
    [
      'a list that something fixed was added to',
      'parts = ["a"]\n    parts.append("c")\n    sql = "SELECT %s FROM b" % ", ".join(parts)',
    ],
    ['a number', 'sql = f"SELECT a FROM b LIMIT {int(row.count)} OFFSET {len(names) * 2}"'],
    ['quoted names', 'sql = f"SELECT {\', \'.join(quote_name(one) for one in names)} FROM {quote_name(table)}"'],
    ['a statement that is told where it is made', 'sql = f"SELECT count(*) FROM ({row.sql}) AS inner_rows"'],
  ])('and not where it takes in %s', async (_, text) => {
    expect(await told('src/a.py', query(text, 'PLACE = "b"'))).toEqual([]);
  });
});

describe('A secret is told', () => {
  const said = /hard-coded-credential$/;

  it.each([
    ['public/messages/sv.json', '{\n  "confirm-password": "Bekräfta lösenord",\n  "password": "Lösenord"\n}\n'],
    ['public/messages/cs.json', '{\n  "weak-password": "Slabé heslo.",\n  "forgot-password": "Glemt kodeord?"\n}\n'],
    ['public/messages/ja.json', '{\n  "change-password": "パスワードを変更",\n  "master-token": "Token Chính"\n}\n'],
    ['public/language/de/users.json', '{\n  "password": "Kennwort-123"\n}\n'],
    ['assets/coins.json', '{\n  "PASS": "Blockpass",\n  "XPASS": "XPASS Token"\n}\n'],
  ])('and not what pages call it, in any language: %s', async (path, text) => {
    expect(await told(path, text)).toEqual([]);
  });

  it.each([
    ['public/messages/sv.json', '{\n  "confirm-password": "Bekräfta-9lösenord!"\n}\n'],
    ['settings/live.json', '{\n  "password": "kennwort9-Xq"\n}\n'],
    ['src/language/reader.js', "const password = 'kennwort9-Xq';\n"],
  ])('where it is one, whatever the folder: %s', async (path, text) => {
    expect(await told(path, text)).toEqual([expect.stringMatching(said)]);
  });
});

/** A place that is wrong, and one that only looks like it. */
const pairs: readonly (readonly [name: string, path: string, said: string, defect: string, alike: string])[] = [
  [
    'certificates of others, not those that a server asks nobody for',
    'src/a.js',
    'high security/disabled-certificate-check',
    'https.createServer({ key, cert, requestCert: true, rejectUnauthorized: false }, app);\n',
    'https.createServer({ key, cert, requestCert: false, rejectUnauthorized: false }, app);\n',
  ],
  [
    'certificates of others, not the one of the machine itself',
    'src/a.js',
    'high security/disabled-certificate-check',
    "https.get({ hostname: 'localhost.example.com', rejectUnauthorized: false }, done);\n",
    "https.get({ hostname: 'localhost', rejectUnauthorized: false }, done);\n",
  ],
  [
    'digests that decide, not the one that a header is named after',
    'src/a.js',
    'low security/weak-hash',
    "const crypto = require('crypto');\nexports.sum = (body) => crypto.createHash('md5').update(body).digest('base64');\n",
    "const crypto = require('crypto');\nexports.sum = (res, body) => {\n  const sum = crypto.createHash('md5').update(body).digest('base64');\n  res.setHeader('Content-MD5', sum);\n};\n",
  ],
  [
    'secrets that are compared, not a challenge that everybody is shown',
    'src/a.js',
    'medium security/timing-attack',
    "app.get('/x', (req, res) => {\n  if (req.params.token === config.webhook.token) res.end('ok');\n});\n",
    "app.get('/x', (req, res) => {\n  if (req.params.token === config.webhook.challenge.token) res.end('ok');\n});\n",
  ],
  [
    'merges into what is shared, not into what is made on the spot',
    'src/a.js',
    'medium security/prototype-pollution',
    "const _ = require('lodash');\napp.post('/x', (req, res) => {\n  _.merge(settings, req.body);\n});\n",
    "const _ = require('lodash');\napp.post('/x', (req, res) => {\n  const all = _.merge({}, settings, req.body);\n  res.json(all);\n});\n",
  ],
  [
    'messages of any page, not those of the own worker',
    'src/a.js',
    'medium security/open-redirect',
    "window.addEventListener('message', (event) => {\n  window.location.href = event.data.url;\n});\n",
    "navigator.serviceWorker.addEventListener('message', (event) => {\n  window.location.href = event.data.url;\n});\n",
  ],
  [
    'HTML with what a caller writes, not with the number of a row',
    'src/a.py',
    'medium security/cross-site-scripting',
    'from django.utils.safestring import mark_safe\ndef show(record):\n    return mark_safe(f"<a>{record.title}</a>")\n',
    'from django.utils.safestring import mark_safe\ndef show(record):\n    return mark_safe(f"<a>{record.pk}</a>")\n',
  ],
  [
    'what others may call, not a function of the file whose calls are all there',
    'src/a.py',
    'medium security/cross-site-scripting',
    'from django.utils.safestring import mark_safe\ndef _label(title):\n    return mark_safe(f"<b>{title}</b>")\nLABELS = {"all": _label}\n',
    'from django.utils.safestring import mark_safe\ndef _label(title):\n    return mark_safe(f"<b>{title}</b>")\nONE = _label("all")\n',
  ],
  [
    'paths of a request, not those that a function has made safe',
    'src/a.js',
    'high security/path-traversal',
    "const fs = require('fs');\nconst trimPathname = require('./trim-pathname');\napp.get('/x', (req, res) => {\n  let name = req.query.name;\n  name = escapeName(name);\n  fs.readFile('/srv/' + name, done);\n});\n",
    "const fs = require('fs');\nconst sanitizePathname = require('./sanitize-pathname');\napp.get('/x', (req, res) => {\n  let name = req.query.name;\n  name = sanitizePathname(name);\n  fs.readFile('/srv/' + name, done);\n});\n",
  ],
  [
    'text of a request, not one that is a key of a table',
    'src/a.js',
    'high security/cross-site-scripting',
    "app.get('/x', (req, res) => {\n  const name = req.params.name;\n  if (Object.prototype.hasOwnProperty.call(name, 'length')) res.send('<b>' + name + '</b>');\n});\n",
    "app.get('/x', (req, res) => {\n  const name = req.params.name;\n  if (Object.prototype.hasOwnProperty.call(table, name)) res.send('<b>' + name + '</b>');\n});\n",
  ],
];

describe('A weakness is told of', () => {
  it.each(pairs)('%s', async (_, path, said, defect, alike) => {
    expect(await told(path, defect)).toContain(said);
    expect(await told(path, alike)).toEqual([]);
  });

  it('little of a cipher where it only reads what others have encrypted', async () => {
    const cipher = (mode: string, first: string, second: string) =>
      `from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes\ndef one(data, key):\n    cipher = Cipher(algorithms.AES(key), modes.${mode})\n    return cipher.${first}().update(data)\n\ndef other(c):\n    return c.${second}()\n`;
    expect(await told('src/a.py', cipher('ECB()', 'encryptor', 'decryptor'))).toEqual(['high security/weak-cipher']);
    expect(await told('src/a.py', cipher('ECB()', 'decryptor', 'encryptor'))).toEqual(['low security/weak-cipher']);
    const fixed = 'CBC(b"1234567890123456")';
    expect(await told('src/a.py', cipher(fixed, 'encryptor', 'decryptor'))).toEqual(['high security/static-iv']);
    expect(await told('src/a.py', cipher(fixed, 'decryptor', 'encryptor'))).toEqual([]);
  });

  it('little of a check that whoever runs it has asked to be off', async () => {
    const chosen = (name: string) =>
      `export const tls = options.get('${name}') === 'no' ? { rejectUnauthorized: false } : {};\n`;
    expect(await told('src/a.ts', chosen('rejectUnauthorized'))).toEqual(['low security/disabled-certificate-check']);
    expect(await told('src/a.ts', chosen('colour'))).toEqual(['high security/disabled-certificate-check']);
  });
});

describe('A script is left out as one of others', () => {
  const banner =
    '/*!\n * Bars 3.1\n * Copyright 2013 Somebody\n * Licensed under the MIT License\n */\nvar bars = 1;\n';
  const plain = '/* Draws the bars of the start page. */\nvar bars = 1;\n';
  const universal =
    "(function (root, factory) {\n  if (typeof define === 'function' && define.amd) define([], factory);\n  else root.bars = factory();\n})(this, function () {});\n";

  it.each([
    ['app/static/js/libs/bars.js', banner],
    ['app/static/js/libs/bars.js', `(function (window) {\n${banner}})(window);\n`],
    ['public/vendors/bars.js', universal],
    ['src/static/js/vendors/bars.ts', banner],
    ['src/public/backbone.js', banner],
    [
      'a/static/lib/bars.js',
      '/*\n  Bars\n  version 2\n  Licenced as X11: http://bars.example.com\n*/\nvar bars = 1;\n',
    ],
    ['app/static/js/jquery.ui.js', banner],
    ['app/static/lib/bars-3.1.0.js', plain],
    ['app/static/lib/bars/3.1.0/bars.js', plain],
    ['web/assets/3rd-party/bars.js', '// bars v3.1\n// https://bars.example.com\nvar bars = 1;\n'],
  ])('where it stands among published ones and says so: %s', (path, text) => {
    expect(foreignScript(path, text)).toMatchObject({ reason: 'vendored' });
  });

  it.each([
    ['src/libs/bars.js', banner],
    ['lib/bars-3.1.0.js', banner],
    ['src/static/bars.js', banner],
    ['public/js/lib/bars.js', plain],
    ['public/js/lib/bars.js', `import { draw } from './draw.js';\n${banner}`],
    ['public/js/lib/bars.py', banner],
    ['public/jquery.js', plain],
    ['src/backbone.js', banner],
  ])('and not where either is missing: %s', (path, text) => {
    expect(foreignScript(path, text)).toBeNull();
  });

  it('that a bundler put together for every loader', () => {
    const head = (name: string, given: string) => `(function ${name}(${given}) {\n  if (typeof exports === 'object') {`;
    const heads = [head('webpackUniversalModuleDefinition', 'root, factory'), `/*! bars */\n!${head('', 'e, t')}`];
    for (const text of heads) expect(generatedByText(text)).toMatchObject({ reason: 'generated' });
    for (const text of [head('', 'root, factory'), '(function (a, b) {\n  return a + b;\n})(1, 2);\n'])
      expect(generatedByText(text)).toBeNull();
  });

  it('by a name that is a hash of what it holds', () => {
    expect(generatedByName('81EB501BD7AB47786C30D3175CE1EA2B.cache.js')).toMatchObject({ reason: 'generated' });
    expect(generatedByName('decade.cache.js')).toBeNull();
  });
});

/** What the analysis of quality says of a tree of one file, as `rule:line`. */
async function quality(path: string, text: string): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'false-alarms-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, path), text);
  const folder = await resolveFolder(root);
  const { files } = await readSourceTree(folder);
  const hashes = new Map(files.flatMap(({ path: name, sha256 }) => (sha256 === null ? [] : [[name, sha256] as const])));
  const threads = createThreadPool({ threads: 1 });
  onTestFinished(() => threads.close());
  const cache = { read: () => new Map(), write: () => undefined, close: () => undefined };
  const { signal } = new AbortController();
  const { findings } = await analyseQuality({ root: folder, files, hashes, threads, cache, signal });
  return findings.map(({ rule, line }) => `${rule}:${line}`).sort();
}

describe('Python is told of', () => {
  it('an error that is passed over in silence, not one whose comment says why', async () => {
    const handler = (body: string) => `def close(one):\n    try:\n        one.close()\n    except Exception:\n${body}`;
    expect(await quality('a.py', handler('        pass\n'))).toContain('S110:4');
    expect(await quality('a.py', handler('        # It is closed already.\n        pass\n'))).not.toContain('S110:4');
    expect(await quality('a.py', handler('        pass  # It is closed already.\n'))).not.toContain('S110:4');
  });

  it('what its author has not said to pylint to be meant, to the end of the block', async () => {
    const text = [
      'class Config:',
      '    # pylint: disable=unused-import',
      '    def ready(self):',
      '        from . import receivers',
      '',
      '',
      'def other():',
      '    from . import receivers',
      '',
    ].join('\n');
    expect((await quality('a.py', text)).filter((one) => one.startsWith('F401'))).toEqual(['F401:8']);
  });

  it('code that is commented out, not what a comment shows', async () => {
    const lines = ['x = 1', '# y = look(x)', '# if y:', '#     x = y', '# z = look(y)', '# print(z)', ''].join('\n');
    expect((await quality('a.py', lines)).filter((one) => one.startsWith('ERA001'))).toHaveLength(1);
    expect(await quality('a.py', lines.replace('# y', '# Example usage:\n# y'))).toEqual([]);
  });

  it('a function that does much, not one that holds a long table', async () => {
    const rows = Array.from({ length: 150 }, (_, at) => `        "name ${at}": ${at},`).join('\n');
    const table = `def table():\n    return {\n${rows}\n    }\n`;
    expect(await quality('a.py', table)).not.toContain('long-function:1');
    const steps = Array.from({ length: 60 }, (_, at) => `    act(${at},\n        ${at})`).join('\n');
    expect(await quality('a.py', `def table(act):\n${steps}\n`)).toContain('long-function:1');
    const branching = `def table(key):\n    if key == 1:\n        return 1\n    if key == 2:\n        return 2\n    return {\n${rows}\n    }\n`;
    expect(await quality('a.py', branching)).toContain('long-function:1');
  });
});
