import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { FileRole } from '../file-roles.ts';
import type { Severity } from '../findings.ts';
import { isAmongTexts, isCatalogue, isOfWords } from './catalogues.ts';
import { isClientKey, isSearchKey } from './client-keys.ts';
import type { Found } from './collector.ts';
import { isLockfile } from './lockfiles.ts';
import { isForOwnMachine, settingsBeside } from './own-machine.ts';
import { isOfDevelopment } from './places.ts';
import { entropy, isDense, isNoSecret, isPlaceholderOf } from './secret-values.ts';

/** A text longer than this is not searched for secrets: it is data. */
const LONGEST_TEXT = 1_000_000;
const LONGEST_LINE = 2_000;

/** Words without which no known format can be in a text, so that most files need no closer look. */
const FORMATS =
  /AKIA|ASIA|AIza|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|xox[abeprs]-|xapp-|hooks\.slack|SG\.|shp(?:at|ca|pa|ss)_|sk_(?:live|test)|rk_(?:live|test)|npm_|_authToken|sk-|gsk_|hf_|lin_api|ntn_|secret_|glc_|glsa_|ops_ey|hv[sbr]\.|dapi|dckr_|figd_|PRIVATE KEY|"private_key"|aws_?secret|tskey-|cfut_|vc[a-z]_/i;

/**
 * An address with a password. What is rare in it comes first: begun with its scheme, it would be tried at every word.
 */
const ADDRESS = /:\/\/(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s:@/]+:[^\s@/]+@/i;

/** Every `SECRET_NAME` holds one of these, so that most texts and lines need no closer look. */
const SECRET_WORD = /pass|pwd|secret|key|token|credential/i;

