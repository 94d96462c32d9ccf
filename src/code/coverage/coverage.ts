import type { ThreadPool, ThreadTask } from '../../platform/thread-pool.ts';
import type { SourceTree } from '../source-tree.ts';
import { workInThread } from '../thread-work.ts';
import type { MappedReport, ReadReports, ReportsToRead, UnusedReport } from './read-reports.ts';
import { findReports, type ReportFormat } from './report-search.ts';

/** Test coverage as the reports in the tree tell it. Plain JSON. */
export interface Coverage {
  /** Lines that ran of those that can, in percent with one decimal. */
  readonly percent: number;
  readonly coveredLines: number;
  readonly lines: number;
  /** Where the reports stand, and of what kind they are; the one that tells of the most files first. */
  readonly reports: readonly { readonly path: string; readonly format: ReportFormat }[];
  /** Files of the tree that they tell of, by path. */
  readonly files: readonly { readonly path: string; readonly coveredLines: number; readonly lines: number }[];
  /** Files that they tell of and that are not there: the reports are older than the tree. They are not counted. */
  readonly staleFiles: readonly string[];
  /** Reports that were found and not used, with the reason. */
  readonly otherReports: readonly UnusedReport[];
}

/** What was measured, or why nothing was. */
export type CoverageAnswer =
  | { readonly coverage: Coverage; readonly reason: null }
  | { readonly coverage: null; readonly reason: string };

const READ_REPORTS: ThreadTask<ReportsToRead, ReadReports> = { module: new URL('./read-reports.ts', import.meta.url) };

/**
 * Reads the coverage reports of a checkout, in a thread of `threads`: lcov, Cobertura, coverage.py's and istanbul's
 * JSON, Go profiles, wherever they stand. The report is used that tells of the most files of the tree; of equals the
 * newest, then the one with the fewest files that are gone, then the first by path. Beside it are used, in the same
 * order, those that tell of other files only, such as the parts of a tree in several languages: no file is ever counted
 * from two reports, for they may tell of one run. Coverage is the covered lines by the lines that can run, over the
 * files that are there. `root` is a resolved path. Rejects with the signal's reason only.
 */
export async function readCoverage(
  root: string,
  tree: SourceTree,
  { threads, signal }: { readonly threads: ThreadPool; readonly signal?: AbortSignal },
): Promise<CoverageAnswer> {
  const { candidates, limited } = await findReports(root, signal);
  if (candidates.length === 0) return { coverage: null, reason: reasonFor([], limited) };
  const paths = tree.files.map(({ path }) => path);
  const input = { threads, signal: signal ?? new AbortController().signal };
  const read = await workInThread(input, READ_REPORTS, { root, candidates, paths });
  if ('exceeded' in read) return { coverage: null, reason: `${exceeded[read.exceeded]} to read the coverage reports.` };
  return answerOf(read.mapped, read.unused, limited);
}

/** What did not do. */
const exceeded = { 'the time': 'It takes too long', 'the memory': 'It takes too much memory' } as const;

function answerOf(mapped: readonly MappedReport[], unused: readonly UnusedReport[], limited: boolean): CoverageAnswer {
  const [best, ...rest] = [...mapped].sort(byMerit);
  if (best === undefined) return { coverage: null, reason: reasonFor(unused, limited) };
  const used = [best];
  const otherReports = [...unused];
  const told = new Set(best.files.map(({ path }) => path));
  for (const one of rest) {
    if (one.files.some(({ path }) => told.has(path))) {
      otherReports.push({
        path: one.path,
        reason: 'Another one of the same files tells of more of them, or is newer.',
      });
      continue;
    }
    used.push(one);
    for (const { path } of one.files) told.add(path);
  }
  const files = used.flatMap((one) => one.files).sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const coveredLines = files.reduce((sum, file) => sum + file.coveredLines, 0);
  if (lines === 0) return { coverage: null, reason: `${best.path} tells of no line that can run.` };
  const percent = Math.round((coveredLines / lines) * 1_000) / 10;
  const reports = used.map(({ path, format }) => ({ path, format }));
  const staleFiles = used.flatMap(({ stale }) => stale);
  return { coverage: { percent, coveredLines, lines, reports, files, staleFiles, otherReports }, reason: null };
}

function byMerit(a: MappedReport, b: MappedReport): number {
  return (
    b.files.length - a.files.length ||
    b.changed - a.changed ||
    a.stale.length - b.stale.length ||
    (a.path < b.path ? -1 : 1)
  );
}

function reasonFor(unused: readonly UnusedReport[], limited: boolean): string {
  const [first] = unused;
  if (first !== undefined) return `${first.path} is not used: ${first.reason}`;
  const searched = limited ? ', as far as it was searched' : '';
  return `The tree holds no coverage report (lcov, Cobertura, coverage.json, istanbul or Go profile)${searched}.`;
}
