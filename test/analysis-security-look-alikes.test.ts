// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are programs as text, with templates of their own
import { expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

/** Two programs that look alike: one is told as what it is, the other is told as low at most. */
interface Pair {
  readonly name: string;
  readonly path: string;
  readonly told: string;
  readonly defect: string;
  readonly fine: string;
  /** Where the harmless one stands, if not in the same place. */
  readonly finePath?: string;
}

const strong = ['tR7', 'kQ2', 'vX9', 'mB4', 'wZ6', 'nL1', 'pY8'].join('');
const handler = (body: string) => `app.get('/x', async (req, res) => {\n${body}\n});\n`;
const view = (body: string) =>
  `from flask import Flask, request, redirect\napp = Flask(__name__)\n\n@app.route('/x')\ndef show():\n${body.replace(/^/gm, '    ')}\n`;

const pairs: readonly Pair[] = [
  {
    name: 'a host of the settings before a slash is not chosen by what follows',
    path: 'src/a.ts',
    told: 'high server-side-request-forgery',
    defect: handler('await fetch(`http://${req.query.host}:${PORT}/api/${req.query.id}`);'),
    fine: handler("await fetch(`http://${process.env.HOST || 'localhost'}:${PORT}/api/${req.query.id}`);"),
  },
  {
    name: 'a label of a result is no password',
    path: 'src/a.js',
    told: 'high hard-coded-credential',
    defect: `results.add(plugin, { pass: '${strong}' });\n`,
    fine: `results.add(plugin, { pass: 'relaying local_sender' });\n`,
  },
  {
    name: 'a form shows where a password is to be put',
    path: 'src/client.rc',
    told: 'high hard-coded-credential',
    defect: `dsn = mysql://app:${strong}@db.acme.io:3306/app\n`,
    fine: 'dsn = mysql://[user[:password]@][host][:port][/dbname]\n',
  },
  {
    name: 'an address in a comment shows how one is written',
    path: 'compose.yml',
    told: 'high hard-coded-credential',
    defect: `  DATABASE: mongodb://sally:${strong}@ds0.mongolab.com:9999/a\n`,
    fine: `  # Something like mongodb://sally:${strong}@ds0.mongolab.com:9999/a\n`,
  },
  {
    name: 'how often a password may be changed is no password',
    path: 'src/settings.py',
    told: 'high hard-coded-credential',
    defect: `LIMITS = {"password": "${strong}"}\n`,
    fine: `LIMITS = {"change_password": "1/m/user", "reset_password": "1/m/ip,1/m/key"}\n`,
  },
  {
    name: 'what opens a machine of development only is less grave',
    path: 'app/settings/production.py',
    told: 'high hard-coded-credential',
    defect: `SECRET_KEY = '${strong}'\n`,
    finePath: 'app/settings/local_dev.py',
    fine: `SECRET_KEY = '${strong}'\nDEBUG = True\n`,
  },
  {
    name: 'a key that tells whose reports these are lets nobody in',
    path: 'src/a.js',
    told: 'high hard-coded-credential',
    defect: `billing.start({ apiKey: '37770b3b08864599fd47c4edba5aa656' });\n`,
    fine: `bugsnag.start({ apiKey: '37770b3b08864599fd47c4edba5aa656' });\n`,
  },
  {
    name: 'who reads what another program wrote has no choice of the cipher',
    path: 'src/a.py',
    told: 'high weak-cipher',
    defect:
      'from Crypto.Cipher import AES\ndef seal(key, text):\n    return AES.new(key, AES.MODE_ECB).encrypt(text)\n',
    fine: 'from Crypto.Cipher import AES\ndef read(key, text):\n    return AES.new(key, AES.MODE_ECB).decrypt(text)\n',
  },
  {
    name: 'a protocol says the cipher',
    path: 'src/hash.js',
    told: 'high weak-cipher',
    defect: `const crypto = require('crypto');\nfunction seal(key, text) {\n  return crypto.createCipheriv('DES-ECB', key, '').update(text);\n}\n`,
    finePath: 'src/ntlm/hash.js',
    fine: `const crypto = require('crypto');\nfunction answer(key, text) {\n  return crypto.createCipheriv('DES-ECB', key, '').update(text);\n}\n`,
  },
  {
    name: 'scripts must read the token that shows that a page is the own one',
    path: 'src/a.js',
    told: 'medium insecure-cookie',
    defect: handler(`res.cookie('session-token', req.token(), { secure: true });`),
    fine: handler(`res.cookie('XSRF-TOKEN', req.csrfToken(), { secure: true });`),
  },
  {
    name: 'an empty cookie takes the old one away',
    path: 'src/a.py',
    told: 'medium insecure-cookie',
    defect: `def leave(response, key):\n    response.set_cookie('session', key)\n`,
    fine: `def leave(response, key):\n    response.set_cookie('session', '', expires=0)\n`,
  },
  {
    name: 'code under the name of its file was read from there',
    path: 'src/a.js',
    told: 'medium code-injection',
    defect: `const vm = require('vm');\nexport function run(formula) { return vm.runInNewContext('return ' + formula, {}); }\n`,
    fine: `const vm = require('vm'); const fs = require('fs');\nexport function load(name) { const path = find(name); return vm.runInNewContext('var p = require("' + name + '")', {}, path); }\n`,
  },
  {
    name: 'who runs a program can run any other',
    path: 'src/a.py',
    told: 'high code-injection',
    defect: view(`return str(eval(request.args['expression']))`),
    fine: `import sys\n\nprint(eval(sys.argv[1]))\n`,
  },
  {
    name: 'what is in a sandbox is data',
    path: 'src/a.js',
    told: 'high code-injection',
    defect: `const vm = require('vm');\n${handler('vm.runInNewContext(req.query.code, { data: 1 });')}`,
    fine: `const vm = require('vm');\n${handler("vm.runInNewContext('parse(data)', { parse, data: req.query.code });")}`,
  },
  {
    name: 'templates of settings make no pages',
    path: 'src/a.py',
    told: 'medium S701',
    defect: `from jinja2 import Environment\ne = Environment(loader=loader)\nt = e.get_template('page.html')\n`,
    fine: `from jinja2 import Environment\ne = Environment(loader=loader)\nt = e.get_template('service.conf.j2')\n`,
  },
  {
    name: 'a file in memory has no path',
    path: 'src/a.py',
    told: 'high path-traversal',
    defect: `import zipfile\n${view(`with zipfile.ZipFile(request.args['name']) as archive:\n    return archive.testzip()`)}`,
    fine: `import io, zipfile\n${view(`with zipfile.ZipFile(io.BytesIO(request.files['a'].read())) as archive:\n    return archive.testzip()`)}`,
  },
  {
    name: 'what an archive names is read, not written',
    path: 'src/a.py',
    told: 'medium zip-slip',
    defect: `import zipfile\ndef get(path):\n    for name in zipfile.ZipFile(path).namelist():\n        open('out/' + name, 'wb').write(b'')\n`,
    fine: `import zipfile\ndef get(path):\n    for name in zipfile.ZipFile(path).namelist():\n        open('out/' + name, 'r').read()\n`,
  },
  {
    name: 'no placeholder can stand for the name of a table',
    path: 'src/a.py',
    told: 'medium sql-injection',
    defect: `def find(cursor, name):\n    cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")\n`,
    fine: `def count(cursor, table_name):\n    cursor.execute(f'SELECT count(*) FROM {table_name}')\n`,
  },
  {
    name: 'a form without any signs ends no text',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect: `export function since(sequelize, span) {\n  if (!isString(span)) throw new Error('bad');\n  return sequelize.literal(\`now() - interval '\${span}'\`);\n}\n`,
    fine: `export function since(sequelize, span) {\n  if (!isISO8601Duration(span)) throw new Error('bad');\n  return sequelize.literal(\`now() - interval '\${span}'\`);\n}\n`,
  },
  {
    name: 'a function that gives back only what it has checked is a check',
    path: 'src/a.py',
    told: 'medium open-redirect',
    defect: view(`return redirect(pick(request.args.get('next')))`).replace(
      'app = ',
      'def pick(target):\n    for one in [target]:\n        if one:\n            return one\n\napp = ',
    ),
    fine: view(`return redirect(pick(request.args.get('next')))`).replace(
      'app = ',
      'def pick(target):\n    for one in [target]:\n        if one and is_safe_url(one):\n            return one\n\napp = ',
    ),
  },
  {
    name: 'no other site sets a header of the visitor',
    path: 'src/a.py',
    told: 'high cross-site-scripting',
    defect: `from django.http import HttpResponse\ndef show(request):\n    return HttpResponse('<base href="%s">' % request.GET['base'])\n`,
    fine: `from django.http import HttpResponse\ndef show(request):\n    return HttpResponse('<base href="%s">' % request.headers['X-Ingress-Path'])\n`,
  },
  {
    name: 'an address of the page is written without the signs that begin a tag',
    path: 'src/a.js',
    told: 'high cross-site-scripting',
    defect: `footer.innerHTML = '<b>' + decodeURIComponent(window.location.href) + '</b>';\n`,
    fine: `footer.innerHTML = '<b>' + window.location.href + '</b>';\n`,
  },
  {
    name: 'what a page takes for HTML is called so by who gives it',
    path: 'src/a.tsx',
    told: 'medium cross-site-scripting',
    defect: `export const Note = ({ comment }) => null;\nexport function Show(props) { return <div dangerouslySetInnerHTML={{ __html: props.comment }} />; }\n`,
    fine: `export const Note = ({ comment }) => null;\nexport function Show(props) { return <div dangerouslySetInnerHTML={{ __html: props.html }} />; }\n`,
  },
  {
    name: 'who gives a tag of a template its class is who writes the template',
    path: 'src/tags.py',
    told: 'medium cross-site-scripting',
    defect: `from django.utils.safestring import mark_safe\ndef show(comment):\n    return mark_safe(f'<i>{comment}</i>')\n`,
    fine: `from django.utils.safestring import mark_safe\ndef show(icon_type):\n    return mark_safe(f'<i class="{icon_type}"></i>')\n`,
  },
  {
    name: 'a store reads what it has written',
    path: 'src/a.py',
    told: 'medium unsafe-deserialization',
    defect: `import pickle\ndef loads(data):\n    return pickle.loads(data)\n`,
    fine: `import pickle\ndef dumps(data):\n    return pickle.dumps(data)\ndef loads(data):\n    return pickle.loads(data)\n`,
  },
  {
    name: 'the issuer has just sent the token',
    path: 'src/a.js',
    told: 'medium unverified-token',
    defect: `const jwt = require('jsonwebtoken');\nexport const user = (token) => jwt.decode(token).sub;\n`,
    fine: `const jwt = require('jsonwebtoken');\nexport const user = (params) => jwt.decode(params.id_token).sub;\n`,
  },
  {
    name: 'a connection without TLS has no certificates',
    path: 'src/a.js',
    told: 'high disabled-certificate-check',
    defect: `connect({ port: 6697, tls: true, rejectUnauthorized: false });\n`,
    fine: `connect({ port: 6667, tls: false, rejectUnauthorized: false });\n`,
  },
  {
    name: 'whoever set this up has asked for the version',
    path: 'src/a.py',
    told: 'medium outdated-protocol',
    defect: `import ssl\ndef make(context, name):\n    if name == "old":\n        context.minimum_version = ssl.TLSVersion.TLSv1\n`,
    fine: `import ssl\ndef make(context, name):\n    if name == "TLSv1":\n        context.minimum_version = ssl.TLSVersion.TLSv1\n`,
  },
  {
    name: 'how long a password is, is not the password',
    path: 'src/a.js',
    told: 'medium insecure-random',
    defect: `function randomPassword() {\n  const word = Math.random().toString(36);\n  return word;\n}\nexport const password = Math.random().toString(36);\n`,
    fine: `function randomPassword() {\n  const length = Math.floor(Math.random() * 41) + 24;\n  return bytes(length);\n}\n`,
  },
  {
    name: 'a nonce that only makes requests unlike each other may be guessed',
    path: 'src/a.js',
    told: 'medium insecure-random',
    defect: `const nonce = Math.random().toString();\nres.setHeader('Content-Security-Policy', "script-src 'nonce-" + nonce + "'");\n`,
    fine: `const sms = { SignatureNonce: Math.random().toString(), Action: 'SendSms' };\n`,
  },
  {
    name: 'an encoding that is undone says whether a text is well formed',
    path: 'src/a.py',
    told: 'medium timing-attack',
    defect: `def check_key(api_key):\n    return load_secret() == api_key\n`,
    fine: `import base64\ndef check_key(api_key):\n    return base64.b64encode(base64.b64decode(api_key)) == api_key\n`,
  },
  {
    name: 'an action of a command line is no route',
    path: 'src/a.py',
    told: 'high path-traversal',
    defect: `from rest_framework.decorators import action\nclass Files:\n    @action(detail=True)\n    def load(self, request, name):\n        return open('/srv/' + name).read()\n`,
    fine: `import infogami\n@infogami.action\ndef load(path):\n    return open(path).read()\n`,
  },
  {
    name: 'a filter is put together of what was escaped',
    path: 'src/a.js',
    told: 'medium ldap-injection',
    defect: `export function find(client, user) { return client.search(base, { filter: \`(uid=\${user})\` }); }\n`,
    fine: `function escapeLdapFilter(text) { return [...text].map((one) => code(one) + one).join(''); }\nexport function find(client, user) { return client.search(base, { filter: \`(uid=\${escapeLdapFilter(user)})\` }); }\n`,
  },
  {
    name: 'what comes from outside is a path by its first character',
    path: 'src/a.py',
    told: 'high server-side-request-forgery',
    defect: `import requests\n${view(`return requests.get(BASE + request.args['path']).text`)}`,
    fine: `import requests\n${view(`return requests.get(BASE + '/' + request.args['path']).text`)}`,
  },
  {
    name: 'an upload is no path, its name is one',
    path: 'src/a.py',
    told: 'high path-traversal',
    defect: view(`return open('/srv/' + request.files['image'].filename).read()`),
    fine: `import zipfile\n${view(`return zipfile.ZipFile(request.files['image']).testzip()`)}`,
  },
  {
    name: 'an action is called by its own name',
    path: 'src/a.js',
    told: 'high hard-coded-credential',
    defect: `export const SET_TOKEN = 'rooms/${strong}';\n`,
    fine: `export const SET_SPRITE_TOKEN = 'rooms/SET_SPRITE_TOKEN';\n`,
  },
  {
    name: 'a service that knows stolen passwords asks for their SHA-1',
    path: 'src/a.py',
    told: 'high weak-hash',
    defect: `import hashlib\ndef keep(password):\n    return hashlib.sha1(password.encode()).hexdigest()\n`,
    fine: `import hashlib\ndef is_stolen(password):\n    digest = hashlib.sha1(password.encode()).hexdigest()\n    return digest[5:] in ask_pwned(digest[:5])\n`,
  },
  {
    name: 'a variable of a shell is put in where the script runs',
    path: 'install.sh',
    told: 'medium hard-coded-credential',
    defect: `export DB_PASSWORD="Summer2024"\n`,
    fine: `export DB_PASSWORD="$PASSWORD1"\n`,
  },
  {
    name: 'options that stand above it escape',
    path: 'src/a.py',
    told: 'medium S701',
    defect: `from jinja2 import Environment\noptions = dict(trim_blocks=True)\nhtml = Environment(loader=loader, **options)\n`,
    fine: `from jinja2 import Environment\noptions = dict(autoescape=True)\nhtml = Environment(loader=loader, **options)\n`,
  },
  {
    name: 'a copy of its own keeps the prototype of all others',
    path: 'src/a.js',
    told: 'medium prototype-pollution',
    defect: `function merge(target, source) {\n  for (const key of Object.keys(source)) target[key] = isObject(source[key]) ? merge(target[key], source[key]) : source[key];\n  return target;\n}\n`,
    fine: `function merge(target, source) {\n  const made = {};\n  for (const key of Object.keys(source)) made[key] = isObject(source[key]) ? merge(target[key], source[key]) : source[key];\n  return made;\n}\n`,
  },
  {
    name: 'a field of that name is not the address of the page',
    path: 'src/a.js',
    told: 'medium open-redirect',
    defect: handler('window.location = req.body.location;'),
    fine: handler('user.profile.location = req.body.location;'),
  },
  {
    name: 'who types a command can type any other',
    path: 'src/a.py',
    told: 'medium command-injection',
    defect: `import os\ndef update(target):\n    os.system('update -d ' + target)\n`,
    fine: `import os\nimport click\n@click.command()\n@click.argument('target')\ndef update(target):\n    os.system('update -d ' + target)\n`,
  },
  {
    name: 'a case of fixed texts has checked its subject',
    path: 'src/a.py',
    told: 'high command-injection',
    defect: `import os\n${view(`name = request.args['n']\nmatch name:\n    case other:\n        os.system('x ' + other + name)`)}`,
    fine: `import os\n${view(`name = request.args['n']\nmatch name:\n    case 'a' | 'b':\n        os.system('x ' + name)`)}`,
  },
  {
    name: 'a text that says that it is HTML is',
    path: 'src/a.py',
    told: 'medium cross-site-scripting',
    defect: `from markupsafe import Markup, escape\ndef show(text):\n    shown = str(text) if isinstance(text, str) else escape(text)\n    return Markup('<i>' + shown + '</i>')\n`,
    fine: `from markupsafe import Markup, escape\ndef show(text):\n    shown = str(text) if isinstance(text, Markup) else escape(text)\n    return Markup('<i>' + shown + '</i>')\n`,
  },
  {
    name: 'a route takes a number only',
    path: 'src/a.py',
    told: 'high path-traversal',
    defect: view(`return open('/srv/' + year + '.json').read()`)
      .replace("'/x'", "'/x/<path:year>'")
      .replace('show()', 'show(year)'),
    fine: view(`return open(f'/srv/{year}.json').read()`)
      .replace("'/x'", "'/x/<int:year>'")
      .replace('show()', 'show(year)'),
  },
  {
    name: 'the address of the page, taken apart, leads to the page',
    path: 'src/a.js',
    told: 'medium open-redirect',
    defect: `const url = new URL(window.location.href);\nwindow.location = url.searchParams.get('next') + url.search;\n`,
    fine: `const url = new URL(window.location.href);\nwindow.location = url.pathname + '?' + query();\n`,
  },
  {
    name: 'a query brings its question mark, one that was cut off it chooses the host',
    path: 'src/a.js',
    told: 'medium open-redirect',
    defect: 'const url = new URL(link.href, location.href);\nlocation.href = `${url.search.slice(1)}${url.hash}`;\n',
    fine: 'const url = new URL(link.href, location.href);\nlocation.href = `${url.pathname}${url.search}${url.hash}`;\n',
  },
  {
    name: 'a part of a request that is called like a query brings no question mark',
    path: 'src/a.js',
    told: 'medium open-redirect',
    defect: handler('res.redirect(`${req.query.search}${req.query.hash}`);'),
    fine: handler('res.redirect(`/found?q=${req.query.search}${req.query.hash}`);'),
  },
  {
    name: 'a request that is one argument of a form does not name the arguments',
    path: 'src/a.py',
    told: 'medium mass-assignment',
    defect: `def save(request):\n    fields = {'owner': request.user, **request.POST}\n    return User(**fields)\n`,
    fine: `def save(request):\n    fields = {'owner': request.user, 'data': request.POST if request.method == 'POST' else None}\n    if request.user:\n        fields['isOwn'] = True\n    return UserForm(**fields)\n`,
  },
  {
    name: 'what is encoded for a query chooses no host',
    path: 'src/a.py',
    told: 'medium open-redirect',
    defect: `from django.shortcuts import redirect\ndef enter(request):\n    params = request.GET.copy()\n    return redirect(f"{params.pop('next')[0]}?{params.urlencode()}")\n`,
    fine: `from urllib.parse import quote\nfrom django.shortcuts import redirect, reverse\ndef address(path, more):\n    result = f"{reverse('login')}?next={quote(path)}"\n    return f"{result}&{more}"\ndef enter(request):\n    params = request.GET.copy()\n    return redirect(address(params.pop('next')[0], params.urlencode()))\n`,
  },
  {
    name: 'a listener is called by what has happened, not by what it makes',
    path: 'src/a.tsx',
    told: 'medium insecure-random',
    defect: `const onGeneratePassword = () => {\n  const word = Math.random().toString(36);\n  show(word);\n};\n`,
    fine: `const onPasswordSubmit = () => {\n  const word = Math.random().toString(36);\n  login({ ...form, keyName: \`Browser (\${word})\` });\n};\n`,
  },
  {
    name: 'the function below says nothing of what is hashed in this one',
    path: 'src/a.ts',
    told: 'medium weak-hash',
    defect: `import { createHash } from 'node:crypto';\nexport function keep(user: User, given: string) {\n  const hash = createHash('sha256');\n  hash.update(given);\n  user.password = hash.digest('hex');\n}\n`,
    fine: `import { createHash, randomBytes } from 'node:crypto';\nfunction keyPair() {\n  const secret = randomBytes(16).toString('hex');\n  return { secret, hash: createHash('sha256').update(secret).digest('hex') };\n}\n\nexport function passwordSalt() {\n  return randomBytes(32).toString('hex');\n}\n`,
  },
  {
    name: 'the name of a setting is not its value',
    path: 'src/settings.sh',
    told: 'high hard-coded-credential',
    defect: `KEY_OAUTH2_SECRET="${strong}"\n`,
    fine: `KEY_OAUTH2_SECRET="oauth2-secret"\necho -e "set oauth2-secret='54321abcde'"\n`,
  },
  {
    name: 'a kind of token is a word, not a token',
    path: 'src/a.js',
    told: 'medium timing-attack',
    defect: handler(`const token = req.query.token; if (token === 'tR7kQ2vX9mB4') res.send('in');`),
    fine: handler(`const token = req.query.token; if (token === 'meteor_login_token') res.send('in');`),
  },
  {
    name: 'the mask of a process can be asked for only by setting it',
    path: 'src/a.py',
    told: 'medium world-writable',
    defect: `import os\nold = os.umask(0)\nwork()\nos.umask(old)\n`,
    fine: `import os\nold = os.umask(0)\nos.umask(old)\n`,
  },
  {
    name: 'only what deals with archives writes where they say',
    path: 'src/a.js',
    told: 'medium zip-slip',
    defect: `const fs = require('fs'); const yauzl = require('yauzl');\nexport function put(root, file) { fs.writeFileSync(root + '/' + file.path, file.data); }\n`,
    fine: `const fs = require('fs');\nexport function put(root, file) { fs.writeFileSync(root + '/' + file.path, file.data); }\n`,
  },
  {
    name: 'the name of a class is no key',
    path: 'src/a.py',
    told: 'high hard-coded-credential',
    defect: `def keep(api_key="${strong}"):\n    pass\n`,
    fine: `def keep(api_key: "EnvironmentAPIKey"):\n    pass\n`,
  },
  {
    name: 'nobody takes a name first that nobody can guess',
    path: 'src/a.py',
    told: 'medium insecure-temporary-file',
    defect: `def put(name):\n    open(f'/tmp/{name}.json', 'w').write('')\n`,
    fine: `import uuid\ndef put():\n    open(f'/tmp/{uuid.uuid4()}.json', 'w').write('')\n`,
  },
  {
    name: 'what is read first is verified after it',
    path: 'src/a.py',
    told: 'medium unverified-token',
    defect: `import jwt\ndef who(token):\n    return jwt.decode(token, options={'verify_signature': False})\n`,
    fine: `import jwt\ndef who(token):\n    issuer = jwt.decode(token, options={'verify_signature': False})['iss']\n    return jwt.decode(token, key_of(issuer), algorithms=['RS256'])\n`,
  },
  {
    name: 'a page that compares with a part of its own address is measured by nobody',
    path: 'src/a.ts',
    told: 'medium timing-attack',
    defect: `export const handle = (req: Request) => {\n  const token = req.query.token;\n  return token === stored.token;\n};\n`,
    fine: `export const ask = () => {\n  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');\n  return token === stored.token;\n};\n`,
  },
  {
    name: 'a component that runs in browsers only is measured by nobody',
    path: 'src/a.tsx',
    told: 'medium timing-attack',
    defect: `export function makeCheck(store) {\n  const stored = load();\n  return function verifyToken(token: string) { return token === store.token; };\n}\n`,
    fine: `import { useState } from 'react';\nexport function makeCheck(store) {\n  const [stored] = useState('');\n  return function verifyToken(token: string) { return token === store.token; };\n}\n`,
  },
  {
    name: 'a component whose other part runs on the server is',
    path: 'src/a.tsx',
    told: 'medium timing-attack',
    defect: `import { useState } from 'react';\nexport const getServerSideProps = () => 1;\nexport function makeCheck(store) {\n  const [stored] = useState('');\n  return function verifyToken(token: string) { return token === store.token; };\n}\n`,
    fine: `'use client';\nexport function makeCheck(store) {\n  return function verifyToken(token: string) { return token === store.token; };\n}\n`,
  },
  {
    name: 'names of a list are written with their quotes doubled',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect:
      'export const use = (client, names) => client.query(`set search_path to ${names.map((one) => `"${one}"`).join()}`);\n',
    fine: 'export const use = (client, names) => client.query(`set search_path to ${names.map((one) => `"${one.replace(/"/g, \'""\')}"`).join()}`);\n',
  },
  {
    name: 'names of a list are quoted by a function that is handed over',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect:
      'const quote = (one) => `"${one}"`;\nexport const use = (client, names) => client.query(`select ${names.map(quote).join()}`);\n',
    fine: 'const quote = (one) => `"${one.replaceAll(\'"\', \'""\')}"`;\nexport const use = (client, names) => client.query(`select ${names.map(quote).join()}`);\nexport const same = (client, names) => client.query(`select ${names.map(quoteIdentifier).join()}`);\n',
  },
  {
    name: 'a placeholder or a number for each element holds nothing of it',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect:
      "export const use = (client, ids) => client.query(`select a from b where id in (${ids.map(({ id }) => `'${id.trim()}'`).join()})`);\n",
    fine: "export const one = (client, ids) => client.query(`select a from b where id in (${ids.map(() => '?').join()})`, ids);\nexport const two = (client, ids) => client.query(`select a from b where id in (${ids.map((_, at) => `$${at + 1}`).join()})`, ids);\nexport const three = (client, ids) => client.query(`select a from b where id in (${ids.map(Number).join()})`);\n",
  },
  {
    name: 'what a function that nobody knows makes of elements may hold them',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect:
      "import { format } from './format';\nexport const use = (client, names) => client.query(`select ${names.map(format).join()}`);\n",
    fine: 'export const use = (client, names) => client.query(`select ${names.map((one) => one.length).join()}`);\n',
  },
  {
    name: 'a quote that a text is taken apart at is doubled between its parts',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect: `export const use = (client, name) => client.query('SELECT a FROM b WHERE c = "' + name.split('"').join('"') + '"');\n`,
    fine: `export const use = (client, name) => client.query('SELECT a FROM b WHERE c = "' + name.split('"').join('""') + '"');\n`,
  },
  {
    name: 'a list beside the one whose names are quoted is not quoted',
    path: 'src/a.js',
    told: 'medium sql-injection',
    defect:
      'export const use = (client, names, more) => client.query(`select ${names.map((one) => `"${one.replace(/"/g, \'""\')}" ${more}`).join()}`);\n',
    fine: 'export const use = (client, names) => client.query(`select ${names.map((one) => `"${one.replace(/"/g, \'""\')}" asc`).join()}`);\n',
  },
  {
    name: 'rounds slow down who guesses a password, and nobody guesses the key of a server',
    path: 'src/a.js',
    told: 'medium weak-hash',
    defect: `import crypto from 'node:crypto';\nconst keyOf = (word, salt) => crypto.pbkdf2Sync(word, salt, 10000, 32, 'sha512');\nexport const lock = (text, password) => crypto.createCipheriv('aes-256-gcm', keyOf(password, salt()), iv()).update(text);\n`,
    fine: `import crypto from 'node:crypto';\nconst keyOf = (password, salt) => crypto.pbkdf2Sync(password, salt, 10000, 32, 'sha512');\nexport const lock = (text, secret) => crypto.createCipheriv('aes-256-gcm', keyOf(secret, salt()), iv()).update(text);\n`,
  },
  {
    name: 'a function that others call may be given a password',
    path: 'src/a.js',
    told: 'medium weak-hash',
    defect: `import crypto from 'node:crypto';\nexport const keyOf = (word, salt) => crypto.pbkdf2Sync(word, salt, 10000, 32, 'sha512');\nexport const lock = (text, secret) => crypto.createCipheriv('aes-256-gcm', keyOf(secret, salt()), iv()).update(text);\n`,
    fine: `import crypto from 'node:crypto';\nexport const lock = (text) => crypto.createCipheriv('aes-256-gcm', crypto.pbkdf2Sync(process.env.APP_KEY, salt(), 10000, 32, 'sha512'), iv()).update(text);\n`,
  },
  {
    name: 'a hash that is kept is not a key of a cipher',
    path: 'src/a.py',
    told: 'medium weak-hash',
    defect: `import hashlib\ndef keep(secret, salt):\n    return hashlib.pbkdf2_hmac('sha256', secret, salt, 10000)\n`,
    fine: `import hashlib\nfrom cryptography.hazmat.primitives.ciphers.aead import AESGCM\nfrom conf import settings\ndef lock(text, salt):\n    key = hashlib.pbkdf2_hmac('sha256', settings.SECRET_KEY.encode(), salt, 10000)\n    return AESGCM(key).encrypt(nonce(), text, None)\n`,
  },
  {
    name: 'an address that is looked at by the name of a parameter has been looked at',
    path: 'src/a.py',
    told: 'medium open-redirect',
    defect: view("to = request.form['next']\nif to and url_has_path(url=to):\n    return redirect(to)"),
    fine: view(
      "to = request.form['next']\nif to and url_has_allowed_host_and_scheme(url=to, allowed_hosts={request.host}):\n    return redirect(to)",
    ),
  },
  {
    name: 'behind one slash, without any of its own, a path stays on its host',
    path: 'src/a.py',
    told: 'medium open-redirect',
    defect: view("return redirect('/' + request.args['next'].lstrip('/'))"),
    fine: view("return redirect('/' + request.args['next'].lstrip('/\\\\'))"),
  },
  {
    name: 'so it does where it is replaced',
    path: 'src/a.js',
    told: 'medium open-redirect',
    defect: handler("res.redirect('/' + req.query.next.replace(/^[/]+/, ''));"),
    fine: handler("res.redirect('/' + req.query.next.replace(/^[\\\\/]+/, ''));"),
  },
  {
    name: 'a token is compared with a part of itself',
    path: 'src/a.py',
    told: 'medium timing-attack',
    defect:
      'def check_token(token, stored_token):\n    if stored_token == token:\n        return False\n    return True\n',
    fine: "def check_token(token):\n    body = token.removeprefix('a_')\n    if body == token:\n        return False\n    return True\n",
  },
  {
    name: 'digests of files are no secrets, and no algorithm is one',
    path: 'src/a.ts',
    told: 'medium timing-attack',
    defect:
      "import { createHmac } from 'node:crypto';\nexport function verify(expected: Seal, actual: Seal) {\n  return expected.digest === actual.digest;\n}\nexport const seal = (text: string) => createHmac('sha256', key).update(text).digest('hex');\n",
    fine: "import { createHash } from 'node:crypto';\nexport function verify(expected: Files, actual: Files) {\n  return expected.digestAlgorithm === actual.digestAlgorithm && expected.digest === actual.digest;\n}\nexport const digest = (text: string) => createHash('sha256').update(text).digest('hex');\n",
  },
  {
    name: 'a password may go along with the hash of something else',
    path: 'src/a.py',
    told: 'medium weak-hash',
    defect:
      'import hashlib\ndef load(self, blob, passphrase):\n    return self.open(hashlib.sha256(passphrase).hexdigest(), blob)\n',
    fine: 'import hashlib\ndef load(self, blob, passphrase):\n    return self.open(hashlib.sha256(blob).hexdigest(), blob, passphrase)\n',
  },
  {
    name: 'what is named for a password may be given an account only',
    path: 'src/a.py',
    told: 'high weak-hash',
    defect:
      'import hashlib\ndef store_password(email, value):\n    hashed = hashlib.sha1(value.encode()).hexdigest()\n    return hashed\n',
    fine: 'import hashlib\ndef authorize_password(email: str) -> bool:\n    mixed = (email + PEPPER).encode()\n    hashed = hashlib.sha1(mixed).hexdigest()\n    return allow(hashed, 20)\n',
  },
  {
    name: 'a target that is said to be allowed may be gone to',
    path: 'src/a.py',
    told: 'medium open-redirect',
    defect: view("to = request.args['next']\nif to and _follow_redirect(to):\n    return redirect(to)"),
    fine: view("to = request.args['next']\nif to and _allow_redirect(to):\n    return redirect(to)"),
  },
  {
    name: 'what a function is for stands in the program',
    path: 'src/a.py',
    told: 'medium template-injection',
    defect: 'from jinja2 import Template\ndef write(listener):\n    return Template(listener.text + "!").render()\n',
    fine: 'from jinja2 import Template\ndef write(listener):\n    return Template(listener.__doc__ + "!").render()\n',
  },
  {
    name: 'a word between two signs stands in the place of something',
    path: 'src/a.py',
    told: 'high hard-coded-credential',
    defect: `ACCESS_TOKEN = "!${strong}!"\n`,
    fine: 'UNDERSCORE_TOKEN = "!UNDERSCORE!"\n',
  },
];

it.each(pairs)('$name', async ({ path, told, defect, fine, finePath }) => {
  const inDefect = await scanText(path, defect);
  expect(inDefect.findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`)).toContain(told);
  const inFine = await scanText(finePath ?? path, fine);
  expect(inFine.findings.filter(({ severity }) => severity !== 'low')).toEqual([]);
});

it('a part of the address of the page is told under the name that the page has for it', async () => {
  const text = `const url = new URL(window.location.href);\nlocation.href = url.searchParams.get('next');\n`;
  const { findings } = await scanText('src/a.js', text);
  expect(findings.map(({ message }) => message)).toEqual([
    'Text from `window.location.search.next` reaches `location.href`, which sends the browser there.',
  ]);
});

it('a handler of the standard library reads a request from what it extends', async () => {
  const text = `import os, http.server, urllib.parse
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.urlparse(self.path).query
        os.system('nslookup ' + urllib.parse.parse_qs(query)['host'][0])
`;
  const { findings } = await scanText('src/a.py', text);
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['high security/command-injection']);
  const other = await scanText('src/a.py', text.replace('http.server.BaseHTTPRequestHandler', 'Resolver'));
  expect(other.findings.filter(({ severity }) => severity === 'high')).toEqual([]);
});

it('what a handler of Tornado is asked with comes from a request', async () => {
  const text = `import os, tornado.web\nclass Handler(tornado.web.RequestHandler):\n    def get(self):\n        os.system('ping ' + self.get_argument('host'))\n`;
  const { findings } = await scanText('src/a.py', text);
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['high security/command-injection']);
});

it("what Angular's router has taken out of the address comes from outside", async () => {
  const text = `class Page {\n  show() { this.text = this.sanitizer.bypassSecurityTrustHtml(this.route.snapshot.queryParams.q); }\n}\n`;
  const { findings } = await scanText('src/page.component.ts', text);
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(['high security/cross-site-scripting']);
});

it.each([
  ["PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n", 'high security/weak-hash'],
  [
    "SESSION_SERIALIZER = 'django.contrib.sessions.serializers.PickleSerializer'\n",
    'medium security/unsafe-deserialization',
  ],
  ['DEBUG = True\n', 'medium security/debug-mode'],
  ['SESSION_COOKIE_SECURE = False\n', 'medium security/insecure-cookie'],
])('settings of Django that weaken it are told, but not those of tests: %s', async (text, told) => {
  const { findings } = await scanText('shop/settings.py', text);
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([told]);
  const indented = `class TestConfig:\n    ${text}`;
  if (told.includes('Pickle') || told.includes('deserialization')) return;
  expect((await scanText('shop/settings.py', indented)).findings).toEqual([]);
});
