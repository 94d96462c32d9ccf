import type { MirroredFile } from './mirror.ts';
import type { PythonSpot } from './python-spot.ts';

const FROM_OUTSIDE = /(?<![\w.])(?!(?:self|cls)\b)\w+(?:\.\w+)*\.(\w+)[ \t]*=[ \t]*(?!None\b|=)\S/g;
const FROM_PARAMETER = /^[ \t]*self\.(\w+)[ \t]*=[ \t]*(\w+)[ \t]*(?:#.*)?$/gm;
const BEGUN = /^[ \t]+(?:self\.)?(\w+)[ \t]*=[ \t]*None[ \t]*(?:#.*)?$/gm;
const NONE_BY_DEFAULT = /[(,]\s*(\w+)\s*=\s*None(?=\s*[,)])/g;
/** Given a value by the object itself, or `None` again. */
const FROM_ITSELF = /(?<![\w.])(?:self|cls)\.(\w+)[ \t]*=[ \t]*(?!None\b|=)\S/g;
const EMPTIED = /\.(\w+)[ \t]*=[ \t]*None\b|^[ \t]*del[ \t]+[\w.]*\.(\w+)/gm;
const ASKED =
  /\.(\w+)[ \t]+is[ \t]+(?:not[ \t]+)?None\b|\b(?:if|elif|while|not|and|or|assert)[ \t]+\w+(?:\.\w+)*\.(\w+)(?=[ \t]*(?:[:)]|and\b|or\b|else\b|$))/gm;
const ANNOTATED = /^[ \t]*(?:self\.)?(\w+)[ \t]*:[ \t]*[^\s#].*$|^[ \t]*def[ \t]+(\w+)\([^)]*\)[ \t]*->/gm;

/**
 * Attributes without an annotation that begin as `None` and get their value from elsewhere: another object puts it
 * there, a parameter whose default is `None` brings it, or a class only names it with a `None` that it is never again
 * and that nobody asks for. Pyright takes the `None` that it sees for all there is.
 */
export class FilledAttributes {
  readonly #filled = new Set<string>();
  /** Those that begin as `None` and that the object itself gives a value. */
  readonly #own = new Set<string>();
  /** Those of them that are never `None` again, and of which nobody asks whether they are. */
  readonly #late = new Set<string>();
  readonly #annotated = new Set<string>();

  constructor(files: readonly MirroredFile[]) {
    const begun = new Set<string>();
    const given = new Set<string>();
    const named = new Set<string>();
    const filled = new Set<string>();
    const missed = new Set<string>();
    const asked = new Set<string>();
    const emptied = new Set<string>();
    for (const { path, text } of files) {
      if (!/\.pyi?$/.test(path)) continue;
      const annotated = new Set([...text.matchAll(ANNOTATED)].map(([, name, method]) => name ?? method ?? ''));
      for (const name of annotated) this.#annotated.add(name);
      for (const [, name = ''] of text.matchAll(FROM_OUTSIDE)) given.add(name);
      for (const name of namedByClasses(text)) if (!annotated.has(name)) named.add(name);
      for (const [, name = ''] of text.matchAll(FROM_ITSELF)) filled.add(name);
      for (const [, name, other] of text.matchAll(EMPTIED)) missed.add(name ?? other ?? '');
      for (const name of askedFor(text)) asked.add(name);
      for (const name of emptiedLater(text)) emptied.add(name);
      for (const [, name = ''] of text.matchAll(BEGUN)) if (!annotated.has(name)) begun.add(name);
      const absent = new Set([...text.matchAll(NONE_BY_DEFAULT)].map(([, name]) => name));
      for (const [, name = '', parameter] of text.matchAll(FROM_PARAMETER)) {
        if (absent.has(parameter) && !annotated.has(name)) this.#filled.add(name);
      }
    }
    for (const name of begun) if (given.has(name)) this.#filled.add(name);
    for (const name of begun) {
      if (!filled.has(name)) continue;
      this.#own.add(name);
      if (!asked.has(name) && !emptied.has(name)) this.#late.add(name);
    }
    for (const name of named) if (filled.has(name) && !missed.has(name) && !asked.has(name)) this.#filled.add(name);
  }

  /** Whether anything of the tree says what an attribute of that name is. */
  isAnnotated(name: string): boolean {
    return this.#annotated.has(name);
  }

  /** Whether such an attribute is `None` only until the object itself gives it a value. */
  isLate(name: string): boolean {
    return this.#late.has(name);
  }

  /** Whether pyright speaks of the `None` in such an attribute. */
  explains({ rule, message, line, column, above }: PythonSpot): boolean {
    const isNoneOnly = /^Cannot access attribute "\w+" for class "None"/.test(message);
    if (rule?.startsWith('reportOptional') !== true && !isNoneOnly) return false;
    const before = /\.(\w+)\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1];
    const name = before ?? /^\w+(?:\.\w+)*\.(\w+)/.exec(line.slice(column - 1))?.[1];
    if (name === undefined) return false;
    // Of what it has seen given, pyright says that it may be `None`: this one is given in a function within a method,
    // or by a class that inherits.
    return this.#filled.has(name) || (isNoneOnly && this.#own.has(name) && !isNoneHere(name, above));
  }
}

/** Whether lines above a use say that an attribute is `None` there: it is emptied, or asked for. */
function isNoneHere(name: string, above: readonly string[]): boolean {
  const head = above.findLastIndex((one) => /^\s*(?:async\s+)?def\b/.test(one));
  const none = new RegExp(`\\.${name}\\s*=\\s*None\\b|\\.${name}\\s+is\\s+None\\b|\\bnot\\s+[\\w.]+\\.${name}\\b`);
  return above.slice(head + 1).some((one) => none.test(one));
}

const METHOD = /^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)/gm;
/** Made for each object or each test anew: what is `None` here is not yet filled, not emptied. */
const SETTING_UP = /^(?:__init__|(?:async)?setUp(?:Class)?|setup_(?:method|class))$/i;
/** Runs even where the object was never filled, so it has to ask. */
const TAKING_DOWN = /^(?:__del__|(?:async)?tearDown(?:Class)?|teardown_(?:method|class))$/i;

