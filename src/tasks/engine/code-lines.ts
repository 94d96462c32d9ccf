import { type ParsedLanguage, parsedLanguageOf } from '../../code/languages.ts';

/** A name as it stands in a pattern. */
export function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Finds a name where it stands as a word of its own. */
export function wordPattern(names: readonly string[]): RegExp {
  return new RegExp(`(?<![\\w$])(?:${names.map(escaped).join('|')})(?![\\w$])`, 'g');
}

const MODIFIERS =
  '(?:(?:public|private|protected|internal|static|async|get|set|readonly|override|abstract|final|virtual|export|default|inline|sealed)\\s+)*';

const DECLARES: Readonly<Record<ParsedLanguage, readonly string[]>> = {
  python: [
    '^\\s*(?:async\\s+)?def\\s+NAME\\b',
    '^\\s*class\\s+NAME\\b',
    '^\\s{0,8}NAME\\s*(?::[^=]+)?=(?!=)',
    '^\\s{4,8}NAME\\s*:\\s*["\'\\w]',
  ],
  typescript: [],
  javascript: [
    '^\\s*(?:export\\s+)?(?:default\\s+)?(?:declare\\s+)?(?:abstract\\s+)?(?:async\\s+)?(?:function\\s*\\*?|class|interface|type|enum|namespace|const|let|var)\\s+NAME\\b',
    `^\\s*${MODIFIERS}[*#]?NAME\\s*(?:<[^>]*>)?\\([^;]*\\{\\s*$`,
    '^\\s*NAME\\s*[:=]\\s*(?:async\\s*)?(?:function\\b|\\([^)]*\\)\\s*(?::[^=]+)?=>|[\\w$]+\\s*=>)',
    '^\\s*[\\w$.]+\\.NAME\\s*=\\s*(?:async\\s*)?(?:function\\b|\\()',
  ],
  go: [
    '^func\\s+(?:\\([^)]*\\)\\s*)?NAME\\b',
    '^\\s*(?:type|var|const)\\s+NAME\\b',
    '^\\tNAME(?:\\s+[\\w*.[\\]{}]+)?\\s*=(?!=)',
    '^\\tNAME\\s+[\\w*[\\]][\\w*.[\\]]*\\s*(?:`|//|$)',
  ],
  rust: ['\\b(?:fn|struct|enum|trait|type|const|static|mod|union|macro_rules!)\\s+NAME\\b'],
  java: [
    '\\b(?:class|interface|enum|record)\\s+NAME\\b',
    `^\\s*${MODIFIERS}(?!return|new|else|throw)[\\w<>[\\],.?@]+\\s+NAME\\s*\\([^;]*$`,
    `^\\s*${MODIFIERS}[\\w<>[\\],.?]+\\s+NAME\\s*(?:=|;)`,
  ],
  csharp: [
    '\\b(?:class|interface|enum|record|struct|delegate)\\s+NAME\\b',
    `^\\s*${MODIFIERS}(?!return|new|else|throw|await)[\\w<>[\\],.?]+\\s+NAME\\s*(?:<[^>]*>)?[({][^;]*$`,
  ],
  c: [
    '^\\s*#\\s*define\\s+NAME\\b',
    '\\b(?:struct|enum|union)\\s+NAME\\s*\\{?\\s*$',
    '^(?!\\s|return|else)[\\w\\s*]+\\bNAME\\s*\\([^;]*$',
    '^\\}\\s*NAME\\s*;',
  ],
  cpp: [
    '^\\s*#\\s*define\\s+NAME\\b',
    '\\b(?:class|struct|enum|union|namespace|concept)\\s+(?:\\w+\\s+)?NAME\\b[^;]*$',
    '^(?!\\s*(?:return|else|new|throw)\\b)[\\w\\s*&:<>,~]+\\bNAME\\s*\\([^;]*$',
  ],
  ruby: [
    '^\\s*(?:def\\s+(?:self\\.)?|class\\s+|module\\s+)NAME(?![\\w])',
    '^\\s*NAME\\s*=(?!=)',
    '\\battr_\\w+\\b.*:NAME\\b',
  ],
  php: [
    '\\bfunction\\s+&?NAME\\s*\\(',
    '\\b(?:class|interface|trait|enum|const)\\s+NAME\\b',
    '\\b(?:public|private|protected)\\s+[^(]*\\$NAME\\b',
  ],
};

