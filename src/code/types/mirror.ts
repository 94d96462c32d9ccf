import { mkdir, mkdtemp, readdir, realpath, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { z } from 'zod';
import type { Gap } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import { decodeSource, readSourceBytes } from '../source-text.ts';

/** A file that was copied, with its text; the text is null where the engine does not need it. */
export interface MirroredFile {
  readonly path: string;
  readonly text: string;
}

/**
 * A copy of the files that a compiler may see, outside of the analysed tree: nothing can be written into the tree, no
 * installed package of this program is found by climbing up from it, and a link leads nowhere.
 */
export interface Mirror {
  /** Resolved path of the copy's root. */
  readonly root: string;
  /** Resolved path of a folder beside the copy for generated configuration. */
  readonly generated: string;
  readonly files: readonly MirroredFile[];
  readonly gaps: readonly Gap[];
}

export interface MirrorRequest {
  /** Resolved path of the analysed tree. */
  readonly root: string;
  readonly files: readonly SourceFile[];
  /** Engine that the gaps are told for. */
  readonly engine: string;
  readonly signal: AbortSignal;
  /** Files whose folders are made and which `work` writes itself. Every file is written unless given. */
  readonly leavesToWrite?: (file: { readonly path: string }) => boolean;
}

const MAX_FILE_BYTES = 2 * 1024 * 1024;
const COPIED_AT_ONCE = 16;
const NAME = 'millwright-types-';
/** Where Linux keeps what processes share in memory. */
const MEMORY_FOLDER = '/dev/shm';
const MOST_BYTES_IN_MEMORY = 32 * 1024 * 1024;
/** What a file takes of such a folder at most beyond its bytes: the rest of its last page. */
const BYTES_BESIDE_CONTENT = 4096;
/** There may be a second copy beside the first, and others have a use for the folder too. */
const TIMES_FREE = 8;
/** Longer than any analysis may take. */
const ABANDONED_AFTER_MILLISECONDS = 3_600_000;

/** Copies files, hands the copy to `work`, and removes it however `work` ends. */
export async function withMirror<Result>(
  request: MirrorRequest,
  work: (mirror: Mirror) => Promise<Result>,
): Promise<Result> {
  const folder = await makeFolder(request.files);
  try {
    const root = join(folder, 'tree');
    const generated = join(folder, 'generated');
    await mkdir(root);
    await mkdir(generated);
    return await work({ root, generated, ...(await copyFiles(request, root)) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Thousands of small files are made and soon removed. On a disk that took up to a tenth of an analysis: ext4 looks at
 * all that was removed in the last minutes before it makes another. So what is small is copied into memory, where the
 * system has a folder for that and nobody has named another one for temporary files.
 */
async function makeFolder(files: readonly SourceFile[]): Promise<string> {
  const bytes = files.reduce((sum, { size }) => sum + size + BYTES_BESIDE_CONTENT, 0);
  if (tmpdir() === '/tmp' && bytes <= MOST_BYTES_IN_MEMORY && (await hasRoom(bytes))) {
    await removeAbandoned();
    const made = await mkdtemp(join(MEMORY_FOLDER, NAME)).catch(() => null);
    if (made !== null) return realpath(made);
  }
  return realpath(await mkdtemp(join(tmpdir(), NAME)));
}

async function hasRoom(bytes: number): Promise<boolean> {
  const free = await statfs(MEMORY_FOLDER).catch(() => null);
  return free !== null && free.bavail * free.bsize > bytes * TIMES_FREE;
}

/** A process that was killed leaves its copy behind, and memory is not cleaned up by anybody else. */
async function removeAbandoned(): Promise<void> {
  const latest = Date.now() - ABANDONED_AFTER_MILLISECONDS;
  for (const name of await readdir(MEMORY_FOLDER)) {
    if (!name.startsWith(NAME)) continue;
    const place = join(MEMORY_FOLDER, name);
    const made = await stat(place).catch(() => null);
    // Whoever else owns one does not let us.
    if (made !== null && made.mtimeMs < latest)
      await rm(place, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function copyFiles(request: MirrorRequest, target: string): Promise<Pick<Mirror, 'files' | 'gaps'>> {
  const files: MirroredFile[] = [];
  const gaps: Gap[] = [];
  const folders = new Set<string>();
  for (let at = 0; at < request.files.length; at += COPIED_AT_ONCE) {
    request.signal.throwIfAborted();
    const batch = request.files.slice(at, at + COPIED_AT_ONCE);
    const copied = await Promise.all(batch.map(({ path }) => copyFile(request, target, path, folders)));
    for (const [index, result] of copied.entries()) {
      const path = batch[index]?.path ?? '';
      if ('text' in result) files.push({ path, text: result.text });
      else gaps.push({ file: path, engine: request.engine, reason: `Not read: ${result.detail}.` });
    }
  }
  return { files, gaps };
}

async function copyFile(
  { root, leavesToWrite }: MirrorRequest,
  target: string,
  path: string,
  folders: Set<string>,
): Promise<{ text: string } | { detail: string }> {
  if (/[\\\n\r]/.test(path)) return { detail: 'compilers take its name for another path' };
  const read = await readSourceBytes(root, path, MAX_FILE_BYTES);
  if ('reason' in read) return { detail: read.detail };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { detail: decoded.detail };
  const escaping = escapingReference(path, decoded.text);
  if (escaping !== null) return { detail: `it refers to ${escaping}, which lies outside of the tree` };
  const absolute = join(target, path);
  const folder = dirname(absolute);
  if (!folders.has(folder)) {
    await mkdir(folder, { recursive: true });
    folders.add(folder);
  }
  if (leavesToWrite?.({ path }) !== true) await writeFile(absolute, read.bytes);
  return { text: decoded.text };
}

const SCRIPT_REFERENCE =
  /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"`])(\/[^'"`\n]*|[^'"`\n]*\.\.\/[^'"`\n]*)\1|<reference\s+path\s*=\s*(['"])([^'"\n]+)\3/g;
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

/** What a program imports, out of whatever statement or call; null where it does not parse. */
function importedBy(path: string, text: string): ReadonlySet<string> | null {
  const { program, errors } = parseSync(path, text, /\.[cm]?js$/.test(path) ? { lang: 'jsx' } : {});
  if (errors.length > 0) return null;
  const found = new Set<string>();
  const waiting: unknown[] = [program.body];
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
