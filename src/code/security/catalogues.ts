/** Languages by their codes, but for those that name other things more often: `id`, `my`, `no`. */
const LANGUAGE =
  '(?:a[fmrz]|b[egns]|ca|c[sy]|d[ae]|e[lnostu]|f[air]|fil|g[alu]|h[eiruy]|i[st]|ja|k[akmnoy]|l[tv]|m[klnrst]|n[bel]|nn|p[alst]|r[ou]|s[ikloqrvw]|t[aehlr]|u[krz]|vi|zh)';
/** What follows the language: a region, a script. */
const REGION = '(?:[-_](?:[A-Z]{2}|[A-Z][a-z]{3}|419))';
const TEXTS = '(?:messages?|strings?|translations?|locali[sz]ations?|locali[sz]able|locales?|texts?|labels?|lang|intl)';
const EXTENSION = '\\.(?:json5?|ya?ml|properties|[cm]?[jt]s|php|toml|ini|py|rb|xml)$';

/** Folders in which nothing else is kept. */
const FOLDER =
  /(?:^|\/)(?:locales?|i18n|l10n|translations?|lang)\/|(?:^|\/)languages?\/.*\.(?:json|ya?ml|properties)$/i;

/** Files of what a program says to people, by their names. */
const CATALOGUE: readonly RegExp[] = [
  /(?:^|\/)(?:_locales|nls|locali[sz]ations?|\w+\.lproj|values(?:-\w+)?(?=\/strings\.xml$))\//i,
  /\.(?:arb|xliff?|xlf|resx|strings|stringsdict|xcstrings|ftl)$/i,
  // `nl-NL.json`
  new RegExp(`(?:^|/)${LANGUAGE}${REGION}${EXTENSION}`),
  // `messages/de.json`
  new RegExp(`(?:^|/)${TEXTS}/${LANGUAGE}(?:[-_][a-z]{2})?${EXTENSION}`, 'i'),
  // `ValidationMessages_pt_BR.properties`, `translation.fr.json`
  new RegExp(`(?:^|[/._-]|[a-z])${TEXTS}[._-]${LANGUAGE}(?:${REGION}|[-_][a-z]{2})?${EXTENSION}`, 'i'),
  new RegExp(`(?:^|/)(?:translations?|i18n|locali[sz]ations?)${EXTENSION}`),
];

/** Whether a file stands, by its path, where nothing but what a program says to people is kept. */
export function isAmongTexts(path: string): boolean {
  return FOLDER.test(path);
}

/** Whether a file holds, by its path, what a program says to people in one of several languages. */
export function isCatalogue(path: string): boolean {
  return CATALOGUE.some((one) => one.test(path));
}

/** A word of any language, and what has a digit or capitals in the middle: `2FA`, `OAuth2`, `iPhone`. */
const WORD = /^(?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}]*|\p{Lu}+|\d?[A-Z][A-Za-z]{0,4}\d?|[a-z][A-Z][a-z]+)$/u;

/** Whether a value of a catalogue is wording: words, with any signs between them. */
export function isOfWords(value: string): boolean {
  const plain = value.replace(/\\u[0-9a-f]{4}/gi, 'é');
  return plain.split(/[^\p{L}\p{M}\p{N}]+/u).every((word) => WORD.test(word));
}
