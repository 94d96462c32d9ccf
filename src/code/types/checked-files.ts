import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mirror } from './mirror.ts';

const UNCHECKED = '// @ts-nocheck\n';
const WRITTEN_AT_ONCE = 16;

/**
 * The copy's scripts, of which only some are checked at a time. A program checks every file that it comes to read, so
 * with several programs a file that many import would be checked by each. What another program reports on carries a mark
 * instead: its types are known, its bodies are not looked at.
 */
export class CheckedFiles {
  readonly #root: string;
  readonly #texts: Map<string, string>;
  readonly #marked = new Set<string>();

  constructor(mirror: Mirror) {
    this.#root = mirror.root;
    const scripts = mirror.files.filter(({ path }) => /\.[cm]?[jt]sx?$/.test(path));
    this.#texts = new Map(scripts.map(({ path, text }) => [path, text]));
  }

  /** Marks all files but these, and takes the mark off these. */
  async show(shown: ReadonlySet<string>): Promise<void> {
    const changed = [...this.#texts.keys()].filter((path) => shown.has(path) === this.#marked.has(path));
    for (let at = 0; at < changed.length; at += WRITTEN_AT_ONCE) {
      await Promise.all(changed.slice(at, at + WRITTEN_AT_ONCE).map((path) => this.#write(path, !shown.has(path))));
    }
  }

  /** Takes a file away for good. */
  async remove(path: string): Promise<void> {
    this.#texts.delete(path);
    await rm(join(this.#root, path), { force: true });
  }

  /** Empties a line (from 1, as the compiler counted it in what it read) for good. */
  async emptyLine(path: string, line: number): Promise<void> {
    const text = this.#texts.get(path);
    if (text === undefined) return;
    const marked = this.#marked.has(path);
    const at = line - (marked ? 2 : 1);
    const emptied = text.split('\n').map((one, index) => (index === at ? '//' : one));
    this.#texts.set(path, emptied.join('\n'));
    await this.#write(path, marked);
  }

  async #write(path: string, marked: boolean): Promise<void> {
    const text = this.#texts.get(path) ?? '';
    // Nothing may stand before the line that names an interpreter.
    const mark = marked && !/^\uFEFF?#!/.test(text) ? UNCHECKED : '';
    if (mark === '') this.#marked.delete(path);
    else this.#marked.add(path);
    await writeFile(join(this.#root, path), mark + text);
  }
}
