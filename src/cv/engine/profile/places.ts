import { plain } from './spans.ts';

const LANGUAGES_OF_NAMES = ['en', 'de', 'es', 'fr'];
const SHORT_COUNTRIES = [
  'uk',
  'usa',
  'us',
  'u.s.',
  'u.s.a.',
  'u.k.',
  'uae',
  'england',
  'scotland',
  'wales',
  'holland',
  'eu',
];
const STATES = new Set(
  `AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD
  TN TX UT VT VA WA WV WI WY DC ON QC BC AB MB SK NS NB NSW VIC QLD`.split(/\s+/),
);
const REMOTE = /^(?:(?:fully |100 ?% )?remote|hybrid|home ?office|on-?site|teletrabajo|télétravail)(?:\s*\([^)]*\))?$/i;
const TOWN =
  /^\p{Lu}[\p{L}'’.]+(?:[ -](?:\p{Lu}[\p{L}'’.]+|am|an|der|de|del|la|le|les|los|upon|sur|of|im|bei|do|da)){0,4}$/u;

let countries: ReadonlySet<string> | undefined;

/** Names of countries in four languages, from the data of the JavaScript engine. */
function countryNames(): ReadonlySet<string> {
  if (countries !== undefined) return countries;
  const names = new Set(SHORT_COUNTRIES);
  for (const language of LANGUAGES_OF_NAMES) {
    const display = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const code of codes()) {
      const name = display.of(code);
      if (name !== undefined) names.add(plain(name));
    }
  }
  countries = names;
  return names;
}

/** AA to ZZ. */
function codes(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((first) => letters.map((second) => first + second));
}

export function isCountry(text: string): boolean {
  return countryNames().has(plain(text.trim()));
}

/** Whether a text is the name of a place as CVs write it: `Berlin, Germany`, `Austin, TX`, `10115 Berlin`, `Remote`. */
export function isPlace(text: string): boolean {
  const line = text.trim();
  if (line.length > 70 || line.length < 2) return false;
  if (REMOTE.test(line) || isCountry(line)) return true;
  const parts = line.split(/\s*,\s*/);
  const last = parts.at(-1) ?? '';
  const before = parts.at(-2) ?? '';
  if (parts.length >= 2 && parts.length <= 5) {
    if (isCountry(last)) return isTown(before) || parts.length > 2;
    const state = /^([A-Z]{2,3})(?:\s+\d{5}(?:-\d{4})?)?$/.exec(last)?.[1];
    if (state !== undefined && STATES.has(state)) return isTown(before);
    // London SW1A 1AA and 10115 Berlin close an address.
    if (/^(?:\d{4,5}\s+\p{Lu}[\p{L} -]+|[\p{L} ]+[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$/u.test(last)) return true;
  }
  return parts.length === 1 && /^(?:[A-Z]{1,2}-)?\d{4,5}\s+\p{Lu}[\p{L} ./-]+$/u.test(line);
}

function isTown(text: string): boolean {
  return TOWN.test(text.replace(/^\d{4,5}\s+|\s+\d{4,6}$/g, ''));
}
