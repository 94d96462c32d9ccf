import type { Severity } from '../findings.ts';
import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';

/** Names of cookies that let whoever has them in. */
const SENSITIVE_COOKIE = /sess|token|auth|jwt|sid\b|login|remember|csrf|user/i;
/** Names that say where to go or how a page looks. */
const HARMLESS_COOKIE =
  /(?:redirect|return_?to|next|url|path|referr?er|theme|lang\w*|locale|method|callback|cb|provider)$/i;

/** Whether whoever has a cookie of that name is somebody. */
export function isSensitiveCookie(name: string): boolean {
  return SENSITIVE_COOKIE.test(name) && !HARMLESS_COOKIE.test(name);
}

/** Whether a call that sets a cookie takes it away: its time is over. */
export function takesAway(call: string): boolean {
  return /\bmax-?_?age['"]?\s*[:=]\s*(?:0|-\s*\d+)\s*[,})]|\bexpires['"]?\s*[:=]\s*(?:0|new Date\([01]?\)|['"]Thu, 01[ -]Jan[ -]1970)/i.test(
    call,
  );
}

/**
 * The protections that a cookie of that name can have: one that a page sends back in a header or a field, to show that
 * it is the site's own, must be readable by its scripts.
 */
export function protectionsOf(name: string, all: readonly [string, string]): readonly string[] {
  return /csrf|xsrf/i.test(name) ? [all[0]] : all;
}

/** Reports a cookie that is set without its protection. */
export function cookie(
  collector: Collector,
  node: Pick<CallSite['node'], 'start' | 'end'>,
  message: string,
  missing: readonly string[],
  severity: Severity,
): void {
  collector.certain(
    'insecure-cookie',
    node,
    message,
    severity,
    missing.length === 1 && /httponly/i.test(missing[0] ?? '') ? 'CWE-1004' : 'CWE-614',
  );
}
