import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AnalyserInput } from '../../code/analyser.ts';
import { readHashedTree } from '../../code/hashed-tree.ts';
import { inspectFile, type SourceFile } from '../../code/source-file.ts';
import { decodeSource, readSourceBytes } from '../../code/source-text.ts';
import { DEFAULT_TREE_LIMITS } from '../../code/source-tree.ts';
import { DomainError } from '../../platform/errors.ts';
import { safePath } from '../safe-path.ts';
import type { FileEdit, TaskBrief, TaskTools } from './task-engine.ts';
import { copyTreeFiles, replaceFile } from './tree-copy.ts';

/** What a model may change, at most: no review of more than that is worth its name. */
const MOST_CHANGES = 100;
const LARGEST_CHANGE = 512 * 1024;

/** What a model asked of the copy cannot be done; the message is for it. */
export class RefusedRequest extends DomainError {
  constructor(message: string) {
    super('AGENT_REQUEST_REFUSED', message);
  }
}

/** A checkout as a model sees it: what git would list of it, in a folder of its own, with no link and no `.git`. */
export class WorkingCopy implements AsyncDisposable {
  /** The resolved checkout. Never written. */
  readonly root: string;
  readonly folder: string;
  readonly original: ReadonlyMap<string, SourceFile>;
  /** Grows with every change. */
  version = 0;
  readonly #tools: TaskTools;
  readonly #files: Map<string, SourceFile>;
  readonly #changes = new Map<string, { readonly before: string | null; readonly after: string | null }>();

  private constructor(root: string, folder: string, files: readonly SourceFile[], tools: TaskTools) {
    this.root = root;
    this.folder = folder;
    this.original = new Map(files.map((file) => [file.path, file]));
    this.#files = new Map(this.original);
    this.#tools = tools;
  }

