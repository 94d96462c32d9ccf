import { createHash } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnalyserInput } from '../../code/analyser.ts';
import { decodeSource, readSourceBytes } from '../../code/source-text.ts';
import { DEFAULT_TREE_LIMITS } from '../../code/source-tree.ts';
import { type AnalysedFinding, type AnalysedTree, analyseTree } from './analysed-tree.ts';
import type { FixableFile, SafeFix } from './safe-fix.ts';
import { oxlintFixes } from './safe-fixes-oxlint.ts';
import { FIND_FIXES } from './safe-fixes-thread.ts';
import type { FileEdit, TaskTools } from './task-engine.ts';
import { applyEdits, doOverlap } from './text-edits.ts';
import { copyTreeFiles, replaceFile } from './tree-copy.ts';

/** What was mended, and what was tried and given up. */
export interface FixResult {
  readonly edits: readonly FileEdit[];
  readonly fixes: readonly SafeFix[];
  readonly dropped: readonly { readonly fix: SafeFix; readonly reason: string }[];
}

export interface FixRequest {
  readonly input: AnalyserInput;
  /** What was found before, in the whole tree. */
  readonly before: AnalysedTree;
  /** Files that may be changed, and of these findings only those. */
  readonly wanted: readonly AnalysedFinding[];
}

const MOST_FIXES = 300;
/** How often what a check complains of is taken back and the rest is checked again. */
const MOST_ROUNDS = 6;

/**
 * Mends what can be mended with certainty, and checks it on a copy of the tree: every changed file must parse, the
 * findings must be gone, and none may have come, anywhere, by the same analysers. What does not pass is dropped.
 * Nothing in the tree itself is changed. Rejects with the signal's reason only.
 */
