import type { Severity } from '../findings.ts';
import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';

/** Names of cookies that let whoever has them in. */
export const SENSITIVE_COOKIE = /sess|token|auth|jwt|sid\b|login|remember|csrf|user/i;

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