  /** Makes the copy in the task's scratch folder. Rejects with the signal's reason. */
  static async open({ root }: Pick<TaskBrief, 'root'>, tools: TaskTools): Promise<WorkingCopy> {
    const read = await readHashedTree(root, tools.threads, { signal: tools.signal });
    const files = read.tree.files.filter(({ sha256 }) => sha256 !== null);
    const copy = new WorkingCopy(read.root, join(tools.scratch, `agent-${randomUUID()}`), files, tools);
    try {
      await mkdir(copy.folder, { recursive: true });
      await copyTreeFiles(
        read.root,
        copy.folder,
        files.map(({ path }) => path),
        tools.signal,
      );
      return copy;
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The scratch folder goes with the task in any case. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }

  /** The files as they are now. */
  get files(): ReadonlyMap<string, SourceFile> {
    return this.#files;
  }

  /** What was changed, by path. */
  get edits(): FileEdit[] {
    return [...this.#changes]
      .filter(([, { before, after }]) => before !== after)
      .map(([path, change]) => ({ path, ...change }))
      .sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  /** A file as it is now. @throws RefusedRequest */
  async read(path: string): Promise<string> {
    const changed = this.#changes.get(path)?.after;
    if (changed !== undefined && changed !== null) return changed;
    if (!this.#files.has(path)) throw new RefusedRequest(await this.#whyNot(path));
    const read = await readSourceBytes(this.folder, path, DEFAULT_TREE_LIMITS.maxFileBytes);
    const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
    if ('reason' in decoded) throw new RefusedRequest(`${shown(path)} cannot be read: ${decoded.detail}`);
    return decoded.text;
  }

  /** A file as it is now, to be edited: text that comes back the same. @throws RefusedRequest */
  async readToEdit(path: string): Promise<string> {
    if (!this.#files.has(path)) throw new RefusedRequest(await this.#whyNot(path));
    return this.#changes.get(path)?.after ?? (await this.#before(path)) ?? '';
  }

  /** Puts a text in the place of a file, or of nothing; null takes the file away. @throws RefusedRequest */
  async change(path: string, after: string | null): Promise<void> {
    const before = await this.#before(path);
    if (after === null && !this.#files.has(path)) throw new RefusedRequest(await this.#whyNot(path));
    if (after !== null && (after.includes('\0') || !after.isWellFormed())) throw new RefusedRequest('That is no text');
    if (after !== null && Buffer.byteLength(after) > LARGEST_CHANGE) {
      throw new RefusedRequest(`A changed file may have at most ${LARGEST_CHANGE} bytes`);
    }
    if (!this.#changes.has(path) && this.#changes.size >= MOST_CHANGES) {
      throw new RefusedRequest(`At most ${MOST_CHANGES} files may be changed`);
    }
    this.version += 1;
    this.#changes.set(path, { before, after });
    await this.#write(path, after);
  }

  /** Takes the change of a file back. */
  async revert(path: string): Promise<void> {
    const change = this.#changes.get(path);
    if (change === undefined) return;
    this.#changes.delete(path);
    this.version += 1;
    await this.#write(path, change.before);
  }

  /** What the analysers take: files of the copy, or of the checkout as it was. */
  analyserInput(side: 'before' | 'now', isWanted: (path: string) => boolean): AnalyserInput {
    const all = side === 'before' ? this.original : this.#files;
    const files = [...all.values()].filter(({ path }) => isWanted(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
    const hashes = new Map(files.flatMap(({ path, sha256 }) => (sha256 === null ? [] : [[path, sha256] as const])));
    const { threads, cache, signal } = this.#tools;
    return { root: side === 'before' ? this.root : this.folder, files, hashes, threads, cache, signal };
  }

  async #write(path: string, text: string | null): Promise<void> {
    const full = join(this.folder, path);
    if (text === null) {
      this.#files.delete(path);
      return rm(full, { force: true });
    }
    await mkdir(dirname(full), { recursive: true });
    await replaceFile(this.folder, path, text);
    const place = { root: this.folder, maxFileBytes: DEFAULT_TREE_LIMITS.maxFileBytes };
    const seen = inspectFile(place, path, Buffer.byteLength(text));
    // What no analyser would look at can still be read.
    const plain = { path, size: Buffer.byteLength(text), language: null, encoding: null, lines: null, sha256: null };
    this.#files.set(path, 'reason' in seen ? plain : seen);
  }

  /** What stood at a path in the beginning, as text that comes back the same; null for nothing. */
  async #before(path: string): Promise<string | null> {
    const known = this.#changes.get(path);
    if (known !== undefined) return known.before;
    if (!this.original.has(path)) {
      const found = await safePath(this.root, path);
      if (found.kind === 'nothing') return null;
      throw new RefusedRequest(await this.#whyNot(path));
    }
    const read = await readSourceBytes(this.folder, path, LARGEST_CHANGE);
    if ('reason' in read) throw new RefusedRequest(`${shown(path)} cannot be changed: ${read.detail}`);
    const text = read.bytes.toString('utf8');
    if (read.bytes.equals(Buffer.from(text)) && !text.includes('\0')) return text;
    throw new RefusedRequest(`${shown(path)} is no UTF-8 text and cannot be changed`);
  }

  async #whyNot(path: string): Promise<string> {
    if (this.#changes.get(path)?.after === null) return `${shown(path)} was removed`;
    const found = await safePath(this.root, path);
    if (found.kind === 'refused') return `${shown(path)} ${found.reason}`;
    if (found.kind === 'file')
      return `${shown(path)} is left out: it is generated, foreign, binary, ignored or too large`;
    const name = basename(path);
    const others = [...this.#files.keys()].filter((one) => basename(one) === name).slice(0, 3);
    const hint = others.length === 0 ? '' : `. There is ${others.join(', ')}`;
    return `There is no file ${shown(path)}${hint}`;
  }
}

/** What a model named, as short as an answer to it needs. */
function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 199).toWellFormed()}…` : path);
}