/** Whether a line declares a name, by how its language writes declarations. Null for a language that is not known. */
export function declarationPattern(path: string, names: readonly string[]): RegExp | null {
  const language = parsedLanguageOf(path);
  if (language === null || names.length === 0) return null;
  const shapes = DECLARES[language === 'typescript' ? 'javascript' : language];
  const any = `(?:${names.map(escaped).join('|')})`;
  return new RegExp(shapes.map((shape) => shape.replaceAll('NAME', any)).join('|'));
}

/** Whether a line holds nothing but a comment. */
export function isCommentLine(line: string): boolean {
  return /^\s*(?:#(?!!|\s*(?:define|include|if|ifdef|ifndef|pragma)\b)|\/\/|\/\*|\*(?:\s|\/|$)|<!--|--\s|;)/.test(line);
}

const OPENS: readonly RegExp[] = [
  /^\s*(?:async\s+)?(?:def|class)\s+([\w?!.]+)/,
  /^\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|class|interface|namespace|module|trait|impl|struct|enum)\s+([\w$]+)/,
  /^func\s+(?:\([^)]*\)\s*)?(\w+)/,
  /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+|async\s+|unsafe\s+)*fn\s+(\w+)/,
  /^\s*(?:export\s+)?(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\([^)]*$|\(.*=>|[\w$]+\s*=>)/,
  /^\s*(?:(?:public|private|protected|internal|static|async|get|set|override|abstract|final|virtual)\s+)*(?:[\w<>[\],.?]+\s+)?[*#]?([\w$]+)\s*(?:<[^>]*>)?\([^;]*\{\s*$/,
  /^\s*[\w$.]+\.([\w$]+)\s*=\s*(?:async\s*)?function\b/,
];
const NO_FUNCTION =
  /^(?:async|if|for|while|switch|catch|with|return|else|do|try|match|loop|unless|until|function|new|await|throw)$/;
/** Closing brackets, comments, decorators and labels open nothing, whatever their indentation. */
const STANDS_ALONE = /^\s*(?:[)\]}#@*]|\/\/|\w+:\s*$)/;
/** A branch, or a call that is handed a function. */
const IS_BRANCH =
  /^\s*(?:if|else|for|while|switch|case|return|with|try|catch|match|loop|defer|go)\b|^\s*[\w$.]+\(.*(?:=>|\bfunc(?:tion)?\b.*)\s*\{\s*$/;
const LEVELS = 3;
const FURTHEST = 3_000;

/** What a line stands in, outermost first: `Context.invoke`. Told by indentation; null at the top of a file. */
export function enclosingName(lines: readonly string[], index: number): string | null {
  const names: string[] = [];
  let indent = indentOf(lines[index] ?? '');
  for (let at = index - 1; at >= Math.max(0, index - FURTHEST) && indent > 0 && names.length < LEVELS; at -= 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || indentOf(line) >= indent || STANDS_ALONE.test(line)) continue;
    indent = indentOf(line);
    if (IS_BRANCH.test(line)) continue;
    const name = OPENS.flatMap((shape) => shape.exec(line)?.[1] ?? [])[0];
    if (name !== undefined && !NO_FUNCTION.test(name)) names.unshift(name);
  }
  return names.length === 0 ? null : names.join('.');
}

function indentOf(line: string): number {
  const [blank = ''] = /^[ \t]*/.exec(line) ?? [];
  return blank.replaceAll('\t', '    ').length;
}
