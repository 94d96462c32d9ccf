import { posix } from 'node:path';
import { type FileRole, roleOf } from '../../code/file-roles.ts';
import { type ImportResolver, importResolver } from '../../code/imports.ts';
import { parsedLanguageOf } from '../../code/languages.ts';
import type { Manifest } from '../../code/manifests.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { enclosingName, escaped, isCommentLine } from './code-lines.ts';
import type { TextFile } from './tree-texts.ts';

/** How a line uses a name. */
export type UseKind = 'call' | 'import' | 'inherits' | 'raise' | 'reference';

/** A line that uses a name. */
export interface NameUse {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly kind: UseKind;
  /** What the line stands in; null at the top of its file. */
  readonly inside: string | null;
  readonly role: FileRole;
  /** The file imports the name from where it is defined, or is that file itself: not only the name is the same. */
  readonly isResolved: boolean;
}

const LONGEST_LINE = 200;
/** Files of one folder see each other's names without importing them. */
const BY_FOLDER: ReadonlySet<string | null> = new Set(['go', 'java', 'csharp']);

/** Tells what lines do with names. */
export class UseReader {
  readonly #files: ReadonlyMap<string, ParsedFile>;
  readonly #resolver: ImportResolver;
  readonly #sight = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly ParsedFile[], manifests: readonly Manifest[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#resolver = importResolver(this.#files.keys(), manifests);
  }

  /**
   * The use of a name in a line of a source file; null where the line only speaks of it. `index` counts from 0;
   * `owners` are the classes it is a member of, none for what is no member.
   */
  useIn(
    file: TextFile,
    index: number,
    { name, definedIn, owners }: { name: string; definedIn: ReadonlySet<string>; owners: readonly string[] },
  ): NameUse | null {
    const text = file.lines[index] ?? '';
    if (isCommentLine(text) || this.#isInDoc(file.path, index + 1)) return null;
    const kind = useKind(text, name);
    if (kind === null) return null;
    const role = roleOf(file.path);
    const inside = enclosingName(file.lines, index);
    const isResolved =
      owners.length > 0 ? isOn(owners, { text, name, inside }) : this.#sees(file.path, name, definedIn);
    return {
      path: file.path,
      line: index + 1,
      text: text.trim().slice(0, LONGEST_LINE),
      kind,
      inside,
      role,
      isResolved,
    };
  }

  #isInDoc(path: string, line: number): boolean {
    const file = this.#files.get(path);
    if (file === undefined) return false;
    const isIn = (doc: { line: number; endLine: number } | null): boolean =>
      doc !== null && line >= doc.line && line <= doc.endLine;
    const anyOf = (symbols: ParsedFile['symbols']): boolean =>
      symbols.some((one) => isIn(one.doc) || anyOf(one.members));
    return isIn(file.doc) || anyOf(file.symbols);
  }

  #sees(path: string, name: string, definedIn: ReadonlySet<string>): boolean {
    if (definedIn.has(path)) return true;
    const language = parsedLanguageOf(path);
    if (BY_FOLDER.has(language)) {
      const folder = posix.dirname(path);
      if ([...definedIn].some((one) => posix.dirname(one) === folder)) return true;
    }
    const known = this.#sight.get(`${path}\0${name}`) ?? this.#targets(path, name);
    this.#sight.set(`${path}\0${name}`, known);
    return [...definedIn].some(
      (one) => known.has(one) || (BY_FOLDER.has(language) && known.has(`${posix.dirname(one)}/`)),
    );
  }

  /** Files that a file's name may come from: those it imports it from, or whole, and what those pass on. */
  #targets(path: string, name: string): ReadonlySet<string> {
    const found = new Set<string>();
    const isByFolder = BY_FOLDER.has(parsedLanguageOf(path));
    const waiting = [{ path, isFirst: true }];
    for (let next = waiting.pop(); next !== undefined && found.size < 500; next = waiting.pop()) {
      const file = this.#files.get(next.path);
      if (file === undefined) continue;
      const passed = file.reexports
        .filter(({ exported }) => exported === '*' || exported === name)
        .map(({ specifier, imported, line }) => ({ specifier, names: [imported], line, typeOnly: false, lazy: false }));
      // Python passes on what it imports.
      const imports = next.isFirst || parsedLanguageOf(next.path) === 'python' ? file.imports : [];
      for (const one of [...imports, ...passed]) {
        for (const target of this.#resolver.resolve(next.path, one)) {
          if (target.kind !== 'file' || found.has(target.path)) continue;
          const given = one.names.some((each) => each === name || each === '*' || each === 'default');
          if (!given && !isByFolder && !one.names.includes(stemOf(target.path))) continue;
          found.add(target.path);
          if (isByFolder) found.add(`${posix.dirname(target.path)}/`);
          waiting.push({ path: target.path, isFirst: false });
        }
      }
    }
    return found;
  }
}

/** The name of a module: its file's, or its folder's where the file speaks for that. */
function stemOf(path: string): string {
  const parts = path.replace(/\.[^/]*$/, '').split('/');
  return (/^(?:index|__init__|mod)$/.test(parts.at(-1) ?? '') ? parts.at(-2) : parts.at(-1)) ?? '';
}

/** Whether a member is used on its own class by its name, or on the object itself in a method of that class. */
function isOn(
  owners: readonly string[],
  { text, name, inside }: { text: string; name: string; inside: string | null },
): boolean {
  const on = new RegExp(`([\\w$]+)(?:\\(\\))?(?:\\??\\.|->|::)${escaped(name)}(?![\\w$])`).exec(text)?.[1];
  if (on === undefined) return false;
  const around = (inside ?? '').split('.');
  return (
    owners.includes(on) || (/^(?:self|this|cls|super)$/.test(on) && owners.some((owner) => around.includes(owner)))
  );
}

/** What a line does with a name; null where it stands in a string alone. */
function useKind(line: string, name: string): UseKind | null {
  const bare = withoutStrings(line);
  const word = new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`);
  const at = word.exec(bare)?.index;
  if (at === undefined) return null;
  if (
    /^\s*(?:from\b.*\bimport\b|import\b|use\s|using\s|#\s*include|export\b.*\bfrom\b|require\b)|=\s*require\s*\(/.test(
      bare,
    )
  )
    return 'import';
  const [before, after] = [bare.slice(0, at), bare.slice(at + name.length)];
  if (/\b(?:raise|throw|throw new|raise from|panic\()\s*[\w.]*$/.test(before)) return 'raise';
  if (
    /\bclass\s+\w+\s*\([^)]*$|\b(?:class|interface)\b.*\b(?:extends|implements)\s[^{]*$|\bclass\s+\w+\s*[:<]\s*[\w:., ]*$|\bimpl\b.*$/.test(
      before,
    )
  )
    return 'inherits';
  if (/^\s*(?:<[^<>]*>)?!?\(/.test(after) || /\bnew\s+[\w.]*$|@[\w.]*$|(?:^|[\s(>{&?:])<$/.test(before)) return 'call';
  return 'reference';
}

/** A line with what stands in its strings taken away; template strings keep what they compute. */
function withoutStrings(line: string): string {
  return line
    .replace(
      /(?<![\w])[rbu]?"(?:[^"\\]|\\.)*"|(?<![\w])[rbu]?'(?:[^'\\]|\\.)*'/g,
      (text) => `"${' '.repeat(Math.max(0, text.length - 2))}"`,
    )
    .replace(/\s(?:\/\/|#\s).*$/, '');
}
