/** A callback that is given to `map`, by the text before that call, its own and the one after. */
interface Mapped {
  readonly before: string;
  readonly callback: string;
  readonly after: string;
}

const FARTHEST = 4_000;
/** A filter that drops what is nothing. */
const DROPS_NOTHINGS =
  /^\s*\??\.filter\(\s*(?:Boolean\s*[,)]|\(?\s*([A-Za-z_$][\w$]*)[^()]*\)?[^=()]*=>\s*(?:!!\s*\1|\1(?:\s*!==?\s*(?:undefined|null))?)\s*[,)])/;
/** The promises of a list are waited for, and nobody takes what they give. */
const ONLY_WAITED = /(?:^|[;{}\n]|=>)\s*(?:(?:await|return|void)\s+)*Promise\s*\.\s*all(?:Settled)?\(\s*[^;=]*$/;

/**
 * Whether `undefined` is wanted of a callback of `map` that gives a value on some of its ways: it is filtered out right
 * behind it, or there is nothing to wait for. `offset` is a place in the callback.
 */
export function wantsNothing(text: string, offset: number): boolean {
  const mapped = mappedAt(text, offset);
  if (mapped === null) return false;
  if (DROPS_NOTHINGS.test(mapped.after)) return true;
  return ONLY_WAITED.test(mapped.before) && /\breturn\s+[^;\s]/.test(mapped.callback);
}

function mappedAt(text: string, offset: number): Mapped | null {
  const from = Math.max(0, offset - FARTHEST);
  const calls = [...text.slice(from, offset).matchAll(/\??\.map\(/g)].reverse();
  for (const { index, 0: call } of calls) {
    const open = from + index + call.length;
    const close = closingOf(text, open);
    if (close === null || close <= offset) continue;
    return {
      before: text.slice(Math.max(0, from + index - 300), from + index),
      callback: text.slice(open, close),
      after: text.slice(close + 1, close + 200),
    };
  }
  return null;
}

/** Where the parenthesis that is open there is closed; null where it is too far, or a text misleads. */
function closingOf(text: string, open: number): number | null {
  let depth = 1;
  for (let at = open; at < Math.min(text.length, open + FARTHEST); at += 1) {
    const character = text[at];
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return null;
}
