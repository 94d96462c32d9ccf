import type { PythonSpot } from './python-spot.ts';

const SILENCED = /#\s*(?:type|pyright):\s*ignore\b/;

/**
 * A line that the author has silenced for another checker, which names the first line of a call where pyright names
 * that of an argument; or a value that was given its name under such a comment.
 */
export function isSilenced({ rule, line, above }: PythonSpot): boolean {
  if (rule !== 'reportCallIssue' && rule !== 'reportArgumentType') return false;
  let depth = 0;
  for (const one of above.toReversed()) {
    depth += (one.match(/[([{]/g)?.length ?? 0) - (one.match(/[)\]}]/g)?.length ?? 0);
    if (depth > 0) {
      if (SILENCED.test(one)) return true;
      break;
    }
  }
  const names = new Set(line.match(/[A-Za-z_]\w*/g));
  return above.some((one) => SILENCED.test(one) && names.has(/^\s*(\w+)\s*=[^=]/.exec(one)?.[1] ?? ''));
}

/** Rules of the linter that say the same. */
const SAME: Readonly<Record<string, string>> = {
  reportUnusedExpression: 'B018|B015',
  reportUndefinedVariable: 'F821',
  reportUnboundVariable: 'F823',
  reportRedeclaration: 'F811',
  reportUnusedCoroutine: 'RUF006',
  reportSelfClsParameterName: 'N80[45]',
  reportUnsupportedDunderAll: 'F822',
};

/** A line that the author has silenced for the linter, which says the same of it. */
export function isNoted({ rule, line, above }: PythonSpot): boolean {
  if (/PossiblyUnbound/.test(rule ?? '')) {
    const said = /#\s*noinspection\b.*\bPyUnboundLocalVariable\b|#\s*pylint:\s*disable=.*\bused-before-assignment\b/;
    if (said.test(above.at(-1) ?? '') || said.test(line)) return true;
  }
  const same = SAME[rule ?? ''];
  return same !== undefined && new RegExp(`#\\s*noqa(?!\\s*:)|#\\s*noqa\\s*:.*\\b(?:${same})\\b`, 'i').test(line);
}
