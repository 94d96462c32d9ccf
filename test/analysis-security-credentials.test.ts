import { describe, expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

const strong = ['tR7', 'kQ2', 'vX9', 'mB4', 'wZ6', 'nL1', 'pY8'].join('');

/** What is told of a text, as `severity rule`. */
async function told(path: string, text: string): Promise<string[]> {
  const { findings } = await scanText(path, text);
  return findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`);
}

const HIGH = ['high hard-coded-credential'];

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
