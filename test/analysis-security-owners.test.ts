import { describe, expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

/** What is told of a text, as `severity rule`. */
async function told(path: string, text: string): Promise<string[]> {
  const { findings } = await scanText(path, text);
  return findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`);
}

describe('A hash of a password', () => {
  const check = (body: string) =>
    `import base64, hashlib, hmac\n\nclass Users:\n    def check(self, name, password):\n        stored = self.users[name]\n${body}\n`;
  const hashed = "base64.b64encode(hashlib.sha1(password.encode()).digest()).decode('ascii')";

  it.each([
    `        return stored == ${hashed}`,
    `        if stored.startswith('{SSHA512}'):\n            return stored == ${hashed}`,
    `        if not stored.startswith('{SHA}'):\n            return stored == ${hashed}`,
    `        if stored.startswith('{SHA}'):\n            self.users[name] = '{SHA}' + ${hashed}`,
    `        if stored.startswith('{SHA}'):\n            self.users[name] = ${hashed}\n        else:\n            return stored == password`,
    `        if stored.startswith('{SHA}'):\n            pass\n        return stored == ${hashed}`,
  ])('is told where the program has chosen it: %s', async (body) => {
    expect(await told('src/a.py', check(body))).toContain('high weak-hash');
  });

  it.each([
    `        if stored.startswith('{SHA}'):\n            made = ${hashed}\n            return stored[5:] == made\n        return False`,
    `        if stored.startswith("{SHA}"):\n            return hmac.compare_digest(stored[5:], ${hashed})`,
  ])('weighs little where what is stored says how it was made: %s', async (body) => {
    const found = await told('src/a.py', check(body));
    expect(found).toContain('low weak-hash');
    expect(found).not.toContain('high weak-hash');
  });

  it('of a script is told by the same', async () => {
    const verify = (body: string) =>
      `import crypto from 'node:crypto';\nexport function verify(stored, password) {\n${body}\n  return false;\n}\n`;
    const made = "crypto.createHash('sha1').update(password).digest('base64')";
    expect(
      await told(
        'src/a.js',
        verify(`  if (stored.startsWith('{SHA}')) {\n    return stored.slice(5) === ${made};\n  }`),
      ),
    ).toContain('low weak-hash');
    expect(await told('src/a.js', verify(`  return stored === ${made};`))).toContain('high weak-hash');
    expect(
      await told(
        'src/a.js',
        verify(`  if (stored.startsWith('{SHA}')) {\n    log(stored);\n  }\n  return stored === ${made};`),
      ),
    ).toContain('high weak-hash');
  });
});

it('the hash of the name of a certificate proves nothing, that of the certificate does', async () => {
  const hash = (what: string) =>
    `import hashlib\n\ndef name_of(ca: x509.Certificate) -> str:\n    return hashlib.md5(${what}).hexdigest()\n`;
  expect(await told('src/a.py', hash('ca.subject.public_bytes()'))).toEqual(['low weak-hash']);
  expect(await told('src/a.py', hash('ca.public_bytes(Encoding.DER)'))).toEqual(['medium weak-hash']);
});

describe('The mask of a process', () => {
  const mask = (next: string) =>
    `import os\n\ndef keep():\n    old = os.umask(0)\n    ${next}\n    write()\n    os.umask(old)\n`;

  it.each(['os.umask(old)', 'os.umask(old | 0o77)', 'os.umask(0o077 | old)'])(
    'is only asked for before %s',
    async (next) => {
      expect(await told('src/a.py', mask(next))).toEqual([]);
    },
  );

  it.each([
    'pass',
    'os.umask(old & 0o700)',
    'os.umask(other | 0o77)',
    'os.umask(old | 0o77 & more())',
    'write(); os.umask(old)',
  ])('is told where files are made with it: %s', async (next) => {
    expect(await told('src/a.py', mask(next))).toEqual(['medium world-writable']);
  });
});

describe('A document of XML', () => {
  const view = (head: string, body: string) =>
    `import xml.sax, xml.dom.minidom, xml.dom.pulldom\nfrom flask import Flask, request\napp = Flask(__name__)\n${head}\n    ${body}\n`;
  const route = "@app.route('/x', methods=['POST'])\ndef take():";

  it.each([
    ['low', 'def load(document):', 'return xml.dom.minidom.parseString(document)'],
    ['medium', route, 'return xml.dom.minidom.parseString(request.data).toxml()'],
    [
      'high',
      route,
      'parser = xml.sax.make_parser()\n    parser.setFeature(xml.sax.handler.feature_external_ges, True)\n    return str(list(xml.dom.pulldom.parseString(request.data, parser=parser)))',
    ],
  ])('is told as %s: %s %s', async (severity, head, body) => {
    const found = (await told('src/a.py', view(head, body))).filter((one) => one.endsWith('xml-external-entity'));
    expect(found).toContain(`${severity} xml-external-entity`);
    if (severity !== 'high') expect(found).toEqual([`${severity} xml-external-entity`]);
  });
});

describe('An address of the page', () => {
  const go = (address: string) =>
    `function leave(url) {\n  location.href = url.href;\n}\nexport const back = (to) => leave(${address});\n`;

  it.each([
    "new URL(new URLSearchParams(location.search).get('to'), location.href)",
    "new URL(new URL(location.href).searchParams.get('to'), location.href)",
    'new URL(location.hash.slice(1), location.href)',
    'new URL(document.referrer, location.href)',
  ])('is told where a part of it leads elsewhere: %s', async (address) => {
    expect(await told('src/a.js', go(address))).toEqual(['medium open-redirect']);
  });

  it.each([
    'new URL(location.href)',
    "new URL('./next', location.href)",
    'new URL(to.path, new URL(location.href).href)',
  ])('is not told where it is only where one begins: %s', async (address) => {
    expect(await told('src/a.js', go(address))).toEqual([]);
  });
});

describe('A path of keys', () => {
  const setter = (head: string, rest: string) =>
    `${head} setIn(target, path, value) {\n  const keys = path.split('.');\n  const last = keys.pop();\n  let cursor = target;\n  for (const key of keys) {\n    cursor[key] = cursor[key] || {};\n    cursor = cursor[key];\n  }\n  cursor[last] = value;\n}\n${rest}\n`;

  it.each([
    setter('export function', ''),
    setter('function', 'export const set = (config, path) => setIn(config, path, 1);'),
    setter('function', 'export const apply = setIn;'),
    setter('function', "app.post('/x', (req, res) => setIn(settings, req.body.path, req.body.value)); export {};"),
    setter('function', 'export function run(args, keys) { setIn(config, args._[0], 1); setIn(config, keys, 2); }'),
  ])('is told where anybody may choose them: %s', async (text) => {
    expect(await told('src/a.js', text)).toEqual(['medium prototype-pollution']);
  });

  it.each([
    setter('function', 'export function run(args) { const key = args._[0]; setIn(config, key, args._[1]); }'),
    setter('function', "export const start = (config) => setIn(config, 'server.port', 80);"),
  ])('is not told where whoever runs the program does: %s', async (text) => {
    expect(await told('src/a.js', text)).toEqual([]);
  });
});

describe('A template', () => {
  const compile = (call: string) =>
    `import nunjucks from 'nunjucks';\nimport pug from 'pug';\nexport function make(data, env) {\n  return ${call};\n}\n`;

  it.each([
    'nunjucks.compile(data.text, env)',
    "nunjucks.compile(data.text, env, 'page')",
    'pug.compile(data.text, { pretty: true })',
    'nunjucks.renderString(data.text, { path: data.path })',
  ])('is told where it may be anybody’s text: %s', async (call) => {
    expect(await told('src/a.ts', compile(call))).toEqual(['medium template-injection']);
  });

  it.each(['nunjucks.compile(data.text, env, data.path)', 'pug.compile(data.text, { filename: data.path })'])(
    'is not told where it is compiled under the name of its file: %s',
    async (call) => {
      expect(await told('src/a.ts', compile(call))).toEqual([]);
    },
  );

  it('of a request is told whatever it is called', async () => {
    const text = `import nunjucks from 'nunjucks';\napp.post('/x', (req, res) => res.send(nunjucks.compile(req.body.text, env, req.body.name).render({})));\n`;
    expect(await told('src/a.ts', text)).toContain('high template-injection');
  });

  const engine = (body: string) => `class Part:\n    def look(self, env, message):\n${body}\n`;
  const text = "env.from_string('Hi ' + message)";

  it.each([
    `        return ${text}`,
    `        ${text}.render()`,
    `        made = ${text}`,
    `        return (\n            ${text}\n        )`,
    `        show(\n            ${text}\n        )`,
    `        made = \\\n            ${text}`,
    `        ${text}; made = ${text}`,
    `        return self.name and (\n            self.name or\n            ${text}\n        )`,
  ])('is told where it is kept: %s', async (body) => {
    expect(await told('src/a.py', engine(body))).toContain('medium template-injection');
  });

  it.each([
    `        ${text}`,
    `        try:\n            ${text}  # Fails where it is none.\n            return True\n        except ValueError:\n            return False`,
    `        env.from_string(\n            'Hi ' + message\n        )\n        return True`,
  ])('is not told where it is only compiled: %s', async (body) => {
    expect(await told('src/a.py', engine(body))).toEqual([]);
  });
});

