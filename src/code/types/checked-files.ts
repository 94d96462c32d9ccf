import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as letOthersThrough } from 'node:timers/promises';
import type { Mirror } from './mirror.ts';

const UNCHECKED = '// @ts-nocheck\n';
/**
 * Milliseconds after which others have a turn. Files are small, and the compiler waits for the last of them: handed to
 * the threads of the system one by one they took four times as long, and more beside other work.
 */
const WRITTEN_AT_ONCE = 5;

/**
 * The copy's scripts, of which only some are checked at a time. A program checks every file that it comes to read, so
 * with several programs a file that many import would be checked by each. What another program reports on carries a
 * mark instead: its types are known, its bodies are not looked at.
 */
export class CheckedFiles {
  readonly #root: string;
  readonly #texts: Map<string, string>;
  readonly #written = new Set<string>();
  readonly #marked = new Set<string>();

  /** Of a copy whose scripts are still to be written. */
  constructor(mirror: Mirror) {
    this.#root = mirror.root;
    this.#texts = new Map(mirror.files.filter(isScript).map(({ path, text }) => [path, text]));
  }

  /** Writes every script: those that are `shown` as they are, the others with the mark. What stands right is left. */
  async show(isShown: (path: string) => boolean): Promise<void> {
    const isRight = (path: string) => this.#written.has(path) && isShown(path) !== this.#marked.has(path);
    const changed = [...this.#texts.keys()].filter((path) => !isRight(path));
    await inBatches(changed, (path) => this.#write(path, !isShown(path)));
  }

  /** Takes a file away for good. */
  async remove(path: string): Promise<void> {
    this.#texts.delete(path);
    await rm(join(this.#root, path), { force: true });
  }

  /** Writes a line (from 1, as the compiler counted it in what it read) otherwise for good. */
  changeLine(path: string, line: number, change: (text: string) => string): void {
    const text = this.#texts.get(path);
    if (text === undefined) return;
    const marked = this.#marked.has(path);
    const at = line - (marked ? 2 : 1);
    const changed = text.split('\n').map((one, index) => (index === at ? change(one) : one));
    this.#texts.set(path, changed.join('\n'));
    this.#write(path, marked);
  }

  #write(path: string, marked: boolean): void {
    const text = this.#texts.get(path) ?? '';
    // Nothing may stand before the line that names an interpreter.
    const mark = marked && !/^\uFEFF?#!/.test(text) ? UNCHECKED : '';
    if (mark === '') this.#marked.delete(path);
    else this.#marked.add(path);
    this.#written.add(path);
    writeFileSync(join(this.#root, path), mark + text);
  }
}

/** A second copy of a tree beside the first, so that scripts can be marked otherwise in it: all but them is copied. */
export async function copyBeside(mirror: Mirror): Promise<Mirror> {
  const root = join(dirname(mirror.root), 'beside');
  const folders = new Set(mirror.files.map(({ path }) => dirname(join(root, path))));
  await inBatches([...folders], (folder) => mkdirSync(folder, { recursive: true }));
  const others = mirror.files.filter((file) => !isScript(file));
  await inBatches(others, ({ path }) => copyFileSync(join(mirror.root, path), join(root, path)));
  return { ...mirror, root };
}

/** Whether there is anything to compile in a file. */
export function isScript({ path }: { readonly path: string }): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

async function inBatches<One>(all: readonly One[], act: (one: One) => void): Promise<void> {
  let began = performance.now();
  for (const one of all) {
    act(one);
    if (performance.now() - began < WRITTEN_AT_ONCE) continue;
    await letOthersThrough();
    began = performance.now();
  }
}
