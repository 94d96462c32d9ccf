import type { App } from '../app.ts';
import {
  type Coverage,
  coverageReport,
  type HealthReport,
  healthReport,
  percentageOf,
  type SkippedFiles,
  skippedFiles,
} from '../docs/report.ts';
import { printHealth, printVerdict } from './docs-health.ts';
import type { PageFile, WrittenPages } from './docs-pages.ts';
import type { Output } from './output.ts';

/** What a finished documentation job found and made. */
export interface DocsReport {
  readonly jobId: string;
  readonly repository: { readonly name: string; readonly namespace: string; readonly url: string };
  readonly commit: string | null;
  readonly engine: string | null;
  readonly seconds: number;
  readonly coverage: Coverage;
  readonly health: HealthReport;
  readonly pages: readonly PageFile[];
  readonly skipped: SkippedFiles;
}

/** Modules that are named in the table; the pages name them all. */
const mostModules = 10;

/** Reads what a completed job has left. */
export async function readDocsReport(app: App, jobId: string): Promise<DocsReport> {
  const job = await app.database.prisma.job.findUniqueOrThrow({
    where: { id: jobId },
    include: { docs: { include: { repository: true } }, artifacts: { orderBy: { path: 'asc' } } },
  });
  if (job.docs === null) throw new Error('a documentation job without its details');
  const { repository, commit, coverage, health, skipped } = job.docs;
  return {
    jobId,
    repository: { name: repository.name, namespace: repository.namespace, url: repository.url },
    commit,
    engine: job.engine,
    seconds: ((job.finishedAt ?? job.updatedAt).getTime() - job.createdAt.getTime()) / 1000,
    coverage: coverageReport.parse(coverage),
    health: healthReport.parse(health),
    pages: job.artifacts,
    skipped: skippedFiles.parse(skipped ?? []),
  };
}

/** Prints a report: coverage with the worst modules, pages with their sizes and place, what was left out. */
export function printDocsReport(report: DocsReport, written: WrittenPages, all: boolean, output: Output): void {
  const { repository, commit, coverage, skipped } = report;
  const at = commit === null ? '' : ` at ${commit.slice(0, 12)}`;
  output.print(`\nDocumented ${repository.name}${at} in ${report.seconds.toFixed(1)} s.\n`);
  printCoverage(coverage, output);
  printHealth(report, all, output);
  output.print(`\nWritten to ${written.folder}`);
  output.table(
    ['File', 'Size'],
    report.pages.map(({ path, size }) => [path, fileSize(size)]),
  );
  const patch = report.pages.find(({ path }) => path.endsWith('.patch'));
  if (patch !== undefined) output.print(`\nTo take them over: git apply ${written.files.get(patch.path)}`);
  if (skipped.length > 0) output.print(`\nLeft out: ${leftOut(skipped)}.`);
  output.print('');
  printVerdict(report, output);
  output.result({
    job: { id: report.jobId, status: 'COMPLETED', engine: report.engine, seconds: report.seconds },
    repository,
    commit,
    coverage: { ...coverage, percentage: share(coverage) },
    health: report.health,
    folder: written.folder,
    pages: report.pages.map(({ path, size, mediaType, sha256 }) => ({
      path,
      size,
      mediaType,
      sha256,
      file: written.files.get(path) ?? null,
    })),
    skipped,
  });
}

function printCoverage(coverage: Coverage, output: Output): void {
  const { publicSymbols, documentedSymbols, modules } = coverage;
  if (publicSymbols === 0) {
    output.print('Coverage: there are no public symbols to document.');
    return;
  }
  output.print(
    `Coverage: ${documentedSymbols} of ${publicSymbols} public symbols say what they are (${percent(coverage)}).`,
  );
  const lacking = modules
    .filter(({ undocumented }) => undocumented.length > 0)
    .toSorted((one, other) => other.undocumented.length - one.undocumented.length || byPath(one, other));
  if (lacking.length === 0) return;
  const shown = lacking.slice(0, mostModules).map((module) => ({ ...module, path: shortPath(module.path) }));
  const longest = Math.max(...shown.map(({ path }) => path.length));
  // The two columns of figures and the space between take 26 places.
  const room = Math.max(10, (process.stdout.columns || 80) - longest - 26);
  output.table(
    ['Module', 'Documented', 'Coverage', 'Undocumented'],
    shown.map((module) => [
      module.path,
      `${module.documentedSymbols} of ${module.publicSymbols}`,
      percent(module),
      namesWithin(module.undocumented, room),
    ]),
  );
  const more = lacking.length - mostModules;
  if (more > 0) output.print(`and ${more} more modules; the pages name every undocumented symbol.`);
}

interface Counts {
  readonly publicSymbols: number;
  readonly documentedSymbols: number;
}

/** In percent with one decimal; null when there is nothing to count. */
function share({ publicSymbols, documentedSymbols }: Counts): number | null {
  return percentageOf(documentedSymbols, publicSymbols);
}

function percent(counts: Counts): string {
  return `${share(counts) ?? 0} %`;
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : 1;
}

/** The end of a path says more than its beginning. */
function shortPath(path: string): string {
  return path.length <= 44 ? path : `…${path.slice(-43)}`;
}

/** As many of the names as fit into so many characters, and how many more there are. */
function namesWithin(symbols: readonly { readonly name: string }[], room: number): string {
  const names = symbols.map(({ name }) => name);
  for (let count = names.length; count > 1; count -= 1) {
    const more = names.length - count;
    const text = `${names.slice(0, count).join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
    if (text.length <= room) return text;
  }
  const [first = ''] = names;
  const text = names.length === 1 ? first : `${first} and ${names.length - 1} more`;
  return text.length <= room ? text : `${names.length} symbols`;
}

function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function leftOut(skipped: SkippedFiles): string {
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const words = [...reasons].toSorted((one, other) => other[1] - one[1]).map(([reason, count]) => `${count} ${reason}`);
  const files = skipped.length === 1 ? '1 file' : `${skipped.length} files`;
  return `${files} (${reasons.size === 1 ? skipped[0]?.reason : words.join(', ')})`;
}