/** Attributes that a function other than those which set up empties. */
function emptiedLater(text: string): string[] {
  return outsideOf(SETTING_UP, text).flatMap((body) =>
    [...body.matchAll(/\.(\w+)[ \t]*=[ \t]*None\b/g)].map(([, name = '']) => name),
  );
}

/** Attributes of which a function other than those which take down asks whether they are `None`. */
function askedFor(text: string): string[] {
  return outsideOf(TAKING_DOWN, text).flatMap((body) =>
    [...body.matchAll(ASKED)].map(([, name, other]) => name ?? other ?? ''),
  );
}

/** The pieces of a text from one head of a function to the next, but those of some functions. */
function outsideOf(methods: RegExp, text: string): string[] {
  const heads = [...text.matchAll(METHOD)];
  const pieces = heads.flatMap(({ 1: name = '', index }, at) =>
    methods.test(name) ? [] : text.slice(index, heads[at + 1]?.index),
  );
  return [text.slice(0, heads[0]?.index), ...pieces];
}

/** Attributes to which the body of a class gives `None`. */
function namedByClasses(text: string): string[] {
  const found: string[] = [];
  const heads: { readonly indent: number; readonly isClass: boolean }[] = [];
  for (const line of text.split('\n')) {
    const code = line.trimStart();
    if (code === '' || code.startsWith('#')) continue;
    const indent = line.length - code.length;
    while ((heads.at(-1)?.indent ?? -1) >= indent) heads.pop();
    const name =
      heads.at(-1)?.isClass === true ? /^(\w+)[ \t]*=[ \t]*None[ \t]*(?:#.*)?$/.exec(code.trimEnd())?.[1] : null;
    if (name) found.push(name);
    if (/^(?:class|(?:async[ \t]+)?def)\b/.test(code)) heads.push({ indent, isClass: code.startsWith('class') });
  }
  return found;
}
