import { describe, expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

const strong = ['tR7', 'kQ2', 'vX9', 'mB4', 'wZ6', 'nL1', 'pY8'].join('');

/** What is told of a text, as `severity rule`. */
async function told(path: string, text: string): Promise<string[]> {
  const { findings } = await scanText(path, text);
  return findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`);
}

const HIGH = ['high hard-coded-credential'];
const MEDIUM = ['medium hard-coded-credential'];
const LOW = ['low hard-coded-credential'];

describe('What a catalogue of messages says of passwords', () => {
  const message = 'E-Mail/2FA-Passwort';
  const json = `{\n  "login": {\n    "password": "${message}"\n  }\n}\n`;

  it.each([
    ['public/messages/de-DE.json', json],
    ['public/messages/pt_BR.json', json],
    ['public/text/es-419.json', json],
    ['public/text/zh-Hans.json', json],
    ['src/messages/de.json', json],
    ['src/messages/de.ts', `export default {\n  password: '${message}',\n};\n`],
    ['src/_locales/de/messages.json', json],
    ['src/localization/german.json', json],
    ['src/translations.ts', `export const german = {\n  password: '${message}',\n};\n`],
    ['src/main/resources/messages_de.properties', `login.password=${message}\n`],
    ['src/main/resources/messages_es.properties', 'login.password=Contrase\\u00f1a/c\\u00f3digo-2FA\n'],
    ['config/Locales/devise.de.yml', `de:\n  password: ${message}\n`],
    ['lib/l10n/app_de.arb', json],
    ['ios/de.lproj/Localizable.strings', `"login.password" = "${message}";\n`],
    ['src/locale/messages.de.xlf', `<note password="${message}"/>\n`],
    ['web/Resources.de.resx', `<data password="${message}"/>\n`],
    ['web/de.ftl', `password = "${message}"\n`],
  ])('is no password: %s', async (path, text) => {
    expect(await told(path, text)).toEqual([]);
  });

  it.each([
    ['public/messages/de-DE.json', `{\n  "apiKey": "${strong}"\n}\n`],
    ['src/main/resources/messages_de.properties', `mail.password=${strong}\n`],
    ['public/messages/de-DE.json', '{\n  "password": "kQvXmBwZ/nLpYRtfGh."\n}\n'],
    ['public/messages/de-DE.json', '{\n  "password": "Sommer/Winter2024"\n}\n'],
    ['src/translations.ts', `const apiKey = '${strong}';\n`],
  ])('is one where it is no word: %s', async (path, text) => {
    expect(await told(path, text)).toEqual(HIGH);
  });

  it.each([
    'config/db.json',
    'config/es-1.json',
    'src/my-app.json',
    'deploy/eu-west.json',
    'deploy/compose.es.json',
    'src/messages/queue.json',
  ])('is one in a file of settings: %s', async (path) => {
    expect(await told(path, json)).toEqual(HIGH);
  });

  it.each([
    ['Incorrecte gebruikersnaam/wachtwoord.', []],
    ['Ugyldig brukernavn/passord', []],
    ['Benutzername/Passwort', []],
    ['Väärä salasana/tunnus!', []],
    ['Summer/Winter2024!', HIGH],
    ['kQvXmBwZ/nLpYRtfGh.', HIGH],
  ])('is known by its words wherever it stands: %s', async (value, expected) => {
    expect(await told('src/form.ts', `const shown = { password: '${value}' };\n`)).toEqual(expected);
  });

  it('or by a name that says that it opens nothing', async () => {
    expect(await told('src/form.ts', `export const WRONG_PASSWORD = '${strong}';\n`)).toEqual([]);
    expect(await told('src/form.ts', `export const incorrectApiKey = '${strong}';\n`)).toEqual([]);
    expect(await told('src/form.ts', `export const WRITE_PASSWORD = '${strong}';\n`)).toEqual(HIGH);
  });
});

describe('A key that every visitor of a page gets', () => {
  const google = `AIza${'SyD3x9Kq7Lm2Np5Rt8Vw1Yb4Cf6Gh0Jk_Zs'}`;
  const firebase = (key: string) =>
    `export const config = {\n  ${key},\n  authDomain: 'shop.firebaseapp.com',\n  projectId: 'shop',\n  storageBucket: 'shop.appspot.com',\n};\n`;

  const long = `"name":"${'shop '.repeat(40)}"`;

  it.each([
    ['.env.production', `VITE_BASE='{"apiKey":"${google}","authDomain":"shop.firebaseapp.com",${long}}'\n`],
    [
      '.env.production',
      `CONFIG='{"apiKey":"${google}","authDomain":"a.example.com","storageBucket":"shop",${long}}'\n`,
    ],
    ['src/firebase.ts', firebase(`apiKey: '${google}'`)],
    ['src/firebase.ts', firebase(`firebaseApiKey: '${google}'`)],
    ['lib/options.dart', firebase(`apiKey: '${google}'`)],
    ['.env', `FIREBASE_API_KEY=${google}\nFIREBASE_AUTH_DOMAIN=a.example.com\nFIREBASE_STORAGE_BUCKET=shop\n`],
    ['.env', `NEXT_PUBLIC_GOOGLE_MAPS_API_KEY=${google}\n`],
    ['.env', `EXPO_PUBLIC_MAPBOX_TOKEN=${strong}\n`],
    ['.env', `export REACT_APP_SEARCH_API_KEY="${strong}"\n`],
    ['compose.yml', `web:\n  environment:\n    - PUBLIC_CHAT_TOKEN=${strong}\n`],
    ['src/chat.js', `const key = process.env.VUE_APP_CHAT_TOKEN || '${strong}';\n`],
  ])('is told as little in %s', async (path, text) => {
    expect(await told(path, text)).toEqual(LOW);
  });

  it.each([
    ['.env', `GEMINI_API_KEY=${google}\nFIREBASE_AUTH_DOMAIN=a.example.com\nFIREBASE_STORAGE_BUCKET=shop\n`],
    ['.env', `VITE_GEMINI_API_KEY=${google}\n`],
    ['.env', `GOOGLE_MAPS_API_KEY=${google}\n`],
    ['.env', `VITE_ADMIN_PASSWORD=${strong}\n`],
    ['.env', `NEXT_PUBLIC_JWT_SECRET=${strong}\n`],
    ['.env', `EXPO_PUBLIC_SUPABASE_SERVICE_ROLE_API_KEY=${strong}\n`],
    ['.env', `INVITE_API_KEY=${strong}\n`],
    ['.env', `REACT_APP_GITHUB_TOKEN=ghp_${'a1B2c3D4e5F6g7H8i9J0'}${'k1L2m3N4o5P6q7R8'}\n`],
    ['.env', `VITE_CONFIG='{"accessToken":"x","clientSecret":"${strong}",${long}}'\n`],
    ['src/firebase.ts', firebase(`apiKey: '${strong}'`)],
    ['src/firebase.ts', firebase(`placesServerApiKey: '${google}'`)],
    ['src/youtube.ts', `export const config = { apiKey: '${google}', projectId: 'shop' };\n`],
  ])('is more than that where it lets in or is paid for: %s, %s', async (path, text) => {
    expect(await told(path, text)).toEqual(HIGH);
  });
});

it('What weighs less says why', async () => {
  const saidOf = async (text: string) => (await scanText('.env', text)).findings.map(({ message }) => message);
  expect(await saidOf(`PUBLIC_API_KEY=${strong}\n`)).toEqual([expect.stringMatching(/everybody gets/)]);
  expect(await saidOf(`HOST=::1\nPASSWORD=${strong}\n`)).toEqual([expect.stringMatching(/machine that it runs on/)]);
  expect(await saidOf(`PASSWORD=${strong}\n`)).toEqual([expect.stringMatching(/a secret that stands in the file/)]);
});

it('A key that says of itself that it only reads what is built for everybody is told as little', async () => {
  const token = (may: string) => Buffer.from(`5b0a9c1e-7d42-4f86-9a3b-c81d06e7f254|${may}`).toString('base64');
  const settings = (may: string) => `{\n  "nxCloudAccessToken": "${token(may)}"\n}\n`;
  expect(await told('nx.json', settings('read'))).toEqual(LOW);
  expect(await told('nx.json', settings('read-only'))).toEqual(LOW);
  expect(await told('nx.json', settings('read-write'))).toEqual(HIGH);
  expect(await told('nx.json', `{\n  "accessToken": "${token('read')}"\n}\n`)).toEqual(HIGH);
});

describe('A password for the machine that a program runs on', () => {
  const link = (host: string, password: string) =>
    `import mysql from 'mysql2';\nexport const link = mysql.createConnection({ ${host}user: 'app', password: '${password}' });\n`;
  const connect = (host: string) =>
    `import psycopg2\nlink = psycopg2.connect(${host}, user="app", password="${strong}")\n`;
  const record = (host: string) =>
    `export const options = {\n  database: {\n    ${host},\n    password: '${strong}',\n    pool: { max: 2 },\n  },\n};\n`;

  it.each([
    ["host: 'localhost', ", MEDIUM],
    ["host: '127.0.0.1', ", MEDIUM],
    ["host: '::1', ", MEDIUM],
    ["socketPath: '/var/run/mysqld/mysqld.sock', ", MEDIUM],
    ["host: 'db.acme.io', ", HIGH],
    ["host: '127.acme.io', ", HIGH],
    ["host: process.env.HOST || 'localhost', ", HIGH],
    ["bind: 'localhost', ", HIGH],
    ["logHost: 'localhost', ", HIGH],
    ['', HIGH],
  ])('weighs less in a call: %s', async (host, expected) => {
    expect(await told('src/a.ts', link(host, 'mysqlrootpassword'))).toEqual(expected);
    expect(await told('src/a.ts', link(host, strong))).toEqual(expected);
  });

  it('weighs little where it is a word, or what a script tries', async () => {
    expect(await told('src/a.ts', link("host: 'localhost', ", 'root'))).toEqual(LOW);
    expect(await told('scripts/load/a.js', link("host: 'localhost', ", 'mysqlrootpassword'))).toEqual(LOW);
    expect(await told('scripts/load/a.js', link("host: 'db.acme.io', ", 'mysqlrootpassword'))).toEqual(HIGH);
    expect(await told('src/a.ts', link("host: 'db', ", 'root'))).toEqual(MEDIUM);
  });

  it.each([
    ['src/a.py', connect('host="localhost"'), connect('host="db.acme.io"')],
    ['src/a.py', connect('"localhost"'), connect('"db.acme.io"')],
    ['src/a.ts', record("host: 'localhost'"), record("host: 'db.acme.io'")],
    ['src/a.ts', record("url: 'redis://localhost:6379/0'"), record("url: 'redis://localhost.acme.io:6379/0'")],
    [
      'config/database.yml',
      `live:\n  host: localhost\n  password: ${strong}\n`,
      `live:\n  host: db.acme.io\n  password: ${strong}\ntry:\n  host: localhost\n`,
    ],
    [
      'src/application.properties',
      `app.datasource.url=jdbc:mysql://localhost:3306/shop\napp.datasource.password=${strong}\n`,
      `app.cache.url=redis://localhost:6379/0\napp.datasource.password=${strong}\n`,
    ],
    ['.env', `DB_HOST=127.0.0.1\nDB_PASSWORD=${strong}\n`, `DB_HOST=10.0.0.7\nDB_PASSWORD=${strong}\nHOST=localhost\n`],
  ])('weighs less than that of another machine: %s', async (path, near, far) => {
    expect(await told(path, near)).toEqual(MEDIUM);
    expect(await told(path, far)).toEqual(HIGH);
  });

  it('is a password: a key beside the address that a server listens on is as grave as any', async () => {
    const text = `export const server = { host: 'localhost', port: 80, sessionSecret: '${strong}' };\n`;
    expect(await told('src/a.ts', text)).toEqual(HIGH);
  });
});
