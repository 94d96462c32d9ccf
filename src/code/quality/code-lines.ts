/** The lines of a file that hold more than comments, docstrings and white space. */
export class CodeLines {
  /** How many there are before each line, from line 1 on. */
  readonly #before: Uint32Array;

  /** Takes the lines of a text in which comments are blank. */
  constructor(lines: readonly string[]) {
    this.#before = new Uint32Array(lines.length + 1);
    let count = 0;
    for (const [at, line] of lines.entries()) {
      if (line.trim() !== '') count += 1;
      this.#before[at + 1] = count;
    }
  }

  get total(): number {
    return this.#before.at(-1) ?? 0;
  }

  /** How many stand from one line to another, both counted from 1 and taken in. */
  between(from: number, to: number): number {
    const last = this.#before.length - 1;
    return to < from ? 0 : (this.#before[Math.min(to, last)] ?? 0) - (this.#before[Math.min(from - 1, last)] ?? 0);
  }
}
