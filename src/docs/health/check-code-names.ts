import { definedIn, isPythonName, missingMember, ownPackages } from './check-names.ts';
import { isForeignName } from './foreign-names.ts';
import { withoutComments } from './function-texts.ts';
import type { CodeBlock, MarkdownDocument } from './markdown-document.ts';
import { didYouMean, nearest } from './nearest.ts';
import type { Fault } from './rules.ts';
import type { HealthSubject } from './subject.ts';

type Spoken = 'script' | 'python';

const SCRIPTS = /^(?:js|jsx|ts|tsx|javascript|typescript|mjs|cjs|mts|cts|node)$/;
const PYTHONS = /^(?:py|python|python3|pycon|py3|ipython)$/;
const SCRIPT_IMPORT =
  /\b(?:import|export)\s+(?:type\s+)?(?:([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}|\*\s*as\s+([\w$]+))?\s*from\s*['"]([^'"]+)['"]|\b(?:const|let|var)\s+(?:\{([^}]*)\}|([\w$]+))\s*=\s*(?:await\s+import|require)\(\s*['"]([^'"]+)['"]\s*\)(?!\s*[.(])/g;
const PYTHON_IMPORT =
  /^[ \t]*(?:>>> )?(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#]+))|import[ \t]+([^\n#]+))/gm;

/** A name of a block that stands for something of the repository. */
interface Bound {
  /** Name of the class or function in the code; null for a whole module. */
  readonly name: string | null;
  /** An object of that class. */
  readonly isInstance: boolean;
}

/** Names of the repository's own packages in code blocks that the code does not have. */
export function codeNameChecker(subject: HealthSubject): (document: MarkdownDocument) => Fault[] {
  const packages = ownPackages(subject);
  const version = Math.max(0, ...subject.manifests.map((one) => Number.parseInt(one.version ?? '', 10) || 0));
  // A document of a version that is not out yet tells of what that one has.
  const isOfLater = (text: string): boolean =>
    version > 0 && [...text.matchAll(/\bv(\d{1,3})\b/g)].some(([, later]) => Number(later) === version + 1);
  return (document) => {
    if (document.isHistory || isOfLater(document.text)) return [];
    const defined = new Set(definedIn(document));
    const bound = { script: new Map<string, Bound>(), python: new Map<string, Bound>() };
    return document.blocks.flatMap((block) => {
      const spoken = SCRIPTS.test(block.language) ? 'script' : PYTHONS.test(block.language) ? 'python' : null;
      return spoken === null
        ? []
        : new BlockCheck(document, block, spoken, bound[spoken], packages, subject)
            .run()
            // What the reader defines in one block is used in another.
            .filter((fault) => !defined.has(fault.subject.split('.')[1] ?? ''));
    });
  };
}

class BlockCheck {
  readonly #document: MarkdownDocument;
  readonly #block: CodeBlock;
  readonly #spoken: Spoken;
  readonly #bound: Map<string, Bound>;
  readonly #packages: ReadonlySet<string>;
  readonly #subject: HealthSubject;
  readonly #text: string;
  readonly #faults: Fault[] = [];

  constructor(
    document: MarkdownDocument,
    block: CodeBlock,
    spoken: Spoken,
    bound: Map<string, Bound>,
    packages: ReadonlySet<string>,
    subject: HealthSubject,
  ) {
    this.#document = document;
    this.#block = block;
    this.#spoken = spoken;
    this.#bound = bound;
    this.#packages = packages;
    this.#subject = subject;
    this.#text = withoutComments(block.text, spoken === 'python');
  }

  run(): Fault[] {
    if (this.#spoken === 'script') this.#scriptImports();
    else this.#pythonImports();
    this.#assignments();
    if (this.#bound.size > 0) this.#members();
    return this.#faults;
  }

  #scriptImports(): void {
    for (const match of this.#text.matchAll(SCRIPT_IMPORT)) {
      const [, single, list, all, from, destructured, whole, required] = match;
      const entry = this.#subject.model.entries.find(({ specifier }) => specifier === (from ?? required));
      for (const name of [single, all, whole, ...importedNames(list ?? destructured ?? '').map(({ local }) => local)])
        if (name !== undefined) this.#bound.delete(name);
      if (entry === undefined || entry.language !== 'script') continue;
      const given = entry.names.map(({ name }) => name);
      for (const { name, local, offset } of importedNames(list ?? destructured ?? '')) {
        const symbol = entry.names.find((one) => one.name === name)?.symbol ?? name;
        if (given.includes(name) || this.#subject.names.isDeclared(name) || name === 'default')
          this.#bound.set(local, { name: symbol, isInstance: false });
        else
          this.#report(
            match.index + match[0].indexOf(list ?? destructured ?? '') + offset,
            `\`${entry.specifier}\` exports no \`${name}\`.`,
            nearest(name, given),
            name,
          );
      }
      for (const name of [all, whole]) if (name !== undefined) this.#bound.set(name, { name: null, isInstance: false });
      const byDefault = entry.names.find(({ name }) => name === 'default')?.symbol ?? null;
      if (single !== undefined && single !== 'type') this.#bound.set(single, { name: byDefault, isInstance: false });
    }
  }

  #pythonImports(): void {
    for (const match of this.#text.matchAll(PYTHON_IMPORT)) {
      const [, from, bracketed, plain, modules] = match;
      if (from !== undefined) {
        const list = bracketed ?? plain ?? '';
        const isOwn = this.#packages.has(from.split('.')[0] ?? '');
        if (isOwn && this.#missingModule(from, match.index)) continue;
        for (const { name, local, offset } of importedNames(list)) {
          this.#bound.delete(local);
          if (!isOwn) continue;
          if (isPythonName(name, this.#subject))
            this.#bound.set(local, {
              name: this.#subject.paths.endingWith(`${name}.py`).length > 0 ? null : name,
              isInstance: false,
            });
          else
            this.#report(
              match.index + match[0].lastIndexOf(list) + offset,
              `\`${from}\` has no \`${name}\`.`,
              this.#subject.names.nearDeclared(name),
              name,
            );
        }
      }
      for (const { name, local } of importedNames(modules ?? '')) {
        const [top = ''] = name.split('.');
        if (!this.#packages.has(top)) this.#bound.delete(local);
        else if (!this.#missingModule(name, match.index))
          this.#bound.set(local.split('.')[0] ?? local, { name: null, isInstance: false });
      }
    }
  }

  #missingModule(module: string, at: number): boolean {
    const missing = module
      .split('.')
      .slice(1)
      .find((part) => !isPythonName(part, this.#subject));
    if (missing !== undefined)
      this.#report(at, `There is no module \`${module}\`.`, nearest(missing, this.#moduleNames()), module);
    return missing !== undefined;
  }

  #moduleNames(): string[] {
    return this.#subject.files.map(({ path }) => /([^/]+)\.py$/.exec(path)?.[1] ?? '').filter((name) => name !== '');
  }

  /**
   * What is assigned anew stands for something else from then on; a new object of an own class is one of that class.
   */
  #assignments(): void {
    const pattern =
      /(?:^|[\n;{(]|\bas\b)[ \t]*(?:>>> )?(?:(?:const|let|var)[ \t]+)?([A-Za-z_$][\w$]*)(?:[ \t]*:[^=\n]+)?[ \t]*=(?![=>])[ \t]*(await[ \t]+)?(new[ \t]+)?([A-Za-z_$][\w$.]*)?(\()?/g;
    for (const [, name = '', awaited, made, value = '', called] of this.#text.matchAll(pattern)) {
      const source = this.#bound.get(value.split('.')[0] ?? '');
      const type = value.includes('.') ? (value.split('.').at(-1) ?? '') : (source?.name ?? '');
      const isClass =
        source !== undefined &&
        called !== undefined &&
        awaited === undefined &&
        this.#subject.names.type(type) !== null &&
        (made !== undefined || this.#spoken === 'python');
      if (isClass && !source.isInstance) this.#bound.set(name, { name: type, isInstance: true });
      else if (value !== name) this.#bound.delete(name);
    }
  }

  #members(): void {
    for (const match of this.#text.matchAll(/(?<![\w$.'"`/@-])([A-Za-z_$][\w$]*)\.([A-Za-z_$][\w$]*)/g)) {
      const [, owner = '', member = ''] = match;
      const bound = this.#bound.get(owner);
      if (bound === undefined || isQuoted(this.#text, match.index)) continue;
      const fault = this.#judge(bound, owner, member);
      // What a block puts there itself is there.
      const isAssigned = new RegExp(
        `\\b${owner.replaceAll('$', '\\$')}\\.${member.replaceAll('$', '\\$')}\\s*=(?!=)`,
      ).test(this.#text);
      if (fault !== null && !isAssigned)
        this.#report(match.index + owner.length + 1, fault.message, fault.near, `${owner}.${member}`);
    }
  }

  #judge(bound: Bound, owner: string, member: string): { message: string; near: string | null } | null {
    const { names } = this.#subject;
    if (bound.name !== null && names.type(bound.name) !== null) {
      const found = missingMember(bound.name, member, '', names);
      return found === null
        ? null
        : { message: found.message, near: nearest(member, names.membersOf(bound.name) ?? []) };
    }
    // What a name stands for that is no class has members that nobody can tell.
    if (bound.name !== null) return null;
    const isThere =
      names.isDeclared(member) ||
      isForeignName(member) ||
      names.isWritten(member) ||
      isPythonName(member, this.#subject);
    return isThere ? null : { message: `\`${owner}\` has no \`${member}\`.`, near: names.nearDeclared(member) };
  }

  #report(offset: number, message: string, near: string | null, subject: string): void {
    const before = this.#text.slice(0, offset);
    this.#faults.push({
      rule: 'docs/unknown-name',
      file: this.#document.path,
      line: this.#block.textLine + before.split('\n').length - 1,
      column: offset - before.lastIndexOf('\n'),
      message,
      suggestion: didYouMean(near),
      subject,
      shapes: [subject.includes('.') ? `members of ${subject.split('.')[0]}` : 'imports'],
    });
  }
}

function isQuoted(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
  return ['"', "'", '`'].some((quote) => (line.split(quote).length - 1) % 2 === 1);
}

/** Names of an import list: `a, b as c`, `a: b`, `type D`. */
function importedNames(list: string): { name: string; local: string; offset: number }[] {
  return [...list.matchAll(/[^,]+/g)].flatMap((part) => {
    const match = /^\s*(?:type\s+)?([A-Za-z_$][\w$.]*)(?:\s*(?:\bas\b|:)\s*([\w$]+))?/.exec(part[0]);
    if (match === null || match[1] === undefined) return [];
    return [{ name: match[1], local: match[2] ?? match[1], offset: part.index + part[0].indexOf(match[1]) }];
  });
}
