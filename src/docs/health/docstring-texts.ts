import type { NamedText, Parameter } from '../../code/symbols.ts';
import { type Callable, isPython, isScript } from './callables.ts';
import { plainName } from './docstring-inventions.ts';

/** Whether the header right before the docstring has it: overloads and stub files may say something else. */
export function isInHeader(
  name: string,
  { symbol, doc, file }: Callable,
  read: (path: string) => string | null,
): boolean {
  const before = (read(file.path) ?? '').split('\n').slice(symbol.line - 1, doc.line - 1);
  const start = before.findLastIndex((line) => /^\s*(?:async\s+)?def\s/.test(line));
  return (
    symbol.kind !== 'class' && before.slice(Math.max(0, start)).some((line) => hasWord(line.replace(/#.*$/, ''), name))
  );
}

/**
 * Whether the text shows that the name is no slip: in PHP the type of a parameter may name others before it, in
 * JavaScript a function may return the one that takes it, in Ruby any method may yield to a block.
 */
export function isTakenByText(
  name: string,
  { line }: NamedText,
  known: ReadonlySet<string>,
  { file, symbol }: Callable,
  read: (path: string) => string | null,
): boolean {
  const isRuby = file.path.endsWith('.rb') && /^(?:block|blk|proc)$/.test(name);
  if (!file.path.endsWith('.php') && !isScript(file) && !isRuby) return false;
  const lines = (read(file.path) ?? '').split('\n');
  // A block is taken without a word.
  if (isRuby)
    return lines.slice(symbol.line - 1, symbol.endLine).some((one) => /(?<!#.*)\b(?:yield|block_given\?)/.test(one));
  if (!isScript(file)) return (lines[line - 1]?.match(/\$\w+/g) ?? []).some((one) => known.has(plainName(one)));
  const own = lines.slice(symbol.line - 1, symbol.endLine).join('\n');
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(`\\([^()]*(?<![\\w$])${escaped}(?![\\w$])[^()]*\\)[^()=;]*=>|(?<![\\w$.])${escaped} *=>`).test(own);
}

/**
 * In Ruby a keyword may be told of as an option of what it was before: `@option options :name`. Elsewhere what a
 * warning calls deprecated is left out on purpose.
 */
export function untoldByText(
  callable: Callable,
  missing: readonly Parameter[],
  read: (path: string) => string | null,
): readonly Parameter[] {
  if (missing.length === 0) return missing;
  const { file, doc, symbol } = callable;
  const lines = (read(file.path) ?? '').split('\n');
  const comment = lines.slice(doc.line - 1, doc.endLine).join('\n');
  if (!file.path.endsWith('.rb')) {
    const own = lines.slice(symbol.line - 1, symbol.endLine).filter((line) => /deprecat/i.test(line));
    return (
      missing
        .filter(({ name }) => !own.some((line) => isQuoted(plainName(name), line)))
        // In a form that is not understood it may be told of all the same.
        .filter(
          ({ name }) =>
            !new RegExp(`(?<![\\w$.])${plainName(name).replaceAll('$', '\\$')}\\s*(?:[:(=]|[\`'"]|--? )`).test(comment),
        )
        .filter(({ name }) => !isPython(file) || symbol.kind === 'class' || isInHeader(plainName(name), callable, read))
    );
  }
  return missing.filter(({ name }) => !hasWord(comment, plainName(name)));
}

/** Whether a line names it as code. */
function isQuoted(name: string, line: string): boolean {
  return ['`', "'", '"', '*'].some((mark) => line.includes(mark + name + mark));
}

/** Whether a text has a word, which may end in a dollar. */
export function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[\w$]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at + word.length] ?? '')) return true;
  return false;
}
