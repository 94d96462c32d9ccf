import { describe, expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';
import { analyseSecurity } from '../src/code/security/security.ts';
import { treeOf } from './analysed-tree.ts';

/** What the analysis of security tells of a tree as more than low: `severity file rule`, sorted. */
async function toldOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { findings } = await analyseSecurity(await treeOf(files));
  const told = findings.filter(({ severity }) => severity !== 'low');
  return told.map(({ severity, file, rule }) => `${severity} ${file} ${rule.replace('security/', '')}`).sort();
}

describe('A project of Django', () => {
  const key = ['q8!v', 'Zt2#', 'mB7x', '@Lr5', 'wN0$', 'kD3p', 'Hs9&', 'fY6c', '^Ja1', 'uE4g', 'TiXo', 'PqRb'].join('');
  const apps = (name: string) =>
    `INSTALLED_APPS = (\n    'django.contrib.admin',\n    '${name}',\n    'example_app',\n)\n`;
  const settings = (name: string) => `SECRET_KEY = '${key}'\nDEBUG = True\n${apps(name)}`;
  const manage = 'import sys\nfrom django.core.management import execute_from_command_line\n';
  const trial = {
    'setup.py': "from setuptools import setup\nsetup(name='django-silk', packages=['silk'])\n",
    'silk/__init__.py': '',
    'silk/views.py': 'import hashlib\n',
    'project/manage.py': manage,
    'project/project/__init__.py': '',
    'project/project/settings.py': settings('silk'),
  };
  const told = [
    'high project/project/settings.py hard-coded-credential',
    'medium project/project/settings.py debug-mode',
  ];

  it('on which a package of the tree is only tried serves nobody', async () => {
    expect(await toldOf(trial)).toEqual([]);
    const configured = { ...trial, 'project/project/settings.py': settings('silk.apps.SilkConfig') };
    expect(await toldOf(configured)).toEqual([]);
  });

  it.each([
    ['that installs nothing of the tree', { ...trial, 'project/project/settings.py': settings('shop') }],
    ['in a tree of which nothing is shipped', { ...trial, 'setup.py': 'import os\n' }],
    ['that is a package itself', { ...trial, 'project/__init__.py': '' }],
    ['without a program to start it', { ...trial, 'project/manage.py': undefined, 'project/run.py': manage }],
    ['that holds what it installs', { ...trial, 'silk/__init__.py': undefined, 'project/silk/__init__.py': '' }],
  ])('%s is told of', async (_, files) => {
    const there = Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const]));
    expect(await toldOf(Object.fromEntries(there))).toEqual(told);
  });
});

describe('Of what reaches a place of Python', () => {
  const tolds = async (text: string) => {
    const { findings } = await scanText('src/a.py', text);
    const some = findings.filter(({ severity }) => severity !== 'low');
    return some.map(({ severity, message }) => `${severity} ${message.split(',')[0]}`);
  };

  it('the number of a line is no part of a list of lines, and a line is', async () => {
    const inject = (put: string) =>
      `def inject(function, start, line):\n    lines = lines_of(function)\n    lines.insert(${put})\n    exec(''.join(lines))\n`;
    expect(await tolds(inject("start, 'import this'"))).toEqual([]);
    expect(await tolds(inject('0, line'))).toEqual(['medium Parameter `line` reaches `exec`']);
  });

  it('an exception is told to others as a text, and not compiled', async () => {
    const view = (answer: string) =>
      `from flask import Flask, make_response, render_template_string, request\napp = Flask(__name__)\n\n@app.route('/x')\ndef show():\n    try:\n        return find(request.args['id'])\n    except ValueError as error:\n        return ${answer}\n`;
    expect(await tolds(view("render_template_string('<h1>%s</h1>' % str(error))"))).toEqual([
      'medium Text from `the exception error` reaches `render_template_string`',
    ]);
    expect(await tolds(view("render_template_string('<h1>{{ error }}</h1>', error=str(error))"))).toEqual([]);
    expect(await tolds(view("make_response('<h1>%s</h1>' % str(error), 400)"))).toEqual([]);
  });

  it('the hash of a password that another service asks for is not kept, and one that a program keeps is', async () => {
    const login = (kept: string) =>
      `import hashlib\nimport requests\n\ndef login(password):\n    payload = {}\n    made = hashlib.md5()\n    made.update(password.encode())\n    ${kept} = made.hexdigest()\n    requests.post(ADDRESS, json=payload)\n`;
    expect(await tolds(login("payload['passwordMd5']"))).toEqual([]);
    expect(await tolds(login('user.password'))).toEqual(['high `hashlib.md5` hashes with MD5']);
  });

  it('a check that is turned off where somebody asks for it is less grave, however far above that stands', async () => {
    const context = (asked: string) =>
      `import ssl\n\nclass Client:\n    def context(self):\n        if self.${asked}:\n            made = ssl.create_default_context(cafile=certificates())\n            made.minimum_version = ssl.TLSVersion.TLSv1_2\n            made.load_default_certs()\n        else:\n${'            # Not what anybody should do by default.\n'.repeat(8)}            made = ssl.create_default_context()\n            made.check_hostname = False\n        return made\n`;
    expect(await tolds(context('verify'))).toEqual([]);
    expect(await tolds(context('fast'))).toEqual(['high `check_hostname` is turned off']);
  });
});

it('a message comes from anybody to a page, and to a worker from its own page only', async () => {
  const listener = (holder: string) =>
    `${holder}.addEventListener('message', (event) => {\n  new Function('pw', event.data.script)();\n});\n`;
  const rulesOf = async (text: string) => (await scanText('src/a.js', text)).findings.map(({ rule }) => rule);
  expect(await rulesOf(listener('window'))).toContain('security/code-injection');
  expect(await rulesOf(listener('self'))).not.toContain('security/code-injection');
});

it('a mode of a database that is set is asked for, and a token of counted digits opens nothing', async () => {
  const toldIn = async (path: string, text: string) =>
    (await scanText(path, text)).findings.flatMap(({ severity }) => (severity === 'low' ? [] : severity));
  const mode = (condition: string) =>
    `function ssl(sslMode, name) {\n  if (${condition}) {\n${'    // The connection is encrypted, and what it connects to is not looked at.\n'.repeat(5)}    return { rejectUnauthorized: false };\n  }\n  return false;\n}\n`;
  expect(await toldIn('src/a.js', mode("sslMode === 'require'"))).toEqual([]);
  expect(await toldIn('src/a.js', mode("name === 'require'"))).toEqual(['high']);
  const token = (middle: string) => `# It looks like xoxb-${middle}-4ddbc191d40ee098cbaae6f3523ada2d\n`;
  expect(await toldIn('src/a.py', token('1234-1234'))).toEqual([]);
  expect(await toldIn('src/a.py', token('719302846153-684120395721'))).toEqual(['high']);
});
