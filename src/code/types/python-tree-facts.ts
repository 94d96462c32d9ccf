import type { MirroredFile } from './mirror.ts';

/** Calls that never come back, by how they are written. */
const ENDING =
  /^(?:sys\.exit|os\._exit|os\.abort|os\.exec\w+|exit|quit|(?:typing\.)?assert_never|pytest\.(?:fail|skip|exit|xfail)|self\.(?:fail|skipTest)|(?:self\.)?(?:ctx|context)\.(?:fail|exit|abort)|(?:self\.)?\w*parser\.(?:error|exit)|(?:flask\.)?abort|\w*module\.(?:fail_json|exit_json)|typer\.Abort)\(/;
const ENUMERATION = /^([ \t]*)class[ \t]+(\w+)[ \t]*\([^)\n]*\b(?:Enum|IntEnum|StrEnum|TextChoices|IntegerChoices)\)/gm;
/** Statements after which a function does not go on. */
const LAST = /^(?:raise\b|sys\.exit\(|os\._exit\(|exit\(|quit\()/;

/** What the functions and classes of a tree do, as far as the flow of a program depends on it. */
export class PythonTreeFacts {
  readonly #files: readonly MirroredFile[];
  readonly #ending = new Map<string, boolean>();
  readonly #holding = new Map<string, boolean>();
  #members: Map<string, Set<string>> | null = null;

  constructor(files: readonly MirroredFile[]) {
    this.#files = files.filter(({ path }) => /\.pyi?$/.test(path));
  }

  /**
   * Whether a call, as written, never comes back: it ends the program or always raises. What is waited for may have
   * waited itself before.
   */
  ends(call: string, isWaiting: boolean): boolean {
    if (ENDING.test(call)) return true;
    const name = /^(?:\w+\.)*(\w+)\(/.exec(call)?.[1];
    if (name === undefined) return false;
    const key = `${name} ${isWaiting}`;
    const known = this.#ending.get(key) ?? this.#allEnd(name, isWaiting);
    this.#ending.set(key, known);
    return known;
  }

  /** Whether every function of a name ends in raising something, and returns nowhere before. */
  #allEnd(name: string, isWaiting: boolean): boolean {
    const blocks = this.#blocksOf(new RegExp(`^([ \\t]*)(?:async[ \\t]+)?def[ \\t]+${name}[ \\t]*\\(`, 'gm'));
    return blocks.length > 0 && blocks.every((block) => isEnding(block, isWaiting));
  }

  /** Members of the enumeration of that name; null where the tree has none, or two of them. */
  membersOf(enumeration: string): ReadonlySet<string> | null {
    this.#members ??= this.#readMembers();
    const members = this.#members.get(enumeration);
    return members === undefined || members.size === 0 ? null : members;
  }

  #readMembers(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const { text } of this.#files) {
      for (const match of text.matchAll(ENUMERATION)) {
        const [, indent = '', name = ''] = match;
        const lines = blockAt(text, match.index, indent.length);
        const depth = indentOf(lines.find((one) => one.trim() !== '') ?? '');
        const own = lines.filter((one) => indentOf(one) === depth);
        const names = own.flatMap((one) => /^\s*([A-Za-z]\w*)[ \t]*=[^=]/.exec(one)?.[1] ?? []);
        // Of two with the same name it is not known which is meant.
        found.set(name, found.has(name) ? new Set() : new Set(names));
      }
    }
    return found;
  }

  /** Whether what stands behind `with`, as written, holds back exceptions of its block. */
  holdsBack(manager: string): boolean {
    if (/\b(?:suppress|ignor\w*|swallow\w*|(?:assert)?[rR]aises\w*)\(/.test(manager)) return true;
    const name = /^(?:\w+\.)*(\w+)\(/.exec(manager)?.[1];
    if (name === undefined) return false;
    const known = this.#holding.get(name) ?? this.#exitHolds(name);
    this.#holding.set(name, known);
    return known;
  }

  /** Whether a class of that name, or a function that is made a context, goes on after an exception. */
  #exitHolds(name: string): boolean {
    const classes = this.#blocksOf(new RegExp(`^([ \\t]*)class[ \\t]+${name}\\b`, 'gm'));
    const holds = classes.some((block) => {
      const start = block.findIndex((one) => /\bdef[ \t]+__a?exit__\b/.test(one));
      if (start < 0) return false;
      const indent = indentOf(block[start] ?? '');
      const rest = block.slice(start + 1);
      const end = rest.findIndex((one) => one.trim() !== '' && indentOf(one) <= indent && !/^\s*\)/.test(one));
      return rest.slice(0, end < 0 ? rest.length : end).some((one) => /^\s*return\s+(?!False\b|None\b)\S/.test(one));
    });
    if (holds) return true;
    const makers = this.#blocksOf(new RegExp(`^([ \\t]*)(?:async[ \\t]+)?def[ \\t]+${name}[ \\t]*\\(`, 'gm'));
    return makers.some((block) => {
      const made = block.findIndex((one) => /^\s*yield\b/.test(one));
      const handler = block.slice(made).findIndex((one) => /^\s*except\b/.test(one));
      return made >= 0 && handler >= 0 && !block.slice(made + handler).some((one) => /^\s*raise\b/.test(one));
    });
  }

  #blocksOf(head: RegExp): string[][] {
    return this.#files.flatMap(({ text }) =>
      [...text.matchAll(head)].map((match) => blockAt(text, match.index, (match[1] ?? '').length)),
    );
  }
}

/** The lines below a head that stand deeper than it. */
function blockAt(text: string, start: number, indent: number): string[] {
  const found: string[] = [];
  const lines = text
    .slice(start, start + MOST_CHARACTERS)
    .split('\n')
    .slice(1);
  for (const line of lines) {
    if (line.trim() !== '' && indentOf(line) <= indent && !/^\s*[)\]]/.test(line)) break;
    found.push(line);
  }
  return found;
}

/** Of one block of a function or class that is read. */
const MOST_CHARACTERS = 50_000;

function isEnding(block: readonly string[], isWaiting: boolean): boolean {
  const lines = block.filter((one) => one.trim() !== '' && !/^\s*#/.test(one));
  const code = lines.filter((one) => !/^\s*[)\]]/.test(one));
  if (code.some((one) => /^\s*return\b/.test(one))) return false;
  if (!isWaiting && code.some((one) => /^\s*yield\b|=\s*yield\b/.test(one))) return false;
  const depth = Math.min(...code.map(indentOf));
  const last = code.findLast((one) => indentOf(one) === depth)?.trimStart() ?? '';
  return LAST.test(last) && !/NotImplemented/.test(last);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
