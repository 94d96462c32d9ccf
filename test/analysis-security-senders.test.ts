// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are programs as text, with templates of their own
import { expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

/** A program that is told, and one that looks like it of which only `left` is told. */
interface Twins {
  readonly name: string;
  readonly path: string;
  readonly said: string;
  readonly defect: string;
  readonly alike: string;
  readonly left?: readonly string[];
  readonly alikePath?: string;
}

const key = ['tR7', 'kQ2', 'vX9', 'mB4', 'wZ6', 'nL1', 'pY8'].join('');
const handler = (body: string) => `app.post('/x', async (req, res) => {\n${body}\n});\n`;
const token = (options: string) => handler(`res.cookie('access_token', make(), { ${options} });`);
const jwt = (rest: string) =>
  `import jwt\ndef issuer_of(token):\n    return jwt.decode(token, options={'verify_signature': False})['iss']\ndef check(token, known):\n    return jwt.decode(token, known, algorithms=['RS256'])\n${rest}`;
const client = (rest: string) =>
  `import httpx\ndef build(options, verify):\n    kwargs = dict(options)\n    kwargs['verify'] = verify\n    return httpx.Client(**kwargs)\ndef make(options, is_insecure):\n${rest}`;
const seen = (rest: string) =>
  `import ssl, socket\ndef look(host):\n    context = ssl.create_default_context()\n    context.check_hostname = False\n    context.verify_mode = ssl.CERT_NONE\n    with context.wrap_socket(socket.create_connection((host, 443))) as connection:\n        ${rest}\n`;
const trigger = (rest: string) =>
  `class Triggers {\n  add(actions) {\n    const make = async (action) => {\n      await this.sequelize.query(\`CREATE TRIGGER update_\${action} AFTER \${action} ON books\`);\n    };\n    ${rest}\n  }\n}\nmodule.exports = Triggers;\n`;
const cors = (condition: string) =>
  handler(
    `if (${condition}) {\n  res.header('Access-Control-Allow-Origin', req.get('origin'));\n  res.header('Access-Control-Allow-Credentials', true);\n}`,
  );
const archive = (name: string) =>
  `# extracts what is embedded\ndef extract(file):\n    with open(f'/srv/{file.${name}}_1.mp4', 'wb') as out:\n        out.write(file.read())\n`;

const pairs: readonly Twins[] = [
  {
    name: 'an engine of templates reads its settings from the request that it is handed whole',
    path: 'src/a.js',
    said: 'high template-injection',
    defect: handler("const profile = req.body;\nres.render('account.hbs', profile);"),
    alike: handler("res.render('account.hbs', { profile: req.body, page: req.query.page });"),
  },
  {
    name: 'the evaluator that mathjs once had runs code, today it has none',
    path: 'src/a.js',
    said: 'high code-injection',
    defect: `const mathjs = require('mathjs');\n${handler('res.json({ result: mathjs.eval(req.body.formula) });')}`,
    alike: `const mathjs = require('mathjs');\n${handler('res.json({ result: mathjs.evaluate(req.body.formula) });')}`,
  },
  {
    name: 'a token is verified by who asks for its issuer first',
    path: 'src/a.py',
    said: 'medium unverified-token',
    defect: jwt(''),
    alike: jwt('def enter(token):\n    return check(token, issuer_of(token))\n'),
    left: ['low unverified-token'],
  },
  {
    name: 'templates without code reach only what they are given',
    path: 'src/a.js',
    said: 'medium template-injection',
    defect: `const ejs = require('ejs');\nexports.show = (action, scope) => ejs.render(action.text, scope);\n`,
    alike: `const Handlebars = require('handlebars');\nexports.show = (action, scope) => Handlebars.compile(action.text)(scope);\n`,
    left: ['low template-injection'],
  },
  {
    name: 'a function that runs what its callers write adds nothing to it',
    path: 'src/a.py',
    said: 'medium command-injection',
    defect: `import subprocess\ndef show(folder):\n    return subprocess.run('ls ' + folder, shell=True)\n`,
    alike: `import subprocess\ndef run(expanded):\n    return subprocess.run(expanded, shell=True)\n`,
    left: ['low S602'],
  },
  {
    name: 'a parameter is false where an insecure connection was asked for',
    path: 'src/a.py',
    said: 'high disabled-certificate-check',
    defect: client('    return build(options, False)\n'),
    alike: client('    if is_insecure:\n        return build(options, False)\n    return build(options, True)\n'),
    left: ['low disabled-certificate-check'],
  },
  {
    name: 'who only reads a certificate sends nothing',
    path: 'src/a.py',
    said: 'high disabled-certificate-check',
    defect: seen("connection.sendall(b'hello')"),
    alike: seen('return connection.getpeercert(binary_form=True)'),
    left: ['low disabled-certificate-check'],
  },
  {
    name: 'a cookie whose time is over protects nothing',
    path: 'src/a.js',
    said: 'medium insecure-cookie',
    defect: token('maxAge: 1000, secure: true'),
    alike: `${token('maxAge: -1, secure: true')}${token('expires: new Date(0), secure: true')}`,
  },
  {
    name: 'how somebody came in lets nobody in',
    path: 'src/a.js',
    said: 'medium insecure-cookie',
    defect: handler("res.cookie('auth_token', make(), { httpOnly: true });"),
    alike: handler("res.cookie('auth_method', method, { httpOnly: true });"),
  },
  {
    name: 'origins that are looked up are not all of them',
    path: 'src/a.js',
    said: 'high permissive-cors',
    defect: cors('req.method'),
    alike: cors("isOpen || allowedOrigins.some((one) => one === req.get('origin'))"),
  },
  {
    name: 'a connection may itself refuse the addresses of its own network',
    path: 'src/a.js',
    said: 'high server-side-request-forgery',
    defect: handler('await fetch(req.body.url, { dispatcher: pooledDispatcher });'),
    alike: handler('await fetch(req.body.url, { dispatcher: ssrfSafeDispatcher });'),
  },
  {
    name: 'what an entry of an archive is called is its name, not its hash',
    path: 'src/a.py',
    said: 'medium zip-slip',
    defect: archive('filename'),
    alike: archive('hash'),
  },
  {
    name: 'a function in a function is called with what stands there',
    path: 'src/a.js',
    said: 'medium sql-injection',
    defect: trigger('actions.forEach(make);'),
    alike: trigger("make('insert');\n    make('delete');"),
  },
  {
    name: 'a function that is not handed out is called with what stands there',
    path: 'src/a.js',
    said: 'medium sql-injection',
    defect:
      'module.exports = function make(db, action) { return db.query(`CREATE TRIGGER a AFTER ${action} ON b`); };\n',
    alike:
      'function make(db, action) { return db.query(`CREATE TRIGGER a AFTER ${action} ON b`); }\nmodule.exports = (db) => make(db, "insert");\n',
  },
  {
    name: 'a migration is run once, by those who wrote it',
    path: 'src/triggers.js',
    said: 'medium sql-injection',
    defect: 'exports.add = (sequelize, action) => sequelize.query(`CREATE TRIGGER a AFTER ${action} ON b`);\n',
    alike: 'exports.add = (sequelize, action) => sequelize.query(`CREATE TRIGGER a AFTER ${action} ON b`);\n',
    alikePath: 'src/migrations/v2.js',
  },
  {
    name: 'what is sent back to a script as JSON was asked for is less than a page',
    path: 'src/a.js',
    said: 'high cross-site-scripting',
    defect: handler('res.send(`No item ${req.query.id}`);'),
    alike: handler('res.send(`No item ${req.body.id}`);'),
    left: ['medium cross-site-scripting'],
  },
  {
    name: 'the name of what is kept under a key is no key',
    path: 'src/a.js',
    said: 'high hard-coded-credential',
    defect: `module.exports = { MQTT_PASSWORD: '${key}' };\n`,
    alike: "module.exports = { MQTT_PASSWORD_KEY: 'Z2M_MQTT_PASSWORD' };\n".replaceAll(
      'MQTT_PASSWORD_KEY',
      'Z2M_MQTT_PASSWORD_KEY',
    ),
  },
  {
    name: 'a key that says that it is one is one',
    path: 'src/a.js',
    said: 'high hard-coded-credential',
    defect: "const token = 'SECRET_TOKEN_f8ed84e8f41e4146403dd4a6bbcea5e4';\n",
    alike: "const token = 'SECRET_TOKEN_OF_THE_FIRST_PAGE';\n",
  },
  {
    name: 'a slow hash of a password lets nobody in',
    path: 'src/a.js',
    said: 'high hard-coded-credential',
    defect: `const user = { password: '${key}' };\n`,
    alike: "const user = { password: '$2a$10$jsgdfTRYM4r5ainVwZdRsus44xtLYZn/mWhyBY2ch005MO15BS62u' };\n",
    left: ['low hard-coded-credential'],
  },
  {
    name: 'how the keys of a service begin is none',
    path: 'src/a.js',
    said: 'high hard-coded-credential',
    defect: `const apiKey = process.env.API_KEY || '${key}';\n`,
    alike: "const apiKey = process.env.API_KEY || 'sk-proj-';\n",
  },
  {
    name: 'a piece of JSON is no key',
    path: 'src/a.js',
    said: 'high hard-coded-credential',
    defect: `const ERROR_TOKEN = '${key}';\n`,
    alike: `const ERROR_TOKEN = '"message":"Unknown Error"';\n`,
  },
  {
    name: 'the alphabet is no key',
    path: 'src/a.py',
    said: 'high hard-coded-credential',
    defect: `SECRET_KEY = 'abcdefghij${key}'\n`,
    alike: "SECRET_KEY = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'\n",
  },
  {
    name: 'the options of a command are given by who runs it',
    path: 'src/a.py',
    said: 'medium code-injection',
    defect: "class Shell:\n    def run(self, options):\n        exec(options['command'], {})\n",
    alike:
      "class Command(BaseCommand):\n    def handle(self, *args, **options):\n        exec(options['command'], {})\n",
    left: ['low code-injection'],
  },
  {
    name: 'no placeholder can stand for the name of a function',
    path: 'src/a.py',
    said: 'medium sql-injection',
    defect: `def run(cursor, title):\n    cursor.execute(f"SELECT id FROM books WHERE title = '{title}'")\n`,
    alike: `def run(cursor, func_name):\n    cursor.execute(f'SELECT own.{func_name}()')\n`,
    left: ['low sql-injection'],
  },
  {
    name: 'whose a token is, is no secret',
    path: 'src/a.py',
    said: 'medium timing-attack',
    defect: 'def check(request, data):\n    return data.token == request.headers["X-Token"]\n',
    alike: 'def check(request, data):\n    return data.token_user == request.headers["X-User"]\n',
  },
  {
    name: 'what is tried in unittests serves nobody',
    path: 'src/scans/server.js',
    said: 'high code-injection',
    defect: handler('res.send(eval(req.query.expression));'),
    alike: handler('res.send(eval(req.query.expression));'),
    alikePath: 'unittests/scans/server.js',
  },
];

it.each(pairs)('$name', async ({ path, said, defect, alike, left, alikePath }) => {
  const told = async (where: string, text: string) =>
    (await scanText(where, text)).findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`);
  expect(await told(path, defect)).toContain(said);
  expect(await told(alikePath ?? path, alike)).toEqual(left ?? []);
});
