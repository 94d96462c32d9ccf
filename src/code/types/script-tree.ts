import { type ParseResult, parseSync } from 'oxc-parser';

/**
 * The deepest nesting that fits into so many characters does not overflow the stack of a thread. The parser is native
 * code: where it overflows one, the whole process is gone.
 */
const LARGEST_PARSED = 256 * 1024;

/** The tree of a script; null for one that is too large. To be called in a thread: other stacks are much smaller. */
export function parseScript(path: string, text: string): ParseResult | null {
  if (text.length > LARGEST_PARSED) return null;
  return parseSync(path, text, /\.[cm]?js$/.test(path) ? { lang: 'jsx' } : {});
}
