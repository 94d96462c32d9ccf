import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';
import type { Value } from './values.ts';

/** Ciphers that are broken, keys that stand in the code and initialisation vectors that are always the same. */
export function checkCipher(collector: Collector, { name, args, node, named }: CallSite): void {
  if (/^crypto\.create(?:Cipher|Decipher)$/.test(name)) {
    collector.certain(
      'weak-cipher',
      node,
      `\`${name}\` derives its key with MD5 and always the same initialisation vector.`,
      isReader(collector, name) ? 'low' : 'high',
    );
    return;
  }
  const script = /^crypto\.create(?:Cipheriv|Decipheriv)$/.exec(name);
  if (script !== null) {
    const algorithm = String(args[0]?.constant ?? '');
    weakCipher(collector, node, name, algorithm, isGiven(collector, node, name) ? 'low' : 'high');
    if (name.endsWith('Cipheriv') && !/ecb/i.test(algorithm)) fixedVector(collector, node, name, args[2]);
    fixedKey(collector, node, name, args[1]);
    return;
  }
  const python = /(?:^|\.)(AES|DES3?|ARC4|ARC2|Blowfish|TripleDES|CAST5|IDEA|ECB|CBC|CTR|CFB)(\.new)?$/.exec(name);
  if (python === null || !/^(?:Crypto|Cryptodome|cryptography)\./.test(name)) return;
  const mode = args[1]?.name ?? named.get('mode')?.name ?? '';
  const isRead = name.includes('.modes.') ? isOnlyDecrypted(collector, node) : isGiven(collector, node, name);
  weakCipher(collector, node, name, `${python[1]} ${mode.split('.').pop() ?? ''}`, isRead ? 'low' : 'high');
  if (isRead) return;
  if (python[2] !== undefined) {
    fixedVector(collector, node, name, args[2] ?? named.get('iv') ?? named.get('nonce'));
    fixedKey(collector, node, name, args[0]);
  } else if (/^C/.test(python[1] ?? '') && name.includes('.modes.')) fixedVector(collector, node, name, args[0]);
}

/** Protocols that leave nobody a choice of the cipher. */
const PRESCRIBED = /ntlm|lan_?man|\blm_?hash|ms-?chap/i;

/** How it was encrypted others have decided: what another program wrote is read, or a protocol says it. */
function isGiven(collector: Collector, node: CallSite['node'], name: string): boolean {
  if (PRESCRIBED.test(collector.path) || PRESCRIBED.test(collector.surroundings({ start: node.start, end: node.end })))
    return true;
  return isReader(collector, name);
}

/** A file that decrypts and nowhere encrypts. */
function isReader({ text }: Collector, name: string): boolean {
  if (name.startsWith('crypto.')) return name.includes('Decipher') && !/\bcreateCipher(?:iv)?\s*\(/.test(text);
  return /\.decrypt\w*\(/.test(text) && !/\.encrypt\w*\(/.test(text);
}

/** Whether the cipher that a mode is given to is asked for a decryptor, and for nothing else nearby. */
function isOnlyDecrypted({ text }: Collector, { end }: CallSite['node']): boolean {
  const [asked] = text.slice(end, end + 400).match(/\.(?:de|en)cryptor\(|\n\s*(?:async\s+)?def\s/) ?? [];
  return asked === '.decryptor(';
}

function weakCipher(
  collector: Collector,
  node: CallSite['node'],
  name: string,
  algorithm: string,
  severity: 'high' | 'low' = 'high',
): void {
  const weak =
    /(?:^|[^a-z])(?:3?des|des3|des-ede3?|rc[24]|arc[24]|bf|blowfish|tripledes|cast5?|idea|seed)(?:$|[^a-z])|ecb/i.exec(
      algorithm,
    );
  if (weak === null) return;
  const what = /ecb/i.test(algorithm)
    ? 'ECB, which shows equal blocks as equal'
    : `${algorithm.trim()}, a broken cipher`;
  collector.certain('weak-cipher', node, `\`${name}\` encrypts with ${what}.`, severity);
}

function fixedVector(collector: Collector, node: CallSite['node'], name: string, vector: Value | undefined): void {
  if (vector === undefined || !vector.isFixed || vector.constant === null) return;
  collector.certain(
    'static-iv',
    node,
    `\`${name}\` is given an initialisation vector that is always the same.`,
    'high',
  );
}

/** Characters of the shortest key that any cipher takes. */
const SHORTEST_KEY = 8;

function fixedKey(collector: Collector, node: CallSite['node'], name: string, key: Value | undefined): void {
  // What is nothing yet is filled before it is used.
  if (key?.isFixed !== true || key.constant === null) return;
  const secret = typeof key.constant === 'string' ? key.constant : undefined;
  // Nobody takes so short a text for a key but in an example or a published test.
  if (secret !== undefined && secret.length < SHORTEST_KEY) return;
  const message = `\`${name}\` is given a key that stands in the code.`;
  collector.certain('hard-coded-credential', node, message, 'high', 'CWE-321', secret);
}
