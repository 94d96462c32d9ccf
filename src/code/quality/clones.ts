import { createHash } from 'node:crypto';
import { z } from 'zod';
import { decodeSource, readSourceBytes } from '../source-text.ts';

/** Lines that are no import, no bracket, no parameter, no comment and no docstring. */
const MIN_CODE_LINES = 6;
const LARGEST_FILE = 2 * 1024 * 1024;
const MOST_CLONES = 5_000;

const place = z.object({ name: z.string(), start: z.int(), end: z.int() });
/** What jscpd reports, as far as it is read. */
export const duplicateReport = z.object({
  duplicates: z.array(
    z.object({ firstFile: place, secondFile: place, lines: z.int(), tokens: z.int(), fragment: z.string() }),
  ),
});

const clone = z.object({
  first: place,
  second: place,
  tokens: z.int(),
  /** Of the text they share, to know them again when lines move. */
  digest: z.string(),
});
/** Clones as they are kept. */
export const clones = z.object({ clones: z.array(clone) });
/** Two places with the same text. */
export type Clone = z.infer<typeof clone>;

/** What jscpd found in a tree. Plain data. */
export interface FoundDuplicates {
  /** Resolved path of the tree. */
  readonly root: string;
  readonly duplicates: z.infer<typeof duplicateReport>['duplicates'];
}

/** Thread entry: the places that have something in common which is worth telling. */
export default async function clonesOf({ root, duplicates }: FoundDuplicates): Promise<readonly Clone[]> {
  const inTree = (one: z.infer<typeof place>) => ({
    ...one,
    name: one.name.slice(root.length + 1).replaceAll('\\', '/'),
  });
  const code = new Map<string, readonly boolean[]>();
  const found: Clone[] = [];
  for (const { firstFile, secondFile, tokens, fragment } of duplicates) {
    const [one, other] = [inTree(firstFile), inTree(secondFile)];
    const [first, second] = byPlace(one, other) < 0 ? [one, other] : [other, one];
    const lines = code.get(second.name) ?? (await codeLinesOf(root, second.name));
    code.set(second.name, lines);
    if (lines.slice(second.start - 1, second.end).filter(Boolean).length < MIN_CODE_LINES) continue;
    const digest = createHash('sha256').update(fragment.replace(/\s+/g, ' ')).digest('hex').slice(0, 16);
    found.push({ first, second, tokens, digest });
  }
  return withoutNested(found)
    .sort((a, b) => byPlace(a.second, b.second) || byPlace(a.first, b.first))
    .slice(0, MOST_CLONES);
}

/**
 * Of each line, whether it says something of its own: imports, brackets, comments and docstrings are alike everywhere.
 */
async function codeLinesOf(root: string, path: string): Promise<readonly boolean[]> {
  const read = await readSourceBytes(root, path, LARGEST_FILE);
  const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
  if (!('text' in decoded)) return [];
  const prose = /\.pyi?$/.test(path) ? /("""|''')[\s\S]*?\1/g : /\/\*[\s\S]*?\*\//g;
  const text = decoded.text.replace(prose, (block) => block.replace(/[^\n]+/g, ''));
  let inImport = false;
  return text.split('\n').map((line) => {
    const written = line.trim();
    if (inImport) {
      inImport = !/[)}]/.test(written);
      return false;
    }
    if (IMPORT.test(written)) {
      inImport = /[({]\s*$/.test(written);
      return false;
    }
    return !NO_CODE.test(written);
  });
}

/** Brackets, comments, and one entry of a list of parameters or fields: who overrides a method repeats those. */
const NO_CODE = /^(?:[\])};,(\s[{]*|\/\/.*|#.*|\*{0,2}\w+\s*(?::[^(]*)?(?:=[^(]*)?,)$/;

const IMPORT =
  /^(?:import\b|from\s+\S+\s+import\b|export\s+(?:\*|\{|type\s*\{)|(?:const|let|var)\s.+=\s*require\()|^@(?:t\.|typing\.)?overload$/;

/** One finding a place: what begins in a block that is told already is told with it. */
function withoutNested(found: readonly Clone[]): Clone[] {
  const told = new Map<string, { start: number; end: number }[]>();
  const sorted = [...found].sort(
    (a, b) =>
      b.second.end - b.second.start - (a.second.end - a.second.start) ||
      byPlace(a.second, b.second) ||
      byPlace(a.first, b.first),
  );
  return sorted.filter(({ second }) => {
    const blocks = told.get(second.name) ?? [];
    if (blocks.some(({ start, end }) => second.start < end && second.end > start)) return false;
    told.set(second.name, [...blocks, second]);
    return true;
  });
}

function byPlace(a: z.infer<typeof place>, b: z.infer<typeof place>): number {
  return (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || a.start - b.start || a.end - b.end;
}
