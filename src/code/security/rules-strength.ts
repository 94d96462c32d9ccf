import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';
import type { Expression } from './syntax.ts';
import type { Value } from './values.ts';

/** Versions before TLS 1.2. */
const OLD_TLS = /^(?:SSLv[23]|TLSv1(?:[._]1)?)(?:_(?:client_|server_)?method)?$/;

/** OWASP asks for hundreds of thousands of rounds; fewer than these are cheap to guess through. */
const FEWEST_ROUNDS = 50_000;
/** Of bcrypt, where each one more doubles the work. */
const FEWEST_COST = 10;
/** Of RSA and DSA, by NIST SP 800-57. */
const SHORTEST_MODULUS = 2048;

/** Protocols, keys and counts of rounds that were once enough. */
export function checkStrength(collector: Collector, site: CallSite): void {
  rounds(collector, site);
  protocol(collector, site);
  modulus(collector, site);
}

function rounds(collector: Collector, { name, args, named, node }: CallSite): void {
  const isDerived = /^(?:crypto\.pbkdf2(?:Sync)?|hashlib\.pbkdf2_hmac)$/.test(name);
  const isBcrypt = /^bcrypt(?:js|-nodejs)?\.(?:hash|hashSync|genSalt|genSaltSync|gensalt)$/.test(name);
  if (!isDerived && !isBcrypt) return;
  const at = isDerived ? (name.startsWith('hashlib') ? 3 : 2) : /[sS]alt/.test(name) ? 0 : 1;
  const given = named.get('iterations') ?? named.get('rounds') ?? args[at];
  const count = given?.constant;
  if (typeof count !== 'number' || count >= (isDerived ? FEWEST_ROUNDS : FEWEST_COST)) return;
  if (isDerived && isFromKey(collector, node.args[name.startsWith('hashlib') ? 1 : 0], node)) {
    const message = `\`${name}\` makes ${count} rounds, too few for a key that somebody has thought up.`;
    collector.certain('weak-hash', node, message, 'low', 'CWE-916');
    return;
  }
  const message = `\`${name}\` makes ${count} rounds, so few that passwords can be guessed cheaply.`;
  collector.certain('weak-hash', node, message, 'medium', 'CWE-916');
}

/** What makes or opens what is encrypted. */
const CIPHER = /\bcreate(?:Dec|C)ipheriv\b|\bFernet\b|\bAES(?:GCM)?\b/;
/** A key that whoever sets a server up has made, by its name or by where it is kept. */
const KEY = /secret|key|\bprocess\.env\b|\bos\.(?:environ|getenv)\b|\bsettings\./i;
/** The name of a function and that of the first thing it takes. */
const HEAD =
  /\b(?:function|def)\s+([\w$]+)\s*\(\s*([\w$]+)|\b(?:const|let)\s+([\w$]+)\s*(?::[^=\n]{0,80})?=\s*(?:async\s+)?(?:\(\s*)?([\w$]+)/;
/** Characters before a call within which the function begins that consists of it. */
const BEFORE = 200;

/**
 * Whether a key for a cipher is derived from another key, of a length that nobody guesses: its name says so, or where
 * it is a function's own parameter, what each of its callers gives.
 */
function isFromKey(collector: Collector, subject: Expression | undefined, node: CallSite['node']): boolean {
  if (subject === undefined || !CIPHER.test(collector.text)) return false;
  const own = collector.source(subject);
  if (isKey(own)) return true;
  const [above = ''] = collector.surroundings(node).split('\n');
  const line =
    collector.text
      .slice(Math.max(0, node.start - BEFORE), node.start)
      .split('\n')
      .at(-1) ?? '';
  const head = [line, above].map((one) => HEAD.exec(one)).find((one) => (one?.[2] ?? one?.[4]) === own);
  const name = head?.[1] ?? head?.[3];
  return name !== undefined && isGivenKeys(collector, name);
}

function isKey(source: string): boolean {
  return KEY.test(source) && !/pass|pwd|\bpin\b|user/i.test(source);
}

const given = new WeakMap<Collector, Map<string, boolean>>();

/** Whether a function that only its file calls is given keys there. */
function isGivenKeys(collector: Collector, name: string): boolean {
  const known = given.get(collector) ?? new Map<string, boolean>();
  given.set(collector, known);
  const last = known.get(name);
  if (last !== undefined) return last;
  const called = new RegExp(`(?<![\\w$.]|function |def )${name.replaceAll('$', '\\$')}\\(\\s*([^,()\\n]*)`, 'g');
  const sources = [...collector.text.matchAll(called)].map(([, source = '']) => source);
  const isGiven = collector.isLocal(name) && sources.length > 0 && sources.every(isKey);
  known.set(name, isGiven);
  return isGiven;
}

function protocol(collector: Collector, { name, args, named, node }: CallSite): void {
  if (/^ssl\.SSLContext$/.test(name) && /\.PROTOCOL_(?:SSLv[23]|TLSv1(?:_1)?)$/.test(args[0]?.name ?? '')) {
    outdated(collector, node, (args[0]?.name ?? '').replace(/^.*PROTOCOL_/, ''));
    return;
  }
  if (collector.language === 'python') {
    const version = /\.PROTOCOL_(SSLv[23]|TLSv1(?:_1)?)$/.exec(named.get('ssl_version')?.name ?? '');
    if (version?.[1] !== undefined && name !== 'ssl.wrap_socket') outdated(collector, node, version[1]);
    return;
  }
  for (const { entries } of args) {
    for (const key of ['minVersion', 'maxVersion', 'secureProtocol']) {
      const constant = entries?.get(key)?.constant;
      if (typeof constant === 'string' && OLD_TLS.test(constant)) outdated(collector, node, constant);
    }
  }
}

/** `context.minimum_version = ssl.TLSVersion.TLSv1`. */
export function checkProtocolAssignment(
  collector: Collector,
  node: { readonly start: number; readonly end: number },
  path: string,
  value: Value,
): void {
  const version = /TLSVersion\.(SSLv3|TLSv1(?:_1)?)$/.exec(value.name ?? '');
  if (!/\.(?:minimum|maximum)_version$/.test(path) || version?.[1] === undefined) return;
  outdated(collector, node, version[1], isAskedFor(collector.text, node.start) ? 'low' : 'medium');
}

/** Whether the condition around names the version: whoever set this up has chosen it. */
function isAskedFor(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 250), start);
  const head = before.lastIndexOf('if ');
  return head >= 0 && /^if [^\n]*==\s*['"](?:SSL|TLS)v?[\d._]+['"]/.test(before.slice(head));
}

function outdated(
  collector: Collector,
  node: { readonly start: number; readonly end: number },
  version: string,
  severity: 'medium' | 'low' = 'medium',
): void {
  const message = `Connections may use ${version.replaceAll('_', '.').replace(/\.method$/, '')}, whose weaknesses are known.`;
  collector.certain('outdated-protocol', node, message, severity);
}

function modulus(collector: Collector, { name, args, node }: CallSite): void {
  if (!/^crypto\.generateKeyPair(?:Sync)?$/.test(name)) return;
  const bits = args[1]?.entries?.get('modulusLength')?.constant;
  if (typeof bits !== 'number' || bits >= SHORTEST_MODULUS) return;
  collector.certain(
    'weak-cipher',
    node,
    `\`${name}\` makes a key of ${bits} bits, too short today.`,
    'medium',
    'CWE-326',
  );
}
