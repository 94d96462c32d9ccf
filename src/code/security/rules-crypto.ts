import type { Collector } from './collector.ts';
import { isOfName, isOfOthers, isOfStored } from './hash-uses.ts';
import type { CallSite } from './observer.ts';
import { checkCipher } from './rules-ciphers.ts';

/** What is hashed so that nobody can make another one with the same hash, or find it. */
const HASHED_SECRET =
  /passw|passwd|pwd|secret|(?<!csrf.?)token|signature|sign\b|signing|hmac|credential|api_?key|integrity|certificate/i;
/** A hash that is only to be short and the same for the same: of a cache, a name, a tag. */
const LABEL =
  /\[:\s*\d+\]|\.(?:slice|substring|substr)\(\s*0\s*,|etag|cache|checksum|slug|dedup|bucket|shard|\buuid|gravatar|\w+_id\b|\w+Id\b/i;
const PASSWORD = /passw(?:or)?d|passwd|\bpwd\b|passphrase/i;
const WEAK = /^(?:md2|md4|md5|sha-?1|ripemd(?:160)?|rmd160)$/i;
const FAST = /^(?:sha-?2?-?(?:224|256|384|512)|sha3.*|blake2\w*)$/i;

/** Hashes, ciphers and random numbers that are too weak for what they are used for. */
export function checkCrypto(collector: Collector, site: CallSite): void {
  if (collector.language === 'script') scriptHash(collector, site);
  else pythonHash(collector, site);
  checkCipher(collector, site);
  random(collector, site);
}

function scriptHash(collector: Collector, site: CallSite): void {
  const { name, args, node } = site;
  const digest = String(args[0]?.constant ?? '');
  const match =
    /^(?:crypto|crypto-js|CryptoJS)\.(createHash|createHmac|MD5|SHA1|hash)$/.exec(name) ??
    /^(?:blueimp-|js-)?(md5|sha1)(?:\.\w+)?$/.exec(name);
  if (match === null) return;
  const algorithm = /^(?:md5|sha1)$/i.test(match[1] ?? '') ? (match[1] ?? '') : digest;
  // What is hashed comes after the call that names the algorithm, if that is a call of its own.
  const end = digest === '' ? node.end : node.end + lengthInFunction(collector, node);
  const around = collector.surroundings({ start: node.start, end });
  hashed(collector, site, algorithm, around, match[1] === 'createHmac');
}

const NEXT_FUNCTION =
  /\n\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\b|(?:const|let|var)\s+[\w$]+\s*=[^\n]*=>)/.source;

/** Characters behind a call that are looked at for what is hashed: no further than its function goes. */
function lengthInFunction(collector: Collector, node: CallSite['node']): number {
  const behind = collector.text.slice(node.end, node.end + 120);
  const [head = ''] = collector.surroundings(node).split('\n');
  const indent = /^\s*/.exec(head)?.[0] ?? '';
  const end = behind.search(new RegExp(`\\n${indent}\\}|${NEXT_FUNCTION}`));
  return end < 0 ? behind.length : end;
}

function pythonHash(collector: Collector, site: CallSite): void {
  const { name, args, named, node } = site;
  const match = /^(?:hashlib|Crypto\.Hash|Cryptodome\.Hash)\.(\w+)(?:\.new)?$/.exec(name);
  if (match === null || named.get('usedforsecurity')?.constant === false) return;
  const algorithm = match[1] === 'new' ? String(args[0]?.constant ?? '') : (match[1] ?? '');
  if (algorithm === 'pbkdf2_hmac') return;
  hashed(collector, site, algorithm, collector.surroundings(node), false);
}