describe('A field that a record does not have', () => {
  const go = (given: string) =>
    `function leave({ url, to }) {\n  location.href = (to ?? url).href;\n}\nexport const back = (more) => leave(${given});\nexport const parse = (text) => text;\n`;

  it.each([
    '{ url: new URL(more.url), to: new URL(location.hash.slice(1)) }',
    '{ from: location.hash, ...new URLSearchParams(location.hash) }',
    '{ from: location.hash, ...(more.plain ? {} : new URLSearchParams(location.hash)) }',
    '{ from: location.hash, [more.key]: new URL(location.hash.slice(1)) }',
    'more.plain ? { from: location.hash } : { to: new URL(location.hash.slice(1)) }',
    'more.plain ? { from: location.hash } : JSON.parse(location.hash)',
  ])('is told where it may be there: %s', async (given) => {
    expect(await told('src/a.js', go(given))).toEqual(['medium open-redirect']);
  });

  it.each(['{ from: location.hash, url: new URL(more.url) }', '{ from: location.hash, ...{ at: location.hash } }'])(
    'carries nothing of the others: %s',
    async (given) => {
      expect(await told('src/a.js', go(given))).toEqual([]);
    },
  );
});

describe('A value that stands in for another one', () => {
  const load = (body: string) =>
    `function load({ intent, plain }) {\n  ${body}\n  location.href = intent.url.href;\n}\nexport const start = (more) => load({ plain: { from: location.hash, url: new URL(more.url) } });\n`;

  it.each([
    'intent ??= { url: new URL(plain.from.slice(1)) };',
    'intent ||= { url: new URL(location.hash.slice(1)) };',
  ])('brings its fields: %s', async (body) => {
    expect(await told('src/a.js', load(body))).toEqual(['medium open-redirect']);
  });

  it.each(['intent ??= plain;', 'intent = intent ?? plain;'])(
    'brings no field under the name of another: %s',
    async (body) => {
      expect(await told('src/a.js', load(body))).toEqual([]);
    },
  );

  it('is not put together with the other, as one that is added is', async () => {
    const find = (operator: string) =>
      `export function find(db, name) {\n  let text = 'SELECT 1';\n  text ${operator} name;\n  return db.query(text);\n}\n`;
    expect(await told('src/a.js', find('+='))).toEqual(['medium sql-injection']);
    expect(await told('src/a.js', find('||='))).toEqual([]);
  });
});