export async function fixSafely(request: FixRequest, tools: TaskTools): Promise<FixResult> {
  const files = await fixableFiles(request);
  const found = await findFixes(files, tools);
  const { taken, overlapping } = withoutOverlaps(found);
  const dropped = overlapping.map((fix) => ({ fix, reason: 'It would change what another one changes.' }));
  if (taken.length === 0) return { edits: [], fixes: [], dropped };
  const copy = await realpath(await mkdtemp(join(tools.scratch, 'fixed-')));
  try {
    const paths = request.input.files.map(({ path }) => path);
    await copyTreeFiles(request.input.root, copy, paths, tools.signal);
    const check = new FixCheck(request, files, copy, tools);
    const kept = await check.run(taken);
    return { edits: check.editsOf(kept), fixes: kept, dropped: [...dropped, ...check.dropped] };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The files of the wanted findings as text. What is not plain UTF-8 is left alone: it would not come back the same. */
async function fixableFiles({ input, wanted }: FixRequest): Promise<FixableFile[]> {
  const byFile = Map.groupBy(wanted, ({ file }) => file);
  const files: FixableFile[] = [];
  for (const [path, findings] of byFile) {
    if (!input.hashes.has(path)) continue;
    const read = await readSourceBytes(input.root, path, DEFAULT_TREE_LIMITS.maxFileBytes);
    if ('reason' in read) continue;
    const decoded = decodeSource(read.bytes);
    if ('reason' in decoded || decoded.encoding !== 'utf-8' || decoded.text.startsWith('\uFEFF')) continue;
    if (Buffer.byteLength(decoded.text) !== read.bytes.length) continue;
    files.push({ path, text: decoded.text, findings });
  }
  return files;
}

async function findFixes(files: readonly FixableFile[], tools: TaskTools): Promise<SafeFix[]> {
  const plain = files.map(({ path, text, findings }) => ({
    path,
    text,
    findings: findings.map(({ engine, rule, line, column, message, fingerprint }) => ({
      engine,
      rule,
      line,
      column,
      message,
      fingerprint,
    })),
  }));
  const found = await tools.threads.run(FIND_FIXES, { files: plain }, { signal: tools.signal });
  const whole = new Set(found.flatMap(({ path, problems }) => (problems === 0 ? [path] : [])));
  const scripts = plain.filter(({ path }) => whole.has(path) && /\.[cm]?[jt]sx?$/.test(path));
  return [...found.flatMap(({ fixes }) => fixes), ...(await oxlintFixes(scripts, tools))].slice(0, MOST_FIXES);
}

function withoutOverlaps(fixes: readonly SafeFix[]): { taken: SafeFix[]; overlapping: SafeFix[] } {
  const taken: SafeFix[] = [];
  const overlapping: SafeFix[] = [];
  for (const fix of fixes) {
    const isTaken = taken.some(
      (other) => other.path === fix.path && other.edits.some((one) => fix.edits.some((edit) => doOverlap(one, edit))),
    );
    (isTaken ? overlapping : taken).push(fix);
  }
  return { taken, overlapping };
}

class FixCheck {
  readonly dropped: { readonly fix: SafeFix; readonly reason: string }[] = [];
  readonly #request: FixRequest;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #copy: string;
  readonly #tools: TaskTools;

  constructor(request: FixRequest, files: readonly FixableFile[], copy: string, tools: TaskTools) {
    this.#request = request;
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#copy = copy;
    this.#tools = tools;
  }

  /** The fixes that pass together. The slow types are asked when the quick ones have nothing left to say. */
  async run(fixes: readonly SafeFix[]): Promise<SafeFix[]> {
    let kept = [...fixes];
    const { done } = this.#request.before;
    const quick = done.filter((type) => type !== 'TYPES');
    for (const types of done.includes('TYPES') ? [quick, done] : [quick]) {
      kept = await this.#passing(kept, types);
    }
    return kept;
  }

  async #passing(fixes: readonly SafeFix[], types: AnalysedTree['done']): Promise<SafeFix[]> {
    let kept = [...fixes];
    for (let round = 1; kept.length > 0; round += 1) {
      const bad = await this.#faultsOf(kept, types);
      if (bad.size === 0) return kept;
      // What is not settled by then is given up whole.
      const gone = round < MOST_ROUNDS ? kept.filter((fix) => bad.has(fix)) : kept;
      const reason = 'Others of its kind could not be told apart.';
      this.dropped.push(...gone.map((fix) => ({ fix, reason: bad.get(fix) ?? reason })));
      kept = kept.filter((fix) => !gone.includes(fix));
    }
    return kept;
  }

  /** The fixes that do not pass, each with the reason. */
  async #faultsOf(fixes: readonly SafeFix[], types: AnalysedTree['done']): Promise<Map<SafeFix, string>> {
    const edits = this.editsOf(fixes);
    const bad = await this.#unparsable(fixes, edits);
    if (bad.size > 0) return bad;
    const hashes = new Map(this.#request.input.hashes);
    for (const { path, before } of this.editsOf(this.#all(fixes))) {
      const text = edits.find((one) => one.path === path)?.after ?? before ?? '';
      await replaceFile(this.#copy, path, text);
      hashes.set(path, createHash('sha256').update(text).digest('hex'));
    }
    const now = await analyseTree({ ...this.#request.input, root: this.#copy, hashes }, types);
    if (types.some((type) => !now.done.includes(type))) {
      return new Map(fixes.map((fix) => [fix, 'The analysers did not come to an end on the result.']));
    }
    const before = this.#request.before.all.filter(({ type }) => types.includes(type));
    return judge(fixes, before, now.all);
  }

  /** With those that were dropped: their files go back to what they were. */
  #all(fixes: readonly SafeFix[]): SafeFix[] {
    const kept = new Set(fixes.map(({ path }) => path));
    return [...fixes, ...this.dropped.flatMap(({ fix }) => (kept.has(fix.path) ? [] : [fix]))];
  }

  async #unparsable(fixes: readonly SafeFix[], edits: readonly FileEdit[]): Promise<Map<SafeFix, string>> {
    const files = edits.map(({ path, after }) => ({ path, text: after ?? '', findings: [] }));
    const parsed = await this.#tools.threads.run(FIND_FIXES, { files }, { signal: this.#tools.signal });
    const broken = new Set(parsed.flatMap(({ path, problems }) => (problems > 0 ? [path] : [])));
    return new Map(fixes.filter(({ path }) => broken.has(path)).map((fix) => [fix, 'The file would not parse.']));
  }

  /** What fixes make of their files. */
  editsOf(fixes: readonly SafeFix[]): FileEdit[] {
    return [...Map.groupBy(fixes, ({ path }) => path)].flatMap(([path, of]): FileEdit[] => {
      const before = this.#texts.get(path);
      if (before === undefined) return [];
      const after = applyEdits(
        before,
        of.flatMap(({ edits }) => edits),
      );
      return [{ path, before, after }];
    });
  }
}

/** Fixes whose findings are still there, and those next to a finding that has come. Counted by rule and file. */
export function judge(
  fixes: readonly SafeFix[],
  before: readonly AnalysedFinding[],
  now: readonly AnalysedFinding[],
): Map<SafeFix, string> {
  const bad = new Map<SafeFix, string>();
  const kind = ({ engine, rule, file }: Pick<AnalysedFinding, 'engine' | 'rule' | 'file'>) =>
    `${engine}\0${rule}\0${file}`;
  const was = Map.groupBy(before, kind);
  const is = Map.groupBy(now, kind);
  for (const [key, there] of is) {
    const [first] = there;
    if (first === undefined) continue;
    const meant = fixes.filter(({ path, findings }) => findings.some((one) => kind({ ...one, file: path }) === key));
    const mended = new Set(meant.flatMap(({ findings }) => findings.map(({ fingerprint }) => fingerprint)));
    const known = was.get(key)?.filter(({ fingerprint }) => !mended.has(fingerprint)).length ?? 0;
    if (there.length <= known) continue;
    if (meant.length > 0) {
      for (const fix of meant) bad.set(fix, `\`${first.rule}\` would still be told.`);
      continue;
    }
    const near = nearest(fixes, first);
    for (const fix of near) bad.set(fix, `\`${first.rule}\` would be told in ${first.file}: ${first.message}`);
  }
  return bad;
}

/** The fix in the file of a finding that stands closest to it; all of them where the finding is in another file. */
function nearest(fixes: readonly SafeFix[], { file, line }: AnalysedFinding): readonly SafeFix[] {
  const there = fixes.filter(({ path }) => path === file);
  const away = (fix: SafeFix) => Math.abs((fix.findings[0]?.line ?? 0) - line);
  const [closest] = there.toSorted((a, b) => away(a) - away(b));
  return closest === undefined ? fixes : [closest];
}
