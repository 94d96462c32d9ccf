import { posix } from 'node:path';
import type { PythonSpot } from './python-spot.ts';

type Texts = ReadonlyMap<string, string>;

/** Names of a module that are put there by names which are worked out. */
const WORKED_OUT =
  /^[ \t]*(?:globals|locals|vars)\(\)(?:\[(?![ \t]*["'][^"'\n]*["'][ \t]*\])[^\]\n]+\][ \t]*=[^=]|\.update\()/m;

/** Whether names of a text are made by others that it works out, so that nobody can say which there are. */
export function worksOutNames(text: string): boolean {
  return WORKED_OUT.test(text);
}

/**
 * Whether a name that `__all__` lists is there all the same: a module of the package, which `import *` loads, or one
 * that the module's `__getattr__` brings.
 */
export function isListedPart({ file, rule, message }: PythonSpot, texts: Texts): boolean {
  const name = /^"(\w+)" is specified in __all__/.exec(message)?.[1];
  if (rule !== 'reportUnsupportedDunderAll' || name === undefined) return false;
  const text = texts.get(file) ?? '';
  if (/^(?:async[ \t]+)?def[ \t]+__getattr__[ \t]*\(/m.test(text) || worksOutNames(text)) return true;
  if (!/(?:^|\/)__init__\.pyi?$/.test(file)) return false;
  const place = posix.join(posix.dirname(file), name);
  return [`${place}.py`, `${place}.pyi`, `${place}/__init__.py`].some((path) => texts.has(path));
}

/** Whether a module puts another one in its own place, which is told there to have a name. */
export function isRecreatedWith(name: string, text: string): boolean {
  const made = /\b(?:re)?create_module\(\s*(?:#[^\n]*\s*)?__name__/.exec(text);
  return made !== null && new RegExp(`["']${name}["']`).test(text.slice(made.index));
}

/**
 * Whether a module is said to be missing that the compiler of Protocol Buffers writes: a build brings it, and where it
 * was checked in, it is not looked at.
 */
export function isWrittenByBuild({ message }: PythonSpot): boolean {
  return /^"\w+_pb2(?:_grpc)?" is (?:unknown import symbol|not a known attribute of module)/.test(message);
}

/** Files of the tree that a dotted module may be. */
export function modulePlaces(module: string, texts: Texts): string[] {
  const path = module.replaceAll('.', '/');
  const endings = [`${path}.py`, `${path}/__init__.py`, `${path}.pyi`];
  return [...texts.keys()].filter((one) => endings.some((ending) => one === ending || one.endsWith(`/${ending}`)));
}

/** Bases of the class around a line, as written; null outside of one. */
function basesAround({ line, above }: PythonSpot): string | null {
  const indent = line.length - line.trimStart().length;
  const head = above.findLast((one) => /^\s*class\s/.test(one) && one.length - one.trimStart().length < indent);
  return head === undefined ? null : (/\((.*)\)\s*:/.exec(head)?.[1] ?? '');
}

/**
 * Whether a method without `self` belongs to a class that is no class of objects: an interface of Zope, whose methods
 * are written as they are called, or a class that is made of a class which is worked out, so that its `self` is one.
 */
export function isOtherwiseBound(spot: PythonSpot, text: string): boolean {
  if (spot.rule !== 'reportSelfClsParameterName') return false;
  const bases = basesAround(spot) ?? '';
  if (/\bzope\.interface\b/.test(text) && /(?:^|[\s,.])I(?:nterface\b|[A-Z]\w*)/.test(bases)) return true;
  const isOfClass = /\b(?:meta)?cls\b/.test(spot.line.slice(spot.column - 1));
  return isOfClass && /\.__class__\b|\btype\(/.test(bases);
}
