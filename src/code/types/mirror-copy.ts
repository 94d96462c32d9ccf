import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { z } from 'zod';
import type { Gap } from '../analyser.ts';
import { decodeSource, readSourceBytesSync } from '../source-text.ts';
import type { MirroredFile } from './mirror.ts';
import { parseScript } from './script-tree.ts';

/** What is to be copied. Plain data. */
export interface CopyOrder {
  /** Resolved path of the analysed tree. */
  readonly root: string;
  readonly paths: readonly string[];
  /** Resolved path of the copy's root. */
  readonly target: string;
  /** Engine that the gaps are told for. */
  readonly engine: string;
}

/** What was copied, and what was not. */
export interface Copied {
  readonly files: readonly MirroredFile[];
  readonly gaps: readonly Gap[];
}

const MAX_FILE_BYTES = 2 * 1024 * 1024;

/**
 * Copies files but for those that lead out of the tree. Of one that `isLeft`, only the folder is made: whoever asks
 * writes it. To be called in a thread: what is searched for in hostile text could take hours.
 */
export function copyFiles(order: CopyOrder, isLeft: (path: string) => boolean = () => false): Copied {
  const files: MirroredFile[] = [];
  const gaps: Gap[] = [];
  const folders = new Set<string>();
  for (const path of order.paths) {
    const copied = copyFile(order, path, { folders, isLeft: isLeft(path) });
    if ('text' in copied) files.push({ path, text: copied.text });
    else gaps.push({ file: path, engine: order.engine, reason: `Not read: ${copied.detail}.` });
  }
  return { files, gaps };
}

function copyFile(
  { root, target }: CopyOrder,
  path: string,
  { folders, isLeft }: { readonly folders: Set<string>; readonly isLeft: boolean },
): { text: string } | { detail: string } {
  if (/[\\\n\r]/.test(path)) return { detail: 'compilers take its name for another path' };
  const read = readSourceBytesSync(root, path, MAX_FILE_BYTES);
  if ('reason' in read) return { detail: read.detail };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { detail: decoded.detail };
  const escaping = escapingReference(path, decoded.text);
  if (escaping !== null) return { detail: `it refers to ${escaping}, which lies outside of the tree` };
  const absolute = join(target, path);
  const folder = dirname(absolute);
  if (!folders.has(folder)) {
    mkdirSync(folder, { recursive: true });
    folders.add(folder);
  }
  if (!isLeft) writeFileSync(absolute, read.bytes);
  return { text: decoded.text };
}

const SCRIPT_REFERENCE =
  /(?:\bfrom|\bimport|\brequire)\s*(?:\(\s*)?(['"`])(\/[^'"`\n]*|[^'"`\n]*\.\.\/[^'"`\n]*)\1|<reference\s+path\s*=\s*(['"])([^'"\n]+)\3/g;
const PYTHON_REFERENCE = /^[ \t]*from[ \t]+(\.{2,})/gm;

/**
 * What a file refers to that a compiler would read from outside of the copy, or null. One step out of the tree finds
 * nothing there, so what merely leaves a subfolder of a repository is harmless; what could reach the machine is not.
 */
function escapingReference(path: string, text: string): string | null {
  if (/\.pyi?$/.test(path)) {
    const depth = path.split('/').length;
    for (const [, dots = ''] of text.matchAll(PYTHON_REFERENCE)) {
      if (dots.length > depth) return `a package ${dots.length - depth} folders above it`;
    }
    return null;
  }
  if (!/\.[cm]?[jt]sx?$/.test(path)) return null;
  // The text shows too many rather than too few; what it shows is looked for in the program, which takes longer.
  let imported: ReadonlySet<string> | null = null;
  for (const [, , specifier, , reference] of text.matchAll(SCRIPT_REFERENCE)) {
    const written = specifier ?? reference ?? '';
    if (!leavesFar(path, written)) continue;
    if (reference === undefined) {
      imported ??= importedBy(path, text);
      if (imported !== null && !imported.has(written)) continue;
    }
    return `“${written.slice(0, 80)}”`;
  }
  return null;
}

/** What a program imports, out of whatever statement or call; null where it is not parsed. */
function importedBy(path: string, text: string): ReadonlySet<string> | null {
  const parsed = parseScript(path, text);
  if (parsed === null || parsed.errors.length > 0) return null;
  const found = new Set<string>();
  const waiting: unknown[] = [parsed.program.body];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const [name, child] of Object.entries(node)) {
      const mayName = name === 'arguments' ? isRequire(node) : /^(?:source|argument|expression)$/.test(name);
      if (mayName) for (const one of textsOf(child)) found.add(one);
      if (typeof child === 'object') waiting.push(child);
    }
  }
  return found;
}

/** Whether a node is a call of `require`, the only one whose argument a compiler takes for a module. */
function isRequire(node: object): boolean {
  if (!('callee' in node) || typeof node.callee !== 'object' || node.callee === null) return false;
  return 'name' in node.callee && node.callee.name === 'require';
}

/** The fixed texts that a node, or each of several, is. */
function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  const literal = fixedText.safeParse(node).data;
  return literal === undefined ? [] : [literal.value];
}

const fixedText = z.object({ type: z.literal('Literal'), value: z.string() });

const ASSET = /\.(?:svg|png|jpe?g|gif|webp|avif|ico|css|woff2?)(?:\?[\w&=-]*)?$/i;

/** Whether a reference is absolute or climbs more than one folder above the root, past the copy's own folder. */
function leavesFar(path: string, written: string): boolean {
  // Of a picture that a server gives from there, a compiler looks for declarations of just that name.
  if (written.startsWith('/')) return !ASSET.test(written);
  const target = posix.normalize(posix.join(posix.dirname(path), written));
  return target.startsWith('../../') || /^\.\.\/(?:generated|tree|beside)\//.test(target);
}
