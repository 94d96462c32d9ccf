import { extensionOf } from '../../code/languages.ts';
import type { SourceSymbol } from '../../code/symbols.ts';

/** How one language is shown: tag of its code blocks, what stands between an owner and its member, indentation. */
export interface LanguageWords {
  readonly tag: string;
  readonly separator: string;
  readonly indent: string;
}

const WORDS: Readonly<Record<string, LanguageWords>> = {
  ts: { tag: 'ts', separator: '.', indent: '  ' },
  js: { tag: 'js', separator: '.', indent: '  ' },
  py: { tag: 'python', separator: '.', indent: '    ' },
  go: { tag: 'go', separator: '.', indent: '\t' },
  java: { tag: 'java', separator: '.', indent: '    ' },
  rs: { tag: 'rust', separator: '::', indent: '    ' },
  c: { tag: 'c', separator: '.', indent: '    ' },
  cpp: { tag: 'cpp', separator: '::', indent: '    ' },
  cs: { tag: 'csharp', separator: '.', indent: '    ' },
  rb: { tag: 'ruby', separator: '#', indent: '  ' },
  php: { tag: 'php', separator: '::', indent: '    ' },
};

const SAME_AS: Readonly<Record<string, string>> = {
  tsx: 'ts',
  mts: 'ts',
  cts: 'ts',
  jsx: 'js',
  mjs: 'js',
  cjs: 'js',
  pyi: 'py',
  h: 'c',
  hpp: 'cpp',
  hh: 'cpp',
  hxx: 'cpp',
  cc: 'cpp',
  cxx: 'cpp',
  rake: 'rb',
};

/** The words for the language of a file. */
export function wordsOf(path: string): LanguageWords {
  const extension = extensionOf(path);
  const key = (Object.hasOwn(SAME_AS, extension) ? SAME_AS[extension] : undefined) ?? extension;
  return (Object.hasOwn(WORDS, key) ? WORDS[key] : undefined) ?? { tag: '', separator: '.', indent: '  ' };
}

/** What stands between an owner and one of its members: Ruby tells methods of the class and constants apart. */
export function separatorOf(member: SourceSymbol, path: string): string {
  const { separator } = wordsOf(path);
  if (separator !== '#') return separator;
  if (member.kind === 'constant') return '::';
  return member.isStatic ? '.' : separator;
}

/** Kinds that other languages have names of their own for, as their signatures say. */
const OWN_WORD =
  /(?:^|\s)(struct|trait|union|record|module|mixin|annotation|typedef|macro_rules!|delegate|impl)\b|^(#define)\b/;

/** What a symbol is called in its language: a struct is not called a class where there are structs. */
export function kindWord(symbol: SourceSymbol, path: string): string {
  if (/^(?:ts|js|python)$/.test(wordsOf(path).tag)) return symbol.kind;
  if (/^(?:function|method|constructor|property|enum member)$/.test(symbol.kind)) {
    return symbol.signature.startsWith('#define') ? 'macro' : symbol.kind;
  }
  const head = symbol.signature.slice(0, 200).split(/[{(=]/)[0] ?? '';
  const found = OWN_WORD.exec(head);
  if (found === null) return symbol.kind;
  return found[2] !== undefined || found[1] === 'macro_rules!' ? 'macro' : (found[1] ?? symbol.kind);
}
