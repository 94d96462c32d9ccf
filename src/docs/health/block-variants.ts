/** A text that a block may stand for; lines keep their numbers where the text is whole. */
export interface Variant {
  readonly text: string;
}

/** What a block of JavaScript or TypeScript may be a part of: a module, a function, a class, an object, a type. */
export function scriptVariants(written: string): Variant[] {
  const loose = withoutHoles(written);
  // A session, and a value as Node prints it.
  const typed = loose.replace(/^(\s*)(?:>|\$) (?=\S)/gm, '$1');
  const printed = loose.replace(/^\s*[A-Z]\w* (?=\{)/, '');
  const found = [written, loose, typed, printed, asMember(loose)].flatMap((one) => around(one));
  const parts = loose.split(/\n\s*\n|\n(?=\{[ \t]*\n)/);
  // Several examples in one block: each may be of another kind.
  if (parts.length > 1 && parts.length <= 60) found.push(partsTogether(parts));
  return [...new Set(found)].map((one) => ({ text: one }));
}

/** The text, holes filled, in everything it may stand in. */
export function scriptContexts(written: string): string[] {
  return [...new Set([written, withoutHoles(written)].flatMap(around))];
}

const CHAIN = /^(?:\s*\/\/.*\n)*\s*\.[A-Za-z$_]/;

function around(text: string): string[] {
  return [
    text,
    `async function* _() {${text}\n}`,
    `class _ {${text}\n}`,
    `(${text.replace(/[;,]\s*$/, '')}\n)`,
    `({${text}\n})`,
    `[${text}\n]`,
    `type _ = ${text.replace(/^[\s|]*/, '')}`,
    `interface _ {${text}\n}`,
    // A function that is called with what a function gives: `create<T>()(set: Setter): Store`.
    ...(/\)\(/.test(text) ? [`interface _ {${text.replaceAll(')(', '), _(')}\n}`] : []),
    // What is put into a template.
    ...(/^[ \t]*\$\{/m.test(text) ? [text.replace(/^[ \t]*\$\{[\s\S]*\}[ \t]*$/m, (part) => `;\`${part}\``)] : []),
    `declare namespace _ {${text}\n}`,
    `switch (_) {${text}\n}`,
    `function ${text}`,
    // What is taken apart, with what stands for what is not there: `{ key = 'value' }`.
    ...takenApart(text.trim().replace(/;$/, '')),
    // A chain of calls of something that is not shown.
    ...(CHAIN.test(text) ? [`_${text}`] : []),
    // Any text is JSX that begins as a tag's.
    ...(/^\s*<[A-Za-z>]/.test(text) ? [`<>${text}\n</>`] : []),
  ];
}

function takenApart(pattern: string): string[] {
  return (pattern.startsWith('{') && pattern.endsWith('}')) || (pattern.startsWith('[') && pattern.endsWith(']'))
    ? [`const ${pattern} = _`]
    : [];
}

/** A member as TypeDoc writes it: `readonly optional path: string`, `new Store(name: string): Store`. */
function asMember(text: string): string {
  return text
    .replace(
      /^([ \t]*(?:(?:abstract|protected|private|public|static|readonly|get|set)[ \t]+)*)optional[ \t]+(?=[\w$"'[~])/gm,
      '$1',
    )
    .replace(/^([ \t]*[\w$]+\??:[ \t]*)readonly[ \t]+/gm, '$1')
    .replace(/^([ \t]*(?:readonly[ \t]+)?)~(?=\w+\??:)/gm, '$1_')
    .replace(/^([ \t]*)new[ \t]+[\w$.]+(?=<|\()/gm, '$1new ');
}

/** Parts that are no statements are taken for objects, where they look like it. */
function partsTogether(parts: readonly string[]): string {
  return parts
    .map((part) => {
      if (CHAIN.test(part)) return `_${part}`;
      if (/^\s*<[A-Za-z>]/.test(part)) return `;(<>${part}</>);`;
      return /^(?:\s*\/\/.*\n)*\s*\{/.test(part) ? `(${part.replace(/;\s*$/, '')});` : part;
    })
    .join('\n\n');
}

/** Ellipses and names in angle brackets stand for something that is left out. */
function withoutHoles(text: string): string {
  return text
    .replace(/^[ \t]*(?:\.\.\.|…)[ \t]*[,;]?[ \t]*$/gm, '')
    .replace(/…/g, '...')
    .replace(/^([ \t]*(?:export[ \t]+)?(?:interface|enum))[ \t]*(?=\{)/gm, '$1 _ ')
    .replace(/<\s*\.\.\.\s*>/g, '<_>')
    .replace(/(=|[?:(,]|\bextends|\breturn)([ \t]*)\/\*.*?\*\//g, '$1$2_')
    .replace(/\{\s*\.\.\.\s*\}/g, '{}')
    .replace(/\(\s*\.\.\.\s*\)/g, '()')
    .replace(/\[\s*\.\.\.\s*\]/g, '[]')
    .replace(/,\s*\.\.\.\s*(?=[)\]}])/g, '')
    .replace(/([([{])\s*\.\.\.\s*,/g, '$1')
    .replace(/(:[ \t]*)\.\.\.[ \t]*$/gm, '$1_,')
    .replace(/(=|=>|:|\breturn)\s*\.\.\.(?=\s*(?:[;,)\n}]|$))/g, '$1 _')
    .replace(/\.\.\.(?=\s*$)/gm, '')
    .replace(/(?<=[=(:,]\s*)<[a-z][\w -]*>(?=\s*[,;)\n])/g, '_');
}

/** What a block of Python may be a part of: a session, a class, a body that is left out. */
export function pythonVariants(written: string): Variant[] {
  const typed = /^\s*>>> ?/m.test(written) ? session(written) : written;
  const dedented = dedent(typed).replace(MAGIC, (magic) => magic.replace(/[^\n]/g, ''));
  const loose = dedented
    .replace(/…/g, '...')
    .replace(/<[a-z][\w -]*>/g, '_')
    // Template strings are newer than the grammar.
    .replace(/(?<![\w"'])(?:[rR]?t[rR]?)(?=["'])/g, 'f')
    .replace(/,\s*\.\.\.(?=\s*[)\]}])/g, '')
    .replace(/([([{])\s*\.\.\.\s*,/g, '$1');
  // Dots alone in a line stand for other lines, also in a list.
  const without = loose.replace(/^[ \t]*\.\.\.[ \t]*,?[ \t]*(?:#.*)?$/gm, '');
  const found = [typed, dedented, loose, without].flatMap((text) => [
    text,
    withBodies(text),
    `class _:\n${indent(text)}`,
    `async def _():\n${indent(text)}`,
    `(${text}\n)`,
    `{${text}\n}`,
  ]);
  const headless = `try:\n    pass\n${dedented}`;
  return [...new Set([...found, headless])].map((text) => ({ text }));
}

/** The text as it is typed, in the things that a slip in it is looked for in. */
export function pythonContexts(written: string): string[] {
  const typed = /^\s*>>> ?/m.test(written) ? session(written) : written;
  const plain = dedent(typed).replace(MAGIC, (magic) => magic.replace(/[^\n]/g, ''));
  return [plain, withBodies(plain), `class _:\n${indent(plain)}`];
}

/**
 * What is typed after the prompts of a session, and what goes on without one; what it prints is left out, lines stay.
 */
function session(text: string): string {
  let open = 0;
  return text
    .split('\n')
    .map((line) => {
      const prompted = /^\s*(?:>>>|\.\.\.)(?: (.*))?$/.exec(line);
      if (prompted === null && open <= 0) return '';
      const typed = prompted === null ? line : (prompted[1] ?? '');
      open = (/^\s*>>>/.test(line) ? 0 : open) + bracketsLeftOpen(typed);
      return typed;
    })
    .join('\n');
}

function bracketsLeftOpen(line: string): number {
  const plain = line.replace(/"[^"]*"|'[^']*'|#.*$/g, '');
  return (plain.match(/[([{]/g)?.length ?? 0) - (plain.match(/[)\]}]/g)?.length ?? 0);
}

/** Magic commands and shell escapes of notebooks, with the lines they go on to. */
const MAGIC = /^[ \t]*[%!](?:.*\\\n)*.*$/gm;

function dedent(text: string): string {
  const lines = text.split('\n');
  const depth = lines
    .filter((line) => line.trim() !== '')
    .reduce((least, line) => Math.min(least, line.length - line.trimStart().length), 1000);
  return lines.map((line) => line.slice(Math.min(depth, line.length))).join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/** A header or a decorator that nothing follows gets something to follow. */
function withBodies(text: string): string {
  const lines = text.split('\n');
  const full = lines.map((line, at) => {
    const isHeader =
      /^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally)\b.*:\s*(?:#.*)?$/.test(line);
    const depth = line.length - line.trimStart().length;
    const next = lines.slice(at + 1).find((one) => one.trim() !== '' && !one.trim().startsWith('#'));
    const hasBody = next !== undefined && next.length - next.trimStart().length > depth;
    if (isHeader && !hasBody) return `${line.replace(/\s*#.*$/, '')} pass`;
    return /^\s*(?:async\s+)?def\s+\w+\(.*\)(?:\s*->.*)?[^:]$/.test(line) ? `${line}: pass` : line;
  });
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  return /^\s*@/.test(last) ? `${full.join('\n')}\n${/^\s*/.exec(last)?.[0] ?? ''}def _(): pass` : full.join('\n');
}
