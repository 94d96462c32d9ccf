import type { Collector } from './collector.ts';
import { harmlessAfter } from './passing.ts';
import { type Expression, pathOf, type TextExpression } from './syntax.ts';
import { carrying, type Value } from './values.ts';

const SQL_WORD = /\b(?:select|insert|update|delete|from|where|values|into|with|create|replace|alter|drop)\b/i;

/**
 * The value that follows is the name of a placeholder: `:name`, `$1`, `@name`, `%(name)s`; no cast, which has two
 * colons.
 */
const NAMES_PLACEHOLDER = /(?:^|[^:\w])[:@$]\w*$|%\(\w*$/;

/** A statement of its own, which is told where it is put together. */
const STATEMENT = /(?:^|[._])(?:sql|statement|stmt|ddl|cte)s?$/i;
const STATEMENT_IN_BRACKETS = /(?:^|[._])(?:sub)?(?:query|select)$/i;

/** A constant by the style that all programs of Python keep. */
const CONSTANT = /(?:^|\.)_*[A-Z][A-Z\d]*(?:_[A-Z\d]+)*$/;
const NUMBER = /^(?:int|len|float|round|abs|sum)\(\)$/;

/**
 * Notes of a text of SQL whether all that is put into it is harmless: constants, lists of placeholders and their names,
 * numbers, quoted names, and statements that are told where they are made.
 */
export function checkSqlText(collector: Collector, node: TextExpression, values: readonly Value[]): void {
  if (collector.language !== 'python') return;
  const isSql = node.parts.some((part) => part.kind === 'literal' && SQL_WORD.test(String(part.value)));
  if (!isSql) return;
  let before = '';
  let isHarmless = true;
  for (const [at, part] of node.parts.entries()) {
    const value = values[at];
    if (value !== undefined && !isHarmlessPiece(collector, part, value, before)) isHarmless = false;
    before = part.kind === 'literal' ? String(part.value) : '';
  }
  collector.noteSqlText(node, isHarmless);
}

function isHarmlessPiece(collector: Collector, part: Expression, value: Value, before: string): boolean {
  if (part.kind === 'literal' || value.isFixed) return true;
  // Whoever sends a request or runs the program chooses it: never taken for a constant.
  if (value.taints.some(({ level }) => level !== 'parameter')) return isQuoted(value);
  if (NAMES_PLACEHOLDER.test(before) || isQuoted(value) || isQuotedList(part)) return true;
  if (part.kind === 'mixed' && part.isNumber) return !collector.source(part).includes('%');
  const name = value.name ?? '';
  if (NUMBER.test(name) || quotes(name.replace(/\(\)$/, ''))) return true;
  const path = pathOf(part) ?? '';
  if (CONSTANT.test(path)) return true;
  if (/['"%]$/.test(before)) return false;
  return STATEMENT.test(path) || (/\(\s*$/.test(before) && STATEMENT_IN_BRACKETS.test(path));
}

function isQuoted({ taints }: Value): boolean {
  return taints.length > 0 && taints.every(({ safeFor }) => safeFor.has('sql-injection'));
}

/** `", ".join(quote_name(one) for one in names)`. */
function isQuotedList(part: Expression): boolean {
  if (part.kind !== 'call' || part.callee.kind !== 'member' || part.callee.property !== 'join') return false;
  const [list] = part.args;
  return list?.kind === 'mapped' && list.result.kind === 'call' && quotes(pathOf(list.result.callee) ?? '');
}

/** Whether a function, by its name, writes what it is given so that SQL reads it as one name or value. */
function quotes(name: string): boolean {
  if (name === '') return false;
  const given = carrying([{ root: '', level: 'parameter', safeFor: new Set() }]);
  return harmlessAfter('python', name, given).taints.every(({ safeFor }) => safeFor.has('sql-injection'));
}
