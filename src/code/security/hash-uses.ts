import type { Collector } from './collector.ts';
import { conditionsAround } from './conditions.ts';
import type { CallSite } from './observer.ts';

/** What a request carries, by its name. */
const CARRIED =
  /^[^\n]*\n(?:[^\n]*\n){0,2}\s*(?:payload|params|form|query|body|headers)\[[^\]\n]+\]\s*=\s*(\w+)\.(?:hex)?digest\(/;

/** Whether a hash goes into what a request to somebody else's service carries: that one asks for it. */
export function isOfOthers(collector: Collector, { start, end }: CallSite['node']): boolean {
  if (collector.language !== 'python' || !collector.hasImport(/^(?:requests|httpx|aiohttp)\b/)) return false;
  const made = /(\w+)\s*=\s*$/.exec(collector.text.slice(Math.max(0, start - 60), start))?.[1];
  return made !== undefined && CARRIED.exec(collector.text.slice(end, end + 400))?.[1] === made;
}

/** What passwords of a file begin with that says how they were hashed: of Apache, LDAP and crypt. */
const SAYS_HOW = /\.(?:startswith|startsWith)\(\s*b?['"](?:\{S?(?:SHA1?|MD5)\}|\$(?:1|apr1)\$)['"]/;
const COMPARES = /[=!]==?(?!=)|\bcompare_digest\(|\btimingSafeEqual\(/;
/** Characters behind a hash within which it is compared. */
const BELOW = 300;

/**
 * Whether a password is only compared with one that is stored, whose beginning says how that was hashed: who reads such
 * a file has not chosen it.
 */
export function isOfStored({ text, language }: Collector, { start, end }: CallSite['node']): boolean {
  const isAsked =
    language === 'python'
      ? conditionsAround(text, start).some((one) => SAYS_HOW.test(one) && !/\bnot\b/.test(one))
      : isInBranch(text.slice(Math.max(0, start - BELOW), start));
  const line = text.slice(text.lastIndexOf('\n', start) + 1, start);
  const below = text.slice(end, end + BELOW).split(BRANCH_ENDS[language])[0] ?? '';
  return isAsked && COMPARES.test(line + below);
}

const BRANCH_ENDS: Readonly<Record<Collector['language'], RegExp>> = {
  python: /\n\s*(?:elif|else|except|def|class)\b/,
  script: /\n\s*\}/,
};

/** Whether a text ends in a block that such a condition opens. */
function isInBranch(before: string): boolean {
  const opened = before.lastIndexOf('if (');
  const branch = before.slice(opened);
  return opened >= 0 && !branch.includes('}\n') && SAYS_HOW.test(branch) && !/^if \(\s*!/.test(branch);
}

/**
 * `md5(certificate.subject.public_bytes())`: the name of whom a certificate is for. OpenSSL finds certificates by the
 * hash of it, and it stands there for everybody to read.
 */
export function isOfName(source: string): boolean {
  return /\.(?:subject|issuer)(?:_name)?\.(?:public_bytes|dump|der)\(\s*\)\s*\)$/.test(source);
}
