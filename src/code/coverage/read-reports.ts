import { isFixture } from '../quality/analysed-files.ts';
import { readSourceBytes } from '../source-text.ts';
import { PathMap } from './path-map.ts';
import { type CoveredFile, readReport } from './report-files.ts';
import { formatOf, type ReportCandidate, type ReportFormat } from './report-search.ts';

const MAX_REPORT_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/** Reports of a checkout that are to be read. Plain data. */
export interface ReportsToRead {
  /** Resolved path of the tree. */
  readonly root: string;
  readonly candidates: readonly ReportCandidate[];
  /** The files of the tree. */
  readonly paths: readonly string[];
}

/** A report whose paths are those of the tree. Plain data. */
export interface MappedReport extends ReportCandidate {
  readonly format: ReportFormat;
  /** Files of the tree that it tells of, at least one. */
  readonly files: readonly CountedFile[];
  /** Files that it tells of and that are not there. */
  readonly stale: readonly string[];
}

interface CountedFile {
  readonly path: string;
  readonly coveredLines: number;
  readonly lines: number;
}

/** A report that is not used, and why. */
export interface UnusedReport {
  readonly path: string;
  readonly reason: string;
}

/** Reports as they were read, and those that cannot be used. */
export interface ReadReports {
  readonly mapped: readonly MappedReport[];
  readonly unused: readonly UnusedReport[];
}

/** Thread entry: reads one report after the other, so that no more than one is in memory. */
export default async function readReports({ root, candidates, paths }: ReportsToRead): Promise<ReadReports> {
  const map = new PathMap(paths);
  const mapped: MappedReport[] = [];
  const unused: UnusedReport[] = [];
  let total = 0;
  for (const candidate of candidates) {
    const { path } = candidate;
    if (isFixture(path)) {
      unused.push({ path, reason: 'It is data of the tests.' });
      continue;
    }
    const read = await readSourceBytes(root, path, MAX_REPORT_BYTES);
    if ('reason' in read) {
      unused.push({ path, reason: `It is not read: ${read.detail}.` });
      continue;
    }
    total += read.bytes.length;
    if (total > MAX_TOTAL_BYTES) {
      unused.push({ path, reason: `Not more than ${MAX_TOTAL_BYTES} bytes of reports are read.` });
      break;
    }
    const found = mapText(read.bytes.toString('utf8'), path, map);
    if (typeof found === 'string') unused.push({ path, reason: found });
    else mapped.push({ ...candidate, ...found });
  }
  return { mapped, unused };
}

/** What a report tells of the tree, or why it tells nothing. */
function mapText(text: string, path: string, map: PathMap): Pick<MappedReport, 'format' | 'files' | 'stale'> | string {
  const format = formatOf(text);
  const report = format === null ? null : readReport(format, text);
  if (format === null || report === null) return 'It cannot be read as the report it begins as.';
  const found = new Map<string, CoveredFile>();
  const stale: string[] = [];
  for (const file of report.files) {
    const meant = map.find(file.path, { path, sources: report.sources });
    if (meant === null) stale.push(file.path);
    else found.set(meant, merged(found.get(meant), file));
  }
  if (found.size === 0) return 'None of the files that it tells of is in the tree.';
  const files = [...found].map(([of, { covered, total }]) => ({ path: of, coveredLines: covered, lines: total }));
  return { format, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), stale: stale.sort() };
}

/** Two names for one file, such as its path in two containers. */
function merged(known: CoveredFile | undefined, more: CoveredFile): CoveredFile {
  if (known === undefined || known.lines === null || more.lines === null) return known ?? more;
  const lines = new Map(known.lines);
  for (const [line, ran] of more.lines) lines.set(line, ran || lines.get(line) === true);
  const covered = [...lines.values()].filter((ran) => ran).length;
  return { path: known.path, lines, covered, total: lines.size };
}
