import { boundedPrompt } from './bounded-prompt.ts';
import { termsOf } from './search-words.ts';

/** A path as a prompt writes it, perhaps of another machine, and the line it names. */
export interface WrittenPlace {
  readonly path: string;
  readonly line: number | null;
  /** Of a frame of a trace: what ran there. */
  readonly callee: string | null;
}

/** What a prompt says of where to look. Plain JSON. */
export interface DebugPrompt {
  /** Frames of traces as they stand there, then other places with a line, then paths without. */
  readonly places: readonly WrittenPlace[];
  /** Names of code as written: in backticks, with brackets behind, or spelled as only code is. */
  readonly names: readonly string[];
  /** Errors as traces end or begin with them: class and message. */
  readonly errors: readonly { readonly name: string; readonly message: string }[];
  /** Words for a search. */
  readonly terms: readonly string[];
}

const MOST = 60;
const LONGEST_PROMPT = 200_000;

/** What a path may hold; a blank ends it. */
const PATH = String.raw`(?:file:\/\/)?(?:[A-Za-z]:[\\/])?[\w@.+~$\-[\]()\\/]*[\w\])]`;
const FRAMES: readonly RegExp[] = [
  // Python
  /File "(?<path>[^"\n]{1,400})", line (?<line>\d+)(?:, in (?<callee>[\w.<>]+))?/g,
  // JavaScript
  /^\s*at (?:async )?(?:(?<callee>[\w$.<>[\] ]+?) \()?(?<path>(?:file:\/\/)?[^\s()]{1,400}?\.\w{1,5}):(?<line>\d+)(?::\d+)?\)?/gm,
  // Java, Kotlin, C#
  /^\s*at (?<callee>[\w$.<>]+)\((?<path>[\w$]+\.(?:java|kt|scala|groovy)):(?<line>\d+)\)/gm,
  / in (?<path>[^\s:][^\n:]{1,400}\.cs):line (?<line>\d+)/g,
  // Ruby, PHP
  /(?<path>[\w./-]+\.rb):(?<line>\d+):in [`'](?<callee>[^'`]+)'/g,
  /(?<path>[\w./-]+\.php)(?:\((?<line>\d+)\)| on line (?<line2>\d+))/g,
];
const WITH_LINE: readonly RegExp[] = [
  new RegExp(String.raw`(?<path>${PATH}\.\w{1,6})(?::|#L|\((?=\d+,\d+\)))(?<line>\d+)`, 'g'),
  new RegExp(String.raw`(?<path>${PATH}\.\w{1,6})["'\x60]?,? (?:at |on |in )?(?:the )?line (?<line>\d+)`, 'gi'),
  new RegExp(String.raw`line (?<line>\d+) (?:of|in) ["'\x60]?(?<path>${PATH}\.\w{1,6})`, 'gi'),
];
const ALONE: readonly RegExp[] = [
  /`(?<path>[^`\s]*[./][^`\s]*)`/g,
  /(?<![\w/.@-])(?<path>(?:\.{0,2}\/)?[\w@.+-]+(?:\/[\w@.+\-[\]()]+)*\.[A-Za-z]\w{0,5})(?![\w/])/g,
  /(?<![\w/.:@-])(?<path>(?:\.{0,2}\/)?[\w@.+-]+(?:\/[\w@.+\-[\]]+)+\/?|[\w@.+-]+\/)(?![\w/])/g,
];
const ERROR =
  /^(?:\s*(?:Uncaught |Caused by: |Exception in thread "[^"]*" |thread '[^']*' ))?(?:[a-z_][\w.]*\.)?(?<name>[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Failure|Fault))(?:: (?<message>.{0,300}))?$/gm;
const ERROR_NAMED = /\b(?<name>[A-Z]\w*(?:Error|Exception))\b(?:: (?<message>[^\n`]{0,300}))?/g;

/** Reads a prompt. Pure. */
export function readDebugPrompt(prompt: string): DebugPrompt {
  const text = boundedPrompt(prompt.slice(0, LONGEST_PROMPT));
  const places: WrittenPlace[] = [];
  const take = (shapes: readonly RegExp[], isAlone: boolean): void => {
    for (const shape of shapes) {
      for (const { groups } of text.matchAll(shape)) {
        const path = cleaned(groups?.path ?? '');
        const written = groups?.line ?? groups?.line2;
        const line = written === undefined ? null : Number(written);
        const isKnown = places.some((one) => (isAlone || one.line === line) && one.path.endsWith(path));
        if (path === '' || isKnown || places.length >= MOST) continue;
        places.push({ path, line, callee: groups?.callee?.trim() ?? null });
      }
    }
  };
  take(FRAMES, false);
  take(WITH_LINE, false);
  take(ALONE, true);
  return { places, names: namesIn(text), errors: errorsIn(text), terms: termsOf(text.slice(0, 20_000)) };
}

function cleaned(path: string): string {
  return path
    .replace(/^file:\/\//, '')
    .replaceAll('\\', '/')
    .replace(/^(?:\.{1,2}\/)+/, '')
    .replace(/[?#].*$/, '')
    .replace(/^[(['"]+|['"]+$/g, '');
}

/** `the Webhook class`, `function parse`. */
const NAMED =
  /\b([A-Za-z_]\w+) (?:class|function|method|component|hook|struct)\b|\b(?:class|function|method|component|hook|struct) ([A-Za-z_]\w+)/g;

function namesIn(text: string): string[] {
  const found = new Set<string>();
  const callees = text.matchAll(/, in ([A-Za-z_]\w+)$|^\s*at (?:async )?([\w$.]+) \(/gm);
  for (const [, python, script] of callees) found.add((python ?? script ?? '').replace(/^.*\.(?=\w+\.\w+$)/, ''));
  for (const [, name = ''] of text.matchAll(/`([A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)*)(?:\(.*?\))?`/g))
    found.add(name.replaceAll(/::|#/g, '.'));
  for (const [, name = ''] of text.matchAll(/(?<![\w`/.])([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\(/g))
    found.add(name);
  for (const [name] of text.matchAll(
    /(?<![\w`/.])(?:[a-z]\w*_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z]\w+\.[a-z_]\w+)(?![\w/])/g,
  ))
    found.add(name);
  for (const [, before, behind] of text.matchAll(NAMED)) found.add(before ?? behind ?? '');
  return [...found].filter((name) => name.length > 2 && name.length < 120).slice(0, MOST);
}

function errorsIn(text: string): { name: string; message: string }[] {
  const found = new Map<string, string>();
  for (const shape of [ERROR, ERROR_NAMED]) {
    for (const { groups } of text.matchAll(shape)) {
      const name = groups?.name ?? '';
      if (!found.has(name) || found.get(name) === '') found.set(name, groups?.message?.trim() ?? '');
    }
  }
  return [...found].slice(0, 10).map(([name, message]) => ({ name, message }));
}
