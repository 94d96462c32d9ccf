import { posix } from 'node:path';
import { parsedLanguageOf } from '../languages.ts';
import type { SourceTree } from '../source-tree.ts';
import { type CoverageReport, type CoveredFile, readReport } from './report-files.ts';
import { findReports, formatOf, type ReportCandidate, type ReportFormat } from './report-search.ts';

/** Test coverage as a report in the tree tells it. Plain JSON. */
export interface Coverage {
  /** Lines that ran of those that can, in percent with one decimal. */
  readonly percent: number;
  readonly coveredLines: number;
  readonly lines: number;
  /** Where the report stands, and of what kind it is. */
  readonly report: string;
  readonly format: ReportFormat;
  /** Files of the tree that it tells of, by path. */
  readonly files: readonly { readonly path: string; readonly coveredLines: number; readonly lines: number }[];
  /** Files that it tells of and that are not there: the report is older than the tree. They are not counted. */
  readonly staleFiles: readonly string[];
  /** Reports that were found and not used, with the reason. */
  readonly otherReports: readonly { readonly path: string; readonly reason: string }[];
}

/** What was measured, or why nothing was. */
export type CoverageAnswer =
  | { readonly coverage: Coverage; readonly reason: null }
  | { readonly coverage: null; readonly reason: string };

interface Mapped extends ReportCandidate {
  readonly format: ReportFormat;
  readonly files: ReadonlyMap<string, CoveredFile>;
  readonly stale: readonly string[];
}

/**
 * Reads the coverage reports of a checkout: lcov, Cobertura, coverage.py's and istanbul's JSON, Go profiles, wherever
 * they stand. One report is used: the one that tells of the most files of the tree; of equals the newest, then the one
 * with the fewest files that are gone, then the first by path. Reports are never added up: they may tell of one run.
 * Coverage is the covered lines by the lines that can run, over the files that are there. Rejects with the signal's
 * reason only.
 */
export async function readCoverage(root: string, tree: SourceTree, signal?: AbortSignal): Promise<CoverageAnswer> {
  const { candidates, limited } = await findReports(root, signal);
  const paths = new PathMap(tree);
  const others: { path: string; reason: string }[] = [];
  const mapped: Mapped[] = [];
  for (const candidate of candidates) {
    const format = formatOf(candidate.text);
    const report = format === null ? null : readReport(format, candidate.text);
    if (format === null || report === null) {
      others.push({ path: candidate.path, reason: 'It cannot be read as the report it begins as.' });
      continue;
    }
    const one = { ...candidate, format, ...mapReport(report, paths) };
    if (one.files.size > 0) mapped.push(one);
    else others.push({ path: one.path, reason: 'None of the files that it tells of is in the tree.' });
  }
  mapped.sort(byMerit);
  const [best, ...rest] = mapped;
  if (best === undefined) return { coverage: null, reason: reasonFor(others, limited) };
  for (const { path } of rest) others.push({ path, reason: `${best.path} tells of more files, or is newer.` });
  return answerOf(best, others);
}

function byMerit(a: Mapped, b: Mapped): number {
  return (
    b.files.size - a.files.size ||
    b.changed - a.changed ||
    a.stale.length - b.stale.length ||
    (a.path < b.path ? -1 : 1)
  );
}

function answerOf(best: Mapped, otherReports: Coverage['otherReports']): CoverageAnswer {
  const files = [...best.files]
    .map(([path, { covered, total }]) => ({ path, coveredLines: covered, lines: total }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const coveredLines = files.reduce((sum, file) => sum + file.coveredLines, 0);
  if (lines === 0) return { coverage: null, reason: `${best.path} tells of no line that can run.` };
  const percent = Math.round((coveredLines / lines) * 1_000) / 10;
  const { path: report, format, stale: staleFiles } = best;
  return {
    coverage: { percent, coveredLines, lines, report, format, files, staleFiles, otherReports },
    reason: null,
  };
}

function reasonFor(others: Coverage['otherReports'], limited: boolean): string {
  const [first] = others;
  if (first !== undefined) return `${first.path} is not used: ${first.reason}`;
  const searched = limited ? ', as far as it was searched' : '';
  return `The tree holds no coverage report (lcov, Cobertura, coverage.json, istanbul or Go profile)${searched}.`;
}

function mapReport(report: CoverageReport, paths: PathMap): Pick<Mapped, 'files' | 'stale'> {
  const files = new Map<string, CoveredFile>();
  const stale: string[] = [];
  for (const file of report.files) {
    const path = paths.find(file.path, report.sources);
    if (path === null) stale.push(file.path);
    else files.set(path, merged(files.get(path), file));
  }
  return { files, stale: stale.sort() };
}

/** Two names for one file, such as its path in two containers. */
function merged(known: CoveredFile | undefined, more: CoveredFile): CoveredFile {
  if (known === undefined || known.lines === null || more.lines === null) return known ?? more;
  const lines = new Map(known.lines);
  for (const [line, ran] of more.lines) lines.set(line, ran || lines.get(line) === true);
  const covered = [...lines.values()].filter((ran) => ran).length;
  return { path: known.path, lines, covered, total: lines.size };
}

/** Finds the file of a tree that a report means: reports carry paths of the machine that made them. */
class PathMap {
  readonly #paths: ReadonlySet<string>;
  readonly #byName = new Map<string, string[]>();

  constructor(tree: SourceTree) {
    const paths = tree.files.map(({ path }) => path);
    this.#paths = new Set(paths);
    for (const path of paths) {
      if (parsedLanguageOf(path) === null && !path.endsWith('.go') && /\.(?:json|md|txt|ya?ml|lock)$/.test(path))
        continue;
      const name = posix.basename(path);
      this.#byName.set(name, [...(this.#byName.get(name) ?? []), path]);
    }
  }

  /** The path itself, below a source folder, or the one file whose path ends as the written one does; else null. */
  find(written: string, sources: readonly string[]): string | null {
    const path = posix.normalize(written.replaceAll('\\', '/').replace(/^file:\/\//, '')).replace(/^\.\//, '');
    if (this.#paths.has(path)) return path;
    for (const source of sources) {
      const below = this.#bySuffix(posix.normalize(`${source.replaceAll('\\', '/')}/${path}`));
      if (below !== null) return below;
    }
    return this.#bySuffix(path);
  }

  /**
   * A tree's file is meant when the written path ends in its whole path (an absolute path, Go's module name), or when
   * it alone ends in the written one (a path from inside a package). The longest wins; two equals are nobody.
   */
  #bySuffix(path: string): string | null {
    const named = this.#byName.get(posix.basename(path)) ?? [];
    const whole = named.filter((one) => path.endsWith(`/${one}`)).sort((a, b) => b.length - a.length);
    if (whole[0] !== undefined) return whole[0];
    const inner = named.filter((one) => !path.startsWith('/') && one.endsWith(`/${path}`));
    return inner.length === 1 ? (inner[0] ?? null) : null;
  }
}
