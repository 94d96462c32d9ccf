const PLACEHOLDER =
  /^(?:x+|\*+|\.+|_+|-+|0+|1+|change[_-]?me\w*|replace\w*|todo|tbd|none|null|undefined|true|false|test\w*|example\w*|sample\w*|dummy\w*|fake\w*|mock\w*|foo\w*|bar\w*|string|value|my[_-].*|your.*|the[_-].*|some[_-].*|enter.*|insert.*|put.*|pass(?:word|wd|phrase)?|passwd|secret|token|redacted|hidden|placeholder|default|admin|root|user|abc\w{0,6}|123\w{0,6}|not[_-]?(?:a|set|used).*|required|optional|n\/a|key|api[_-]?key|lorem.*)$/i;
const PLACEHOLDER_PART =
  /example|placeholder|change.?me|your[_-]|[_-]here\b|<[^>]+>|\$\{|\{\{|%\(|%s|\$\(|\.\.\.|…|xxxx|\*\*\*|dummy|sample|insecure-default|redacted|fake|lorem|_env\b|process\.env|getenv|vault:|ssm:|arn:aws|secrets?\.|env\.|\b1234[-_](?:1234|5678)\b/i;

/** Words that stand where a secret is to be put. */
export function isPlaceholderOf(value: string): boolean {
  // A variable of a shell.
  if (/^\$\w+["']*$/.test(value)) return true;
  // A row of the alphabet or of the digits, and hardly anything else.
  if (value.replace(/abcdefghij(?:klmnopqrstuvwxyz)?|0?123456789(?:0)?|qwertyuiop/gi, '').length < value.length / 4)
    return true;
  // What is put in the place of something for a while: `!UNDERSCORE!`, `@@TOKEN@@`.
  if (/^([!@#%*~|]{1,4})[A-Z]+(?:_[A-Z]+)*\1$/.test(value)) return true;
  // How keys of a service begin, without one.
  if (/^(?:[a-z]{2,6}[-_]){1,3}$/.test(value)) return true;
  return PLACEHOLDER.test(value.trim()) || PLACEHOLDER_PART.test(value) || new Set(value).size <= 3;
}

/** Words, addresses, paths, names of things, templates, identifiers and hashes of files are no secrets. */
export function isNoSecret(value: string): boolean {
  return (
    /\s.*\s|^\s|\s$/.test(value) ||
    isWording(value) ||
    /^[a-z]+(?:_[a-z]+)+$/.test(value) ||
    // A command: `node tools/reset-password.js`.
    /^[a-z][\w.-]*\s+(?:\S*\/)?[\w./-]+\.[a-z]{1,4}$/.test(value) ||
    /^(?:https?|file|ftp|data|mailto|urn|arn|ssh-|sha\d+-|\/|\.\/|\.\.\/|~\/|[A-Za-z]:\\|#|@)/.test(value) ||
    // A piece of JSON: `"message":"Unknown"`.
    /^\W*"\w+"\s*:\s*"/.test(value) ||
    // Addresses with a password are known by their form.
    /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ||
    // Two words of a sentence: `relaying local_sender`.
    /^[a-z]+(?:[._'-][a-z]+)* [a-z]+(?:[._'-][a-z]+)*[.!?:]?$/i.test(value) ||
    // What begins a program of Python: `package.module:Class`; signs by their numbers.
    /^[a-z_]\w*(?:\.\w+)+:[A-Za-z_]\w*$/.test(value) ||
    /^(?:\\u[0-9a-f]{4})+$/i.test(value) ||
    // How often something may be asked for: `5/m/ip`.
    /^\d+\/[a-z]+(?:\/[a-z]+)?(?:[,;]\d+\/[a-z/]+)*$/.test(value) ||
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value) ||
    (/^[a-z]+(?:[._:-][a-z]+)*$/.test(value) && !/\d/.test(value) && entropy(value) < 3.6) ||
    /^[a-z]+(?:[._:/-][a-z]+){2,}$/.test(value) ||
    /^[A-Z]?[a-z]+[.!?,:…]+$|\\x[0-9a-f]{2}|%[a-z]$|%[a-z]\W/.test(value) ||
    /^[A-Z]+(?:_[A-Z0-9]+)*$/.test(value) ||
    // Words with something between them name a place: `Shop_limiter.token`.
    /^[A-Za-z][a-z]+[A-Za-z]*(?:[._:-][A-Za-z][a-z]+)+$/.test(value) ||
    // One word with a capital: the name of a thing, not what opens it.
    /^[A-Z][a-z]+$/.test(value) ||
    // The name of a class: `api_key: "EnvironmentAPIKey"`.
    /^(?:[A-Z]+[a-z]{2,})+$/.test(value) ||
    // The name of a header, as `X-Auth-Token`.
    /^X(?:-[A-Z][A-Za-z0-9]{1,20}){1,5}$/.test(value) ||
    /^[a-z]+(?:[A-Z][a-z]+)+$/.test(value) ||
    /^[a-z][\w-]*(?:\.[a-zA-Z][\w-]*)+$/.test(value) ||
    /^(?:ssh-(?:rsa|ed25519)|-----BEGIN (?:PUBLIC|CERTIFICATE))/.test(value) ||
    /["'`]\s*[+.]|[+.]\s*["'`]|[()[\]{}<>;]|=>|\\[dwsbn]/.test(value)
  );
}

/**
 * One word of a language that needs more than ASCII, or several of any, with the end of a sentence: what pages show to
 * people. Words with a slash between them alone are written as words are: `Benutzername/Passwort`.
 */
function isWording(value: string): boolean {
  const words = /^(\p{L}[\p{L}\p{M}'’-]*)((?:[ /]\p{L}[\p{L}\p{M}'’-]*)*)\s?[.!?:…。？！：]*$/u.exec(value);
  if (words?.[1] === undefined || words[2] === undefined) return false;
  if (words[2] === '') return /[^\p{ASCII}]/u.test(words[1]);
  return words[2].includes(' ') || /^\p{Lu}?\p{Ll}{2,}(?:\/\p{Lu}?\p{Ll}{2,})+$/u.test(words[1] + words[2]);
}

/** Letters, digits and many signs without any order: what a generator of keys makes, not code and no pattern. */
export function isDense(value: string): boolean {
  const signs = new Set(value.replace(/[A-Za-z0-9\s]/g, ''));
  return (
    value.length >= 20 &&
    entropy(value) >= 3.9 &&
    signs.size >= 5 &&
    (value.match(/\d/g)?.length ?? 0) >= 2 &&
    !/\s.*\s/.test(value) &&
    !/[A-Za-z_]{3,}\(|=>|\$\{|:\/\/|\(\?|\[[^\]]*\w-\w|\.[*+]|\\[dwsbSWD]|<\/?\w|&&|\|\|/.test(value)
  );
}

/** Bits per character by Shannon's formula. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
