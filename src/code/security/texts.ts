import type { RuleId } from './rules.ts';
import { carrying, constantValue, joinTaints, madeSafe, type Value } from './values.ts';

const ADDRESSES: readonly RuleId[] = ['server-side-request-forgery', 'open-redirect'];

/** A text of several parts. */
export function joined(values: readonly Value[]): Value {
  const isFixed = values.every((value) => value.isFixed);
  const constants = values.map(({ constant }) => constant);
  if (isFixed && constants.every((one) => one !== undefined)) return constantValue(constants.join(''));
  const prefix = values[0]?.isFixed === false && values[0].prefix === '' ? '' : prefixOf(values);
  return carrying(joinTaints(afterQuestion(values)), { isFixed, isBuilt: !isFixed, prefix });
}

/** What comes after `?` or `#` does not choose where an address leads. */
function afterQuestion(values: readonly Value[]): readonly Value[] {
  const at = values.findIndex(({ prefix }) => /[?#]/.test(prefix));
  return at < 0 ? values : values.map((value, index) => (index > at ? madeSafe(value, ADDRESSES) : value));
}

function prefixOf(values: readonly Value[]): string {
  let prefix = '';
  for (const value of values) {
    prefix += value.prefix;
    if (typeof value.constant !== 'string') break;
  }
  return prefix;
}

/** `text.replace(/[^a-z0-9]/g, '')`, `re.sub('[^a-z]', '', text)`: only characters of a fixed set are left. */
export function keepsOnlyFixed(name: string, args: readonly Value[]): boolean {
  if (!/\.(?:replace|replaceAll)$|^re\.sub$/.test(name)) return false;
  const pattern = args[0]?.pattern ?? args[0]?.constant;
  return typeof pattern === 'string' && /^\[\^[\w\\.\s@:-]+\][+*]?$/.test(pattern) && args[1]?.isFixed === true;
}

/**
 * The rules that a replacement makes a text harmless for: `text.replace(/[&<>]/g, …)` replaces the characters that begin a
 * tag, `text.replace("'", "''")` doubles the quote that would end a text of SQL.
 */
export function replacedIn(name: string, args: readonly Value[]): readonly RuleId[] {
  if (!/\.(?:replace|replaceAll)$|^re\.sub$/.test(name)) return [];
  const pattern = args[0]?.pattern ?? args[0]?.constant;
  if (typeof pattern !== 'string') return [];
  if (/^(?:<|\[(?!\^)[^\]]*<[^\]]*\]\+?)$/.test(pattern)) return ['cross-site-scripting'];
  return /^['"`\]]$/.test(pattern) && args[1]?.constant === pattern + pattern ? ['sql-injection'] : [];
}

/** Calls that give the same for the same, so that fixed arguments make a fixed value. */
export function isConversion(name: string): boolean {
  return /^(?:Buffer|String|Object|Array|Number|bytes|str|bytearray|list|tuple|set|frozenset|Set|Map|dict|JSON|base64|binascii)(?:\.\w+)?$|(?:^|\.)(?:b64decode|unhexlify|fromhex|encode|repeat|ljust|join|path\.join|path\.resolve|freeze|parse)$/.test(
    name,
  );
}

/** Whether a call's whole input is fixed; `Buffer` and the like are. */
export function isFixedCall(receiver: Value | null, given: readonly Value[]): boolean {
  const isGlobal = receiver?.name !== null && receiver !== null && /^[\w.]+$/.test(receiver.name);
  return given.every(({ isFixed }) => isFixed) && (receiver === null || receiver.isFixed || isGlobal);
}