/** A broken function where it matters, or a fast one for passwords. */
function hashed(
  collector: Collector,
  { node, name }: CallSite,
  algorithm: string,
  given: string,
  isHmac: boolean,
): void {
  const around = isOfAccount(given) ? given.slice(given.indexOf('\n')) : given;
  const password = PASSWORD.test(around);
  if (WEAK.test(algorithm)) {
    // The service that knows which passwords were stolen is asked with the beginning of their SHA-1.
    if (/pwned|\bhibp|haveibeen/i.test(collector.text.slice(Math.max(0, node.start - 400), node.end + 400))) return;
    // HMAC does not need what MD5 and SHA-1 have lost.
    if (isHmac && !/^md[245]$/i.test(algorithm)) return;
    // Protocols that ask for HMAC-MD5 cannot be spoken with another one.
    const isLabel = !password && !HASHED_SECRET.test(around) && LABEL.test(around);
    if (isLabel) return;
    // The header of that name holds an MD5, whatever one thinks of it.
    const isHeader =
      /^md5$/i.test(algorithm) && !HASHED_SECRET.test(around) && /['"]content-md5['"]/i.test(collector.text);
    if (isHeader) return;
    // The protocol of HTTP asks for it.
    const isDigest = /\brealm\b/.test(around) && /nonce/i.test(collector.text);
    const isSettled = isOfOthers(collector, node) || isOfStored(collector, node) || isOfName(collector.source(node));
    const matters = HASHED_SECRET.test(around) && !(isHmac && /cram|ntlm|radius|tacacs/i.test(collector.text));
    const message = `\`${name}\` hashes with ${algorithm.toUpperCase()}, which is broken${password ? ' and far too fast for passwords' : ''}.`;
    collector.certain(
      'weak-hash',
      node,
      message,
      isDigest || isSettled ? 'low' : password && !isHmac ? 'high' : matters ? 'medium' : 'low',
      password ? 'CWE-916' : 'CWE-328',
    );
  } else if (
    FAST.test(algorithm) &&
    password &&
    !isHmac &&
    !isHandedBeside(collector, node) &&
    !/reset|token|pbkdf2|scrypt|pwned|breach|hibp/i.test(around)
  ) {
    const message = `\`${name}\` hashes a password with ${algorithm.toUpperCase()}, which is so fast that guesses are cheap.`;
    collector.certain('weak-hash', node, message, 'medium', 'CWE-916');
  }
}

/** `def authorize_login_password(email):` is named for a password and given none. */
function isOfAccount(around: string): boolean {
  const [head = '', ...rest] = around.split('\n');
  const [, given = ''] = /\bdef\s+\w+\(([^()]*)\)/.exec(head) ?? [];
  const names = given.split(',').map((one) => /^\s*\**(\w*)/.exec(one)?.[1] ?? '');
  const isAccount = (name: string) => /^(?:self|cls|request|ip|ip_address|e?mail|email_address|user_?name)$/.test(name);
  return names.some((name) => /mail|user/.test(name)) && names.every(isAccount) && !PASSWORD.test(rest.join('\n'));
}

/** `open(sha256(blob).hexdigest(), blob, passphrase)`: the password goes along with the hash of something else. */
function isHandedBeside(collector: Collector, { args, end }: CallSite['node']): boolean {
  const [only] = args;
  if (only?.kind !== 'name' || PASSWORD.test(only.name)) return false;
  const [rest = ''] = collector.text.slice(end, end + 200).split('\n', 1);
  const isArgument = /^(?:\.\w+\(\))?,(?:[^;]*,)?\s*(?:\w+\s*=\s*)?(\w+)\s*[,)]/.exec(rest)?.[1] ?? '';
  return PASSWORD.test(isArgument);
}

const RANDOM =
  /^(?:Math\.random|random\.(?:random|randint|choice|choices|sample|randrange|getrandbits|randbytes|uniform|shuffle)|numpy\.random\.\w+)$/;
const GUESSED =
  /token|secret|passw|passwd|\botp\b|_otp|otp_|session_?id|nonce|salt|csrf|api_?key|reset_?(?:code|key)|verification|invite|auth_?code|pin_?code|security_?code|encryption|private_?key|coupon|voucher/i;