/** Names of things that must not be known to others. */
const SECRET_NAME =
  /(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key|encryption[_-]?key|signing[_-]?key|secret[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|token|client[_-]?secret|credentials?|jwt[_-]?(?:secret|key)|db[_-]?pass|webhook[_-]?secret|master[_-]?key)(?:$|[_.-](?:key|value|base|prod|production|live|default|hash[_-]?salt|hmac|string)(?:_?\d+)?$|_?\d*$)/i;

/** Names that look like those of secrets, but say where they come from, what they are called or how long they are. */
const NOT_SECRET_NAME =
  /(?:field|name|label|url|uri|path|file|header|param|type|prefix|suffix|pattern|regexp?|length|len|ttl|expir\w*|id|placeholder|hint|title|text|message|error|help|description|policy|reset|forgot|input|selector|env|endpoint|column|scope|public|attr|class|count|max|min|limit|format|kind|strategy|missing|invalid|required|changed|mismatch|rules?)s?$/i;

const ASSIGNMENT =
  /(?:^|[\s,{([;])(?:export\s+|const\s+|let\s+|var\s+|static\s+|readonly\s+|private\s+|public\s+|self\.|this\.|[\w.]+\.)*["']?([A-Za-z_$][\w$.-]{2,60})["']?\s*(?::\s*[A-Za-z_][\w<>[\]| ]*)?\s*(=>|:=|=(?!=)|:)\s*(?:[rbuf]{0,2})(["'`])((?:(?!\3)[^\\\n]|\\.){6,200})\3/g;
/** The same in a file of settings, where values need no quotes. */
const SETTING =
  /^\s*(?:export\s+|-\s*)?["']?([A-Za-z_][\w.-]{2,60})["']?\s*[:=]\s*([^\s#"'`,{}[\]|>&*!$][^\s#"'`,]{7,200})\s*(?:#.*)?$/;
/** `app.config['SECRET_KEY'] = '…'`, `os.environ.setdefault('API_KEY', '…')` */
const INDEXED = /\[["']([A-Za-z_][\w.-]{2,60})["']\]\s*=\s*(["'])((?:(?!\2)[^\\\n]|\\.){6,200})\2/g;
/** `password="…"` given to a call in Python and `|| '…'` after a look into the environment. */
const FALLBACK =
  /(?:process\.env\.|(?:os\.environ\.get|os\.getenv)\(\s*["'])([A-Z][A-Z0-9_]{2,60})["']?(?:\s*(?:\|\||\?\?)\s*|\s*,\s*)(["'])((?:(?!\2)[^\\\n]|\\.){8,200})\2/g;

/** One value that may be a secret. */
interface Candidate {
  readonly name: string;
  readonly value: string;
  readonly start: number;
}

/**
 * Secrets in one text file: known formats by secretlint, the rest by name and entropy. Their text is never told whole.
 */
export async function findSecrets(path: string, text: string, role: FileRole): Promise<readonly Found[]> {
  if (text.length > LONGEST_TEXT || isLockfile(path)) return [];
  const known = FORMATS.test(text) || ADDRESS.test(text) ? await knownFormats(path, text, role) : [];
  const own = role === 'test' ? [] : byEntropy(path, text, role);
  const private_ = privateKeys(path, text, role);
  const taken = [...known, ...private_];
  const free = own.filter((one) => !taken.some(({ start, end }) => start < one.end && one.start < end));
  return [...dedupe(taken), ...free];
}

function dedupe(found: readonly Found[]): Found[] {
  return found.filter((one, at) => found.findIndex(({ start, end }) => start < one.end && one.start < end) === at);
}

async function knownFormats(path: string, text: string, role: FileRole): Promise<Found[]> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ext = name.includes('.') ? name.slice(name.lastIndexOf('.')) : '';
  const { messages } = await lintSource({
    source: { content: text, filePath: path, ext, contentType: 'text' },
    options: { locale: 'en', noPhysicFilePath: true, maskSecrets: true, config: { rules: presetRules } },
  });
  return messages.flatMap((message): Found[] => {
    const [start, end] = message.range;
    const value = text.slice(start, end);
    if (/privatekey/.test(message.ruleId) || isPlaceholderOf(value) || isFormOfAddress(value)) return [];
    // An address with a password is what a test of addresses is about.
    if (role === 'test' && /basicauth/.test(message.ruleId)) return [];
    const what = message.ruleId.replace(/^.*secretlint-rule-/, '').replaceAll('-', ' ');
    const shown = redacted(/:\/\/[^:]*:([^@]+)@/.exec(value)?.[1] ?? value);
    const isUsed = (role === 'source' || role === 'tooling') && !isOfDevelopment(path);
    const severity: Severity = isUsed ? 'high' : 'low';
    const isLocal =
      /@(?:127\.0\.0\.1|0\.0\.0\.0|[A-Za-z][\w-]*|\[::1\])(?![\w.-])|:(?:pass(?:word|wd)?|pwd|pw|postgres|secret|user|root|admin|example|guest|change_?me|my_?pass(?:word)?)@/i.test(
        value,
      );
    const isLess = isLocal || (/:\/\/[^@]*@/.test(value) && isExplained(path, text, start));
    return [
      found(start, end, `A secret of the form "${what}" stands in the file (${shown}).`, isLess ? 'low' : severity),
    ];
  });
}

/** An address in a document or a comment shows how one is written. */
function isExplained(path: string, text: string, start: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return /\.(?:md|mdx|rst|txt|adoc|html?)$/i.test(path) || /^\s*(?:#|\/\/|\*|\/\*|--|;)/.test(before);
}

const presetRules = rules.map((rule) => ({ id: rule.meta.id, rule }));

function found(start: number, end: number, message: string, severity: Severity, cwe = 'CWE-798'): Found {
  return { rule: 'hard-coded-credential', severity, start, end, message, cwe };
}

const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----([\s\S]{0,8000}?)(?:-----END|$)/g;

/** Names of keys that only this machine's own pages are served with while they are written. */
const LOCAL_KEY = /(?:^|[/._-])(?:localhost|snake-?oil|self-?signed)(?=[._-])/i;

function privateKeys(path: string, text: string, role: FileRole): Found[] {
  const isUsed = (role === 'source' || role === 'tooling') && !LOCAL_KEY.test(path) && !isOfDevelopment(path);
  return [...text.matchAll(PRIVATE_KEY)].flatMap((match): Found[] => {
    const body = (match[1] ?? '').replace(/\\[nr]|["'+\s]/g, '');
    if (body.length < 60 || !/[A-Za-z0-9+/=]{40}/.test(body) || /\.\.\.|xxxx|example/i.test(body)) return [];
    return [
      found(
        match.index,
        match.index + match[0].length,
        'A private key stands in the file.',
        isUsed ? 'high' : 'low',
        'CWE-321',
      ),
    ];
  });
}

function byEntropy(path: string, text: string, role: FileRole): Found[] {
  const results: Found[] = [];
  const isSettings = /(?:^|\/)\.env(?:\.|$)|\.(?:ya?ml|ini|cfg|conf|properties|toml|env)$/i.test(path);
  if (
    /\.(?:md|mdx|rst|txt|html?|hbs|handlebars|mustache|ejs|njk|twig|liquid|pug|css|csv)$/i.test(path) ||
    isAmongTexts(path)
  )
    return results;
  if (/\.env\.(?:example|sample|template|dist)$|(?:^|\/)example\./i.test(path)) return results;
  if (!SECRET_WORD.test(text)) return results;
  let offset = 0;
  let isText = false;
  let isComment = false;
  const isScript = /\.[cm]?[jt]sx?$/.test(path);
  const isShownToPeople = isCatalogue(path);
  for (const line of text.split('\n')) {
    const wasText = isText;
    // Docstrings show how something is called.
    if (path.endsWith('.py') && (line.split(/"""|'''/).length - 1) % 2 === 1) isText = !isText;
    if (isScript && /^\s*\/\*/.test(line)) isComment = true;
    const wasComment = isComment;
    if (isComment && line.includes('*/')) isComment = false;
    const isCode = line.length <= LONGEST_LINE && !wasComment && !wasText && !isText;
    // What a script of a shell only shows is no setting.
    const isShown = /^\s*(?:echo|printf)\b[^>]*$/.test(line);
    if (isCode && !isShown && SECRET_WORD.test(line) && !/^\s*(?:#|\/\/|\*|\/\*|--)/.test(line)) {
      for (const candidate of candidates(line, isSettings)) {
        const severity = judge(candidate, line);
        if (severity === null || isSearchKey(candidate, text, offset)) continue;
        if (isShownToPeople && isOfWords(candidate.value)) continue;
        const placed = { ...candidate, start: offset + candidate.start };
        const isClient = isClientKey(placed, text, line, offset);
        const isUsed = role === 'source' && !isOfDevelopment(path) && !isClient;
        const isNear = isUsed && isForOwnMachine(candidate.name, () => settingsBeside(text, placed.start, isSettings));
        const weight = isNear && severity === 'high' ? 'medium' : isNear ? 'low' : severity;
        const says = isClient ? 'client' : isNear ? 'near' : 'secret';
        results.push(foundValue(placed, isUsed ? weight : 'low', says));
      }
    }
    offset += line.length + 1;
  }
  return results;
}

/** What a value is that stands in a file, and for whom. */
const SAYS = {
  secret: (shown: string) => `a secret that stands in the file (${shown})`,
  near: (shown: string) => `a password that stands in the file (${shown}), for the machine that it runs on`,
  client: (shown: string) => `a key that stands in the file (${shown}), as everybody gets it who uses the program`,
} as const;

function foundValue({ name, value, start }: Candidate, severity: Severity, says: keyof typeof SAYS): Found {
  return found(start, start + value.length, `\`${name}\` is given ${SAYS[says](redacted(value))}.`, severity);
}

function candidates(line: string, isSettings: boolean): Candidate[] {
  const list: Candidate[] = [];
  const add = (name: string | undefined, value: string | undefined, index: number, whole: string): void => {
    if (name === undefined || value === undefined) return;
    list.push({ name, value, start: index + whole.lastIndexOf(value) });
  };
  for (const match of line.matchAll(ASSIGNMENT)) add(match[1], match[4], match.index, match[0]);
  for (const match of line.matchAll(INDEXED)) add(match[1], match[3], match.index, match[0]);
  for (const match of line.matchAll(FALLBACK)) add(match[1], match[3], match.index, match[0]);
  const setting = isSettings ? SETTING.exec(line) : null;
  if (setting !== null) add(setting[1], setting[2], setting.index, setting[0]);
  return list.filter((one, at) => list.findIndex(({ start }) => start === one.start) === at);
}

/** An address that shows where a password is to be put: `mysql://[user[:password]@][host]`. */
function isFormOfAddress(value: string): boolean {
  const userAndPassword = /:\/\/([^@]*)@/.exec(value)?.[1];
  return userAndPassword !== undefined && /^(?:[[<{]|\$\{)|[\]>}]$|:(?:[[<{]|\$\{)/.test(userAndPassword);
}

/** What is done with a password, not one: `change_password`. */
const DOES =
  /^(?:change|reset|forgot|forget|update|verify|confirm|check|require|request|recover|validate|show|hide)_pass/i;

/** A name that says of its value that it opens nothing: `incorrect-username-password`, `WRONG_TOKEN`. */
const OPENS_NOTHING = /(?:^|[_.-])(?:incorrect|wrong|invalid|bad|missing|mismatch(?:ed|ing)?|expired)[_.-]/i;

/** `KEY_OAUTH2_SECRET = 'oauth2-secret'`: the name alone. */
function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** A text that says what it is: `SECRET_TOKEN_f8ed84e8f41e4146`. */
const HOLDS_KEY = /(?=[a-z]*\d[a-z]*\d[a-z]*\d)[a-z\d]{16}/i;

/** The name itself, or that of what is kept under it: `MQTT_PASSWORD_KEY = 'MQTT_PASSWORD'`. */
function isOwnName(name: string, value: string): boolean {
  return bare(name).endsWith(bare(value)) || bare(name.replace(/[_-]?key$/i, '')).endsWith(bare(value));
}

/** What a slow function has made of a password: it lets nobody in before the password is guessed. */
const SLOW_HASH = /^\$(?:2[abxy]?|argon2(?:id|i|d)|scrypt|7)\$|^(?:bcrypt(?:_sha256)?|argon2|pbkdf2_sha\d+)\$/;

/** How grave it is that this value stands there; null when it is no secret. */
function judge({ name, value }: Candidate, line: string): Severity | null {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  if (!SECRET_NAME.test(words) || NOT_SECRET_NAME.test(words) || DOES.test(words) || OPENS_NOTHING.test(words))
    return null;
  // The name of an action or an event: `SET_TOKEN = 'config/SET_TOKEN'`.
  if ((value.toLowerCase().includes(name.toLowerCase()) && !HOLDS_KEY.test(value)) || isOwnName(name, value))
    return null;
  // A key that pages carry to every visitor.
  if (/^(?:phc_|pk_(?:live|test)_|pk\.eyJ|GTM-|UA-\d)/.test(value)) return null;
  if (isPlaceholderOf(value) || (isNoSecret(value) && !isDense(value))) return null;
  if (/==|!=|\btest\b|\bassert|\bgetenv|environ\[|i18n|\bt\(|label|placeholder/i.test(line.replace(value, '')))
    return null;
  if (SLOW_HASH.test(value)) return 'low';
  const isPassword = /pass|pwd/i.test(words);
  const bits = entropy(value);
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(value)).length;
  if (value.length >= 20 && bits >= 3.5 && classes >= 2) return 'high';
  if (value.length >= 12 && bits >= 3 && classes >= 3) return 'high';
  if (isPassword && value.length >= 8 && classes >= 2) return 'medium';
  if (!isPassword && value.length >= 8 && classes >= 2 && bits >= 2.5 && /secret|key|token|credential/i.test(words))
    return 'medium';
  return null;
}

/** The first four characters, fewer of a short one: enough to find it, too little to use it. */
export function redacted(secret: string): string {
  return `${secret.slice(0, Math.min(4, Math.floor(secret.length / 3)))}…`;
}
