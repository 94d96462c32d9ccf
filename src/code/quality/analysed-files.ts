import { roleOf } from '../file-roles.ts';
import type { SourceFile } from '../source-file.ts';

const PYTHON = /\.pyi?$/;
const SCRIPT = /\.[cm]?[jt]sx?$/;
const DECLARATIONS = /\.pyi$|\.d\.[cm]?ts$/;
const FIXTURES = /(?:^|\/)_*(?:test)?-?_*(?:fixtures?|data|snapshots)_*\//i;

/** Whether a file is of a language that is analysed. */
export function isAnalysed({ path, lines }: SourceFile): boolean {
  return lines !== null && (isPython(path) || isScript(path));
}

export function isPython(path: string): boolean {
  return PYTHON.test(path);
}

/** Whether a file is JavaScript or TypeScript. */
export function isScript(path: string): boolean {
  return SCRIPT.test(path);
}

/** Whether a file declares what is written elsewhere: it is measured for what it documents, and not judged. */
export function isDeclarations(path: string): boolean {
  return DECLARATIONS.test(path);
}

/** Whether a file is what a test puts in or expects to come out: its faults are meant. */
export function isFixture(path: string): boolean {
  // Rules of semgrep stand beside the code that they are to find.
  if (/(?:^|\/)\.semgrep\//.test(path)) return true;
  return FIXTURES.test(path) && (roleOf(path) === 'test' || /_|test/i.test(FIXTURES.exec(path)?.[0] ?? ''));
}

/** Whether a file is compared with others: tests and examples stand alone on purpose, declarations repeat. */
export function isCompared(path: string): boolean {
  const role = roleOf(path);
  return (role === 'source' || role === 'tooling') && !isDeclarations(path) && !isFixture(path);
}

/** Whether a file is there to measure how long something takes, by its name or that of a folder. */
export function isBenchmark(path: string): boolean {
  return /(?:^|[/_.-])bench(?:es|marks?)?(?:[/_.-])/.test(path);
}
