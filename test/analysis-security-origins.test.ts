// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are programs as text, with templates of their own
import { describe, expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

/** What is told of a text, as `severity rule`. */
async function told(path: string, text: string): Promise<string[]> {
  const { findings } = await scanText(path, text);
  return findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`);
}

/** A program that is told, and one that looks like it of which only `left` is told. */
interface Twins {
  readonly name: string;
  readonly path: string;
  readonly said: string;
  readonly defect: string;
  readonly alike: string;
  readonly left?: readonly string[];
  /** Where the harmless one stands, if not in the same place. */
  readonly alikePath?: string;
}

const script = (body: string) =>
  `const fs = require('fs');\nconst path = require('path');\napp.post('/x', async (req, res) => {\n${body}\n});\n`;
const flask = (body: string, head = '') =>
  `import os, shutil\nfrom urllib.parse import quote, quote_plus, urljoin\nfrom flask import Flask, request, redirect\n${head}\napp = Flask(__name__)\n\n@app.route('/x')\ndef show():\n${body.replace(/^/gm, '    ')}\n`;
const django = (body: string) =>
  `from django.shortcuts import redirect\nfrom django.urls import reverse\ndef show(request):\n${body.replace(/^/gm, '    ')}\n`;
const settings = (field: string) =>
  `field = 'file.' + settings.get(['uploads', 'pathSuffix'])\nupload_path = ${field}\nshutil.move(request.form[upload_path], '/srv/new')`;

const uploads: readonly Twins[] = [
  {
    name: 'the path under which multer has stored an upload',
    path: 'src/a.js',
    said: 'high path-traversal',
    defect: script("fs.renameSync(req.file.path, path.join('done', req.file.originalname));"),
    alike: script("fs.renameSync(req.file.path, path.join('done', req.file.filename));\nfs.unlinkSync(req.file.path);"),
  },
  {
    name: 'each of several uploads',
    path: 'src/a.js',
    said: 'high path-traversal',
    defect: script("for (const one of req.files) fs.renameSync(one.path, 'done/' + one.originalname);"),
    alike: script("for (const { path, filename } of req.files) fs.renameSync(path, 'done/' + filename);"),
  },
  {
    name: 'what express-fileupload keeps an upload in',
    path: 'src/a.js',
    said: 'high path-traversal',
    defect: script("fs.writeFileSync('up/' + req.files.doc.name, req.files.doc.data);"),
    alike: script('fs.readFileSync(req.files.doc.tempFilePath);'),
  },
  {
    name: 'an upload that Nest hands over',
    path: 'src/a.ts',
    said: 'high path-traversal',
    defect: `import * as fs from 'fs';\nexport class Files { @Post() put(@UploadedFile() file: Express.Multer.File) { fs.writeFileSync('up/' + file.originalname, file.buffer); } }\n`,
    alike: `import * as fs from 'fs';\nexport class Files { @Post() put(@UploadedFile() file: Express.Multer.File) { fs.unlinkSync(file.path); } }\n`,
  },
  {
    name: 'the name of an upload, of which Django keeps the last part only',
    path: 'src/a.py',
    said: 'high path-traversal',
    defect: flask("upload = request.files['doc']\nopen('/srv/' + upload.filename, 'wb').write(upload.read())"),
    alike: django("upload = request.FILES['doc']\nopen('/srv/' + upload.name, 'wb').write(upload.read())"),
  },
  {
    name: 'the field in which the server before the program says where it has stored an upload',
    path: 'src/a.py',
    said: 'high path-traversal',
    defect: flask(settings("'upload_path'")),
    alike: flask(settings('field')),
  },
  {
    name: 'what a browser is to call a file that is sent',
    path: 'src/a.py',
    said: 'high path-traversal',
    defect: flask("return send_file('/srv/' + request.args['name'])", 'from flask import send_file'),
    alike: flask("return send_file(rows(), request.args['name'])", 'from .sending import send_file, rows'),
  },
];

const directories: readonly Twins[] = [
  {
    name: 'settings',
    path: 'src/a.py',
    said: 'medium ldap-injection',
    defect: `def find(connection, settings, login):\n    return connection.search(settings.base, '(%s=%s)' % (settings.attribute, login))\n`,
    alike: `def find(connection, ldap_settings):\n    return connection.search(ldap_settings.base, '(&(objectClass=%s)(%s=*))' % (ldap_settings.kind, ldap_settings['attribute']))\n`,
  },
  {
    name: 'options',
    path: 'src/a.ts',
    said: 'medium ldap-injection',
    defect:
      'export const find = (client, options, login) => client.search(options.base, { filter: `(uid=${login})` });\n',
    alike:
      'export const find = (client, options) => client.search(options.base, { filter: `(objectClass=${options.kind})` });\n',
  },
  {
    name: 'names of attributes and classes',
    path: 'src/a.py',
    said: 'medium ldap-injection',
    defect: `def find(connection, base, group):\n    return connection.search(base, '(cn=%s)' % group)\n`,
    alike: `def find(connection, base, object_class, login_attr):\n    return connection.search(base, '(&(objectClass=%s)(%s=*))' % (object_class, login_attr))\n`,
    left: ['low ldap-injection'],
  },
];

describe.each([
  { of: 'A path is told where a visitor names it, not where the server does', twins: uploads },
  { of: 'A filter of a directory is told where people choose it, not where it is made of', twins: directories },
])('$of', ({ twins }) => {
  it.each(twins)('$name', async ({ path, said, defect, alike, left, alikePath }) => {
    expect(await told(path, defect)).toContain(said);
    expect(await told(alikePath ?? path, alike)).toEqual(left ?? []);
  });
});

describe('A setting that shows or opens things', () => {
  const under = (condition: string) =>
    `import os, sys\n${condition}\n    DEBUG = True\n    SESSION_COOKIE_SECURE = False\n`;
  const both = ['medium debug-mode', 'medium insecure-cookie'];

  it.each([
    ['', "if os.environ['ENV'] == 'production':"],
    ['', "if os.environ['ENV'] != 'development':"],
    ['', 'if not IS_LOCAL:'],
    ['', "if os.path.exists('.env'):"],
    ['', "if ENV == 'development' or os.environ.get('SHOW'):"],
    ['an else of ', "if ENV == 'development':\n    NAME = 'a'\nelse:"],
    ['a variable that is not off, ', "if os.environ.get('PRODUCTION') != 'false':"],
  ])('is told under %s%s', async (_, condition) => {
    expect(await told('shop/settings.py', under(condition))).toEqual(both);
  });

  it.each([
    ['', "if os.environ['ENV'] == 'development':"],
    ['', "if os.environ.get('ENV', 'production') != 'production':"],
    ['', "if ENV not in ('production', 'staging'):"],
    ['', "if DOMAIN == 'localhost':"],
    ['', "if 'test' in sys.argv:"],
    ['', "if os.environ.get('SHOW') and not PRODUCTION:"],
    ['', "if os.environ.get('PRODUCTION') is None:"],
    ['', "if os.environ.get('DEBUG') != 'False':"],
    ['an else of ', "if os.environ['ENV'] == 'production':\n    NAME = 'a'\nelse:"],
    ['an elif over lines, ', "if A:\n    NAME = 'a'\nelif (\n    ENV == 'dev'\n    or ENV == 'test'\n):"],
  ])('is not told under %s%s', async (_, condition) => {
    expect(await told('shop/settings.py', under(condition))).toEqual([]);
  });

  it('is not told where the module says it anew below', async () => {
    expect(await told('shop/settings.py', "DEBUG = True\nDEBUG = env.bool('DEBUG')\n")).toEqual([]);
    expect(await told('shop/settings.py', 'DEBUG = True\nDEBUG_SQL = False\n')).toEqual(['medium debug-mode']);
  });

  const server = (condition: string) =>
    `import os\nfrom flask import Flask\napp = Flask(__name__)\n${condition}\n    app.run(debug=True)\n`;

  it.each([
    ["if os.environ['ENV'] == 'production':", ['high debug-mode']],
    ['if not is_dev:', ['high debug-mode']],
    ["if __name__ == '__main__':", ['high debug-mode']],
    ["if os.environ.get('ENV') != 'production':", []],
    ['if PRODUCTION:\n    app.run()\nelse:', []],
  ])('is told of a server of Flask by its condition: %s', async (condition, expected) => {
    expect(await told('src/app.py', server(condition))).toEqual(expected);
  });
});

describe('A redirect', () => {
  it.each([
    ['quoted with its slashes', flask("return redirect(quote(request.args['next']))")],
    ['quoted behind a slash', flask("return redirect('/' + quote(request.args['next']))")],
    ['joined to the own address', flask("return redirect(urljoin(request.host_url, request.args['next']))")],
    ['of another field of the address', script("res.redirect('https://' + req.query.host + req.url);")],
  ])('is told where the target is %s', async (_, text) => {
    expect(await told(text.includes('flask') ? 'src/a.py' : 'src/a.js', text)).toEqual(['medium open-redirect']);
  });

  it.each([
    ['quoted without slashes', flask("return redirect(quote(request.args['next'], safe=''))")],
    ['quoted with plus signs', flask("return redirect(quote_plus(request.args['next']))")],
    ['quoted behind a folder', flask("return redirect('/show/' + quote(request.args['next']))")],
    ['behind the own root', flask("return redirect(request.url_root + request.args['page'])")],
    ['the whole path that was asked for', flask('return redirect(request.full_path)')],
    ['the address that was asked for, cut', flask('def cut(target):\n    return redirect(request.url[:3] + target)')],
    ['the own path', django("return redirect(request.path + '?q=' + request.GET['q'])")],
    ['the address of a view', django("return redirect(reverse('show', args=[request.GET['id']]))")],
    ['the path of Express', script("res.redirect(req.path + '?q=' + req.query.q);")],
    ['the same over TLS', script("res.redirect('https://' + req.headers.host + req.url);")],
    [
      'a page of the own site in Next',
      `import { NextResponse } from 'next/server';\nexport function proxy(request: NextRequest) { const { nextUrl } = request; return NextResponse.redirect(new URL('/login', nextUrl.href)); }\n`,
    ],
  ])('is not told where it is %s', async (_, text) => {
    const path = text.includes('import { Next') ? 'src/a.ts' : text.includes('require(') ? 'src/a.js' : 'src/a.py';
    expect(await told(path, text)).toEqual([]);
  });

  it('is not told where the target was checked in the method that keeps it', async () => {
    const login = (check: string) =>
      `class Login {\n  constructor() { this.kept = new Map(); }\n  begin(req, res) {\n    ${check}\n    this.kept.set(req.query.state, { target: req.query.target });\n  }\n  end(req, res) { res.redirect(this.kept.get(req.query.state).target + '?code=1'); }\n}\n`;
    expect(await told('src/a.js', login('count(req);'))).toEqual(['medium open-redirect']);
    expect(await told('src/a.js', login('if (!this.isValidTarget(req.query.target)) return null;'))).toEqual([]);
  });
});

it('a quoted path leads out of its folder by its slashes', async () => {
  expect(await told('src/a.py', flask("return open('/srv/' + quote(request.args['name'])).read()"))).toEqual([
    'high path-traversal',
  ]);
  expect(await told('src/a.py', flask("return open('/srv/' + quote(request.args['name'], safe='')).read()"))).toEqual(
    [],
  );
});

describe('Scripts of development and release', () => {
  const tag = `const { execSync } = require('child_process');\nexport function tag(name) { execSync('git tag ' + name); }\n`;
  const certificate = `import requests\nrequests.get('https://example.com', verify=False, timeout=5)\n`;

  it.each([
    'extra/tag.js',
    'releases/tag.js',
    'scripts/tag.js',
    'tools/tag.js',
    'ci/tag.js',
    'hack/tag.js',
    'packages/app/scripts/tag.js',
    'release.mjs',
  ])('are asked by those who could do it by hand: %s', async (path) => {
    expect(await told(path, tag)).toEqual([]);
    expect(await told(path.replace(/\.m?js$/, '.py'), certificate)).toEqual(['low disabled-certificate-check']);
  });

  it.each(['src/tag.js', 'src/scripts/tag.js', 'lib/release.js', 'extras.js'])(
    'are not those of the program: %s',
    async (path) => {
      expect(await told(path, tag)).toEqual(['medium command-injection']);
      expect(await told(path.replace(/\.js$/, '.py'), certificate)).toEqual(['high disabled-certificate-check']);
    },
  );

  it('may still answer requests, and hold secrets', async () => {
    const server = `const { execSync } = require('child_process');\napp.get('/x', (req, res) => execSync('ls ' + req.query.a));\n`;
    expect(await told('tools/server.js', server)).toEqual(['medium command-injection']);
    const github = `ghp_${'a1B2c3D4e5F6g7H8i9J0'}${'k1L2m3N4o5P6q7R8'}`;
    expect(await told('tools/push.sh', `export TOKEN=${github}\n`)).toEqual(['high hard-coded-credential']);
  });
});
