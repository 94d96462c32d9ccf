import { posix } from 'node:path';
import type { MarkdownDocument, Place } from './markdown-document.ts';

/** One command as a document has it. */
export interface ShellCommand extends Place {
  readonly words: readonly string[];
  /** Folder of the repository it is run in as far as the document says; null where that cannot be told. */
  readonly folder: string | null;
  /** `NAME=value` before it, and what it exports. */
  readonly assigned: readonly string[];
  /** It stands in a line of prose. */
  readonly inline: boolean;
}

const SHELLS: ReadonlySet<string> = new Set(
  'sh bash shell zsh console terminal shell-session shellsession sh-session fish'.split(' '),
);
const RUNNER =
  /^(?:\$ )?(?:npm|yarn|pnpm|bun|npx|bunx|make|python3?|cargo|go|poetry|uv|pipenv|uvx|pipx|node|bash|sh|\.\/[\w./-]+)(?:\s|$)/;

/** Commands of the shell blocks and of the inline code of a document, in their order. */
export function shellCommands(
  document: MarkdownDocument,
  isFolder: (path: string) => boolean,
  ownNames: ReadonlySet<string>,
): ShellCommand[] {
  const found: ShellCommand[] = [];
  for (const block of document.blocks) {
    const prompted = /^\s*\$ /m.test(block.text);
    const isShell =
      SHELLS.has(block.language) ||
      ((block.language === '' || block.language === 'text') && (prompted || startsWithRunner(block.text, ownNames)));
    if (!isShell) continue;
    // `# In the benchmarks folder` says where, in words.
    if (/^\s*#.*\b(?:folder|directory|dir)\b/im.test(block.text)) continue;
    const session = new Session(document.path, isFolder);
    for (const { text, offset } of logicalLines(block.text, prompted))
      found.push(...session.run(text, { line: block.textLine + offset, column: 1 }, false));
  }
  for (const { text, line, column } of document.codes) {
    const first = text.replace(/^\$ /, '').split(/\s/)[0] ?? '';
    if (!text.includes(' ') || !(RUNNER.test(text) || ownNames.has(first)) || text.length > 300) continue;
    found.push(...new Session(document.path, isFolder).run(text.replace(/^\$ /, ''), { line, column }, true));
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}

function startsWithRunner(text: string, ownNames: ReadonlySet<string>): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return (
    lines.length > 0 &&
    lines.every((line) => RUNNER.test(line.trim()) || ownNames.has(line.trim().split(/\s/)[0] ?? ''))
  );
}

/** Lines with their continuations; in a session with prompts only what follows a prompt is typed. */
function logicalLines(text: string, prompted: boolean): { text: string; offset: number }[] {
  const found: { text: string; offset: number }[] = [];
  const lines = text.split('\n');
  let heredoc: string | null = null;
  for (let at = 0; at < lines.length; at += 1) {
    let line = (lines[at] ?? '').trim();
    if (heredoc !== null) {
      if (line === heredoc) heredoc = null;
      continue;
    }
    const offset = at;
    if (prompted) {
      const typed = /^(?:\([\w.-]+\)\s*)?\$ (.*)$/.exec(line);
      if (typed === null) continue;
      line = typed[1] ?? '';
    } else line = line.replace(/^(?:%|>|❯) /, '');
    while (line.endsWith('\\') && at + 1 < lines.length) {
      at += 1;
      line = `${line.slice(0, -1)} ${(lines[at] ?? '').trim()}`;
    }
    heredoc = /<<-?\s*['"]?(\w+)['"]?/.exec(line)?.[1] ?? null;
    if (line !== '' && !line.startsWith('#')) found.push({ text: line, offset });
  }
  return found;
}

/** A shell as far as its folder and its variables go. */
class Session {
  readonly #document: string;
  readonly #isFolder: (path: string) => boolean;
  #folder: string | null;

  constructor(document: string, isFolder: (path: string) => boolean) {
    this.#document = document;
    this.#isFolder = isFolder;
    const folder = posix.dirname(document);
    this.#folder = folder === '.' ? '' : folder;
  }

  run(line: string, place: Place, inline: boolean): ShellCommand[] {
    const found: ShellCommand[] = [];
    for (const written of splitCommands(line)) {
      const { words, assigned } = withoutPrefix(written);
      if (words[0] === 'cd' || words[0] === 'pushd') this.#enter(words[1] ?? '');
      else if (words.length > 0 || assigned.length > 0)
        found.push({ ...place, words, assigned, folder: this.#folder, inline });
    }
    return found;
  }

  #enter(target: string): void {
    if (target === '' || target === '-' || /[$<{~*]|^\//.test(target)) {
      this.#folder = null;
      return;
    }
    const bases = this.#folder === null ? [''] : [this.#folder, ''];
    const inside = bases
      .map((base) => posix.normalize(posix.join(base, target)).replace(/\/$/, ''))
      .find((path) => path !== '.' && this.#isFolder(path));
    if (inside !== undefined) this.#folder = inside;
    else if (/^\.\.?\/?$/.test(target))
      this.#folder = this.#folder === null ? null : posix.dirname(this.#folder).replace(/^\.$/, '');
    // The folder of a fresh clone, or one that the reader makes.
    else this.#folder = null;
    if (this.#folder === '.') this.#folder = '';
  }

  get document(): string {
    return this.#document;
  }
}

function withoutPrefix(words: readonly string[]): { words: string[]; assigned: string[] } {
  const rest = [...words];
  const assigned: string[] = [];
  for (;;) {
    const [first = ''] = rest;
    const name = /^([A-Za-z_]\w*)=/.exec(first)?.[1];
    if (name !== undefined) assigned.push(name);
    else if (!['sudo', 'exec', 'time', 'command', 'env', 'cross-env', 'export', 'set', 'then', 'do'].includes(first))
      break;
    rest.shift();
    if (rest.length === 0) break;
  }
  return { words: rest, assigned };
}

/** Commands of a line with their words; quotes hold together, what follows a `#` is a remark. */
export function splitCommands(line: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | null = null;
  let quote = '';
  const endWord = (): void => {
    if (word !== null) words.push(word);
    word = null;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (const letter of line) {
    if (quote !== '') {
      if (letter === quote) quote = '';
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (letter === '#' && word === null) break;
    else if (/\s/.test(letter)) endWord();
    else if (letter === ';' || letter === '|' || letter === '&') endCommand();
    else word = (word ?? '') + letter;
  }
  endCommand();
  return commands;
}