/** What a nonce protects; elsewhere it only makes one request unlike the other. */
const NONCE_HOLDS = /content-?security|script-src|\bcsp\b|csrf|cipher|encrypt|\bgcm\b|poly1305|openid|oidc|replay/i;
/** How much or how long, not what. */
const MEASURE =
  /(?:length|len|size|count|delay|index|idx|offset|timeout|jitter|interval|seconds|amount|width|height)$/i;

/** `choice(api_keys)` */
function isPlural(collector: Collector, { args }: CallSite['node']): boolean {
  const [list] = args;
  return list !== undefined && /(?:key|token|secret|password|code)s$/i.test(collector.source(list));
}

function random(collector: Collector, { name, node }: CallSite): void {
  if (!RANDOM.test(name)) return;
  // One of several that are there already.
  if (/\.choice$/.test(name) && isPlural(collector, node)) return;
  const around = madeFor(collector, node)
    .replace(/max_?tokens|tokeni[sz]er|tokeni[sz]e/gi, '')
    // `idForToken`
    .replace(/For[A-Z]\w*/g, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2');
  // A page's nonce makes an address new or a style allowed; only servers make those that must hold.
  const searched = /\.[jt]sx$/.test(collector.path) ? around.replace(/nonce/gi, '') : around;
  if (!GUESSED.test(searched.replace(/nonce/gi, '')) && !NONCE_HOLDS.test(collector.text)) return;
  const isOnlySalt = !GUESSED.test(searched.replace(/salt/gi, ''));
  // A salt is one of a hash: without one it only tells one thing from another.
  if (!GUESSED.test(searched) || (isOnlySalt && !/hash|crypt|pbkdf|digest|passw/i.test(collector.text))) return;
  collector.certain(
    'insecure-random',
    node,
    `\`${name}\` makes a value that must not be guessed, and its next values can be worked out.`,
    'medium',
  );
}

const HEAD_NAME =
  /(?:\bdef|\bfunction\*?)\s+([\w$]+)|([\w$]+)\s*(?::[^=]*)?=\s*(?:async\s*)?(?:\(|[\w$]+\s*=>)|^\s*(?:async\s+|static\s+)*([\w$]+)\(/;

/**
 * What says for what a random value is made: the name that it is given and the name of the function that makes it.
 * Without a name on its line all that stands around it has to say.
 */
function madeFor(collector: Collector, node: CallSite['node']): string {
  const [first = '', ...lines] = collector.surroundings(node).split('\n');
  const head = isListener(first) ? '' : first;
  const before = collector.source({ start: collector.text.lastIndexOf('\n', node.start - 1) + 1, end: node.start });
  const target = /([\w$.\]['"]+)\s*(?:(?::\s*[\w[\]. |]+)?[-+|*/^]?=(?![=>])|:)\s*([^,;={}]*)$/.exec(before);
  if (target === null) {
    // What the function takes says nothing of what it makes.
    return `${HEAD_NAME.test(head) ? head.replace(/\([^()]*\)/, '()') : head}\n${lines.join('\n')}`;
  }
  // `length = randint(24, 64)`, `faker.password(randint(4, 10))`
  if (MEASURE.test(target[1] ?? '') || /\.(?:password|token|secret|pin)\($/.test(target[2] ?? '')) return '';
  return `${target[1] ?? ''} ${target[2] ?? ''} ${nameIn(head)}`;
}

/** The name of the function that begins on a line; empty for none. */
function nameIn(head: string): string {
  const match = HEAD_NAME.exec(head);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
}

/** `onPasswordSubmit`: its name says what has happened, not what it makes; that of `onGeneratePassword` says both. */
function isListener(head: string): boolean {
  const name = nameIn(head);
  return /^(?:on|handle)[A-Z]/.test(name) && !/creat|generat|make|new|random|reset|renew/i.test(name);
}
