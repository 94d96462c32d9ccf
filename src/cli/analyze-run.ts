import { stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { absentEngines, analyzeCode } from '../analyses/service.ts';
import { type App, createApp } from '../app.ts';
import { severities } from '../code/findings.ts';
import { AnalysisType } from '../generated/prisma/enums.ts';
import type { AnalyzeOptions } from './analyze.ts';
import { type AnalyzeReport, printAnalyzeReport, readAnalyzeReport } from './analyze-report.ts';
import { CommandError } from './failure.ts';
import { addressHere, followToEnd } from './job-following.ts';
import { operator } from './operator.ts';
import type { Output } from './output.ts';
import { hereFolder, readQuietSettings } from './settings.ts';
import { closeInTime } from './stopping.ts';

/** Analyses code while showing how far it is, and prints what was found. @throws CommandError by --fail-on */
export async function runAnalyze(named: string, options: AnalyzeOptions, output: Output): Promise<void> {
  const types = typesOf(options.types);
  const address = await addressHere(named);
  const projectName = options.project ?? projectNameOf(address);
  const sarifFile = options.sarif === undefined ? null : await placeForFile(options.sarif);
  const app = await createApp({ config: readQuietSettings(), working: true });
  try {
    const viewer = await operator(app);
    output.print(`Analysing ${address}${options.ref === undefined ? '' : ` at ${options.ref}`}`);
    const jobId = await analyzeCode(app, viewer, { projectName, types, address, ref: options.ref });
    await followToEnd(app, viewer, jobId, output);
    const report = await readAnalyzeReport(app, jobId);
    if (sarifFile !== null) await keepSarif(app, jobId, sarifFile);
    printAnalyzeReport(report, sarifFile, output);
    judge(report, options.failOn);
  } finally {
    app.beginClosing();
    await closeInTime(() => app.close());
  }
}

function typesOf(list: string): AnalysisType[] {
  const known = Object.values(AnalysisType);
  return list.split(',').map((word) => {
    const type = known.find((one) => one.toLowerCase() === word.trim().toLowerCase());
    if (type === undefined) {
      const message = `There is no type ${word.trim() || '(empty)'}: choose of ${known.join(', ').toLowerCase()}.`;
      throw new CommandError(message, { code: 'VALIDATION_ERROR' });
    }
    return type;
  });
}

/** The last part of a path or URL, in the letters that names of projects have. */
function projectNameOf(address: string): string {
  const last =
    address
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? '';
  return last.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 50) || 'project';
}

/**
 * Where a file is to be written that is named from here. @throws CommandError when it cannot, before any work is done
 */
async function placeForFile(named: string): Promise<string> {
  const file = resolve(hereFolder(), named);
  const isFolder = (path: string) =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  if (!(await isFolder(dirname(file))))
    throw new CommandError(`There is no folder ${dirname(file)}.`, { code: 'VALIDATION_ERROR' });
  if (await isFolder(file)) throw new CommandError(`${file} is a folder.`, { code: 'VALIDATION_ERROR' });
  return file;
}

async function keepSarif(app: App, jobId: string, file: string): Promise<void> {
  const where = { jobId_path: { jobId, path: 'analysis.sarif' } };
  const { storageKey } = await app.database.prisma.artifact.findUniqueOrThrow({ where });
  await writeFile(file, await buffer(await app.storage.get(storageKey)));
}

/** The gate: what was asked for and not looked at is not passed. @throws CommandError */
function judge(report: AnalyzeReport, failOn: AnalyzeOptions['failOn']): void {
  if (failOn === undefined) return;
  const { counts } = report;
  const bad = severities.slice(0, severities.indexOf(failOn) + 1);
  const count = counts.reduce((sum, one) => sum + bad.reduce((part, severity) => part + one[severity], 0), 0);
  const unseen = notMeasured(report);
  if (count === 0 && unseen === null) return;
  const words = bad.length === 1 ? failOn : `${failOn} or worse`;
  const found = count === 0 ? '' : `${count} ${count === 1 ? 'finding is' : 'findings are'} ${words}.`;
  const message = [found, unseen ?? ''].filter((one) => one !== '').join(' ');
  throw new CommandError(message, { code: count === 0 ? 'NOT_MEASURED' : 'FINDINGS' });
}

/** One sentence about what was asked for and not looked at, by type or by engine; null when everything was. */
function notMeasured({ types, counts, gaps, engines }: AnalyzeReport): string | null {
  const measured = new Set<string>(counts.map(({ type }) => type));
  const missing = types.filter((type) => !measured.has(type));
  const absent = [...absentEngines({ gaps, engines })].map((name) => name.split('/'));
  const idle = absent.flatMap(([type, engine = '']) => (type !== undefined && measured.has(type) ? [engine] : []));
  const names = [...missing.map((type) => type.toLowerCase()), ...new Set(idle)];
  if (names.length === 0) return null;
  const [first = ''] = names;
  const why =
    gaps.find((one) => one.type.toLowerCase() === first || one.engine === first)?.reason ?? 'no reason is known';
  return `${names.join(', ')} could not be measured, so nothing is passed: ${why.replace(/\.$/, '')}.`;
}
