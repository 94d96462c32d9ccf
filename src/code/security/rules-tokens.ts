import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';
import type { Value } from './values.ts';

/** Calls that believe a token, or make one, without a signature. */
export function checkTokens(collector: Collector, { name, args, named, node }: CallSite): void {
  if (!/jwt|jsonwebtoken|jose/i.test(name)) return;
  const rule = 'unverified-token';
  const algorithms = [
    args[2]?.entries?.get('algorithms'),
    args[1]?.entries?.get('algorithms'),
    named.get('algorithms'),
    named.get('algorithm'),
    args[2]?.entries?.get('algorithm'),
  ];
  const allowsNone = algorithms.some(
    (one) =>
      one !== undefined &&
      [one, ...(one.items ?? [])].some(
        ({ constant }) => /^none$/i.test(String(constant)) && typeof constant === 'string',
      ),
  );
  if (allowsNone) {
    collector.certain(rule, node, `\`${name}\` takes the algorithm "none", so anybody can make such a token.`, 'high');
  } else if (
    /^(?:jsonwebtoken|jwt|jwt-decode|jwt-simple)(?:\.decode|\.jwtDecode)?$/.test(name) &&
    collector.language === 'script' &&
    /decode/i.test(name)
  ) {
    if (name === 'jwt-simple.decode' && args[2]?.constant !== true) return;
    // With its header, which says by which key it is to be verified.
    if (args[1]?.entries?.get('complete')?.constant === true) return;
    if (isOwnToken(args[0]) || isExpired(collector, node.start)) return;
    const isLess = name.startsWith('jwt-decode') || isFromIssuer(collector, node) || isVerifiedToo(collector);
    const message = `\`${name}\` reads a token without looking at its signature.`;
    collector.certain(rule, node, message, isLess ? 'low' : 'medium');
  } else if (collector.language === 'python' && /\.decode$|get_unverified_claims$/.test(name)) {
    const verifies = named.get('options')?.entries?.get('verify_signature')?.constant;
    if (verifies === false || named.get('verify')?.constant === false || name.endsWith('get_unverified_claims')) {
      const message = `\`${name}\` reads a token without looking at its signature.`;
      const isLess = isFromIssuer(collector, node) || isVerifiedBeside(collector, node.start);
      collector.certain(rule, node, message, isLess ? 'low' : 'medium');
    }
  }
}

/** A page reads what it keeps itself: who is signed in is decided elsewhere. */
function isOwnToken(token: Value | undefined): boolean {
  return /^(?:js-cookie|universal-cookie|(?:window\.)?(?:local|session)Storage)\b/.test(token?.name ?? '');
}

/** The issuer itself has just sent it over TLS, which OpenID Connect takes for enough. */
function isFromIssuer(collector: Collector, { args }: CallSite['node']): boolean {
  const [token] = args;
  return token !== undefined && /(?:id|access)_?token\b/i.test(collector.source(token));
}

/** What a token says has to be read to know with which key it is to be verified. */
function isVerifiedToo({ text }: Collector): boolean {
  return /\b(?:jwt|JWT|jsonwebtoken)\.verify\(|\bjwtVerify\(/.test(text);
}

const VERIFIES = /\bdecode\((?:[^()]|\([^()]*\)){0,400}\balgorithms\s*=/;

/** The same in Python: the function or the class verifies as well, or what calls it does. */
function isVerifiedBeside({ text }: Collector, start: number): boolean {
  const blocks = text.split(/^(?=(?:async\s+def|def|class)\b)/m);
  const nameOf = (block: string) => /^(?:async\s+def|def|class)\s+(\w+)/.exec(block)?.[1];
  let end = 0;
  const own = blocks.find((block) => {
    end += block.length;
    return start < end;
  });
  const name = nameOf(own ?? '');
  if (own === undefined || name === undefined || VERIFIES.test(own)) return VERIFIES.test(text);
  const verifying = blocks.filter((block) => VERIFIES.test(block));
  const calls = (block: string, called: string | undefined) =>
    new RegExp(`(?<!def )\\b${called ?? '$.'}\\(`).test(block);
  return blocks.some(
    (block) =>
      calls(block, name) && (verifying.includes(block) || verifying.some((other) => calls(block, nameOf(other)))),
  );
}

/** That a token has run out is said after its signature was verified. */
function isExpired({ text }: Collector, start: number): boolean {
  return /\bTokenExpired(?:Error)?\b/.test(text.slice(Math.max(0, start - 1_500), start));
}
