import { join } from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { threadsFor } from '../code/analyser-threads.ts';
import { type HashedTree, readHashedTree } from '../code/hashed-tree.ts';
import { writeSarif } from '../code/sarif.ts';
import { DEFAULT_TREE_LIMITS } from '../code/source-tree.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { saveArtifacts, storeArtifact } from '../jobs/artifacts.ts';
import type { JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { cachePlace } from '../platform/content-cache.ts';
import { NotFoundError } from '../platform/errors.ts';
import { checkOut, requireFolder } from '../repos/service.ts';
import { version } from '../version.ts';
import { type Outcome, runType, type SecondsOfTypes, secondsOfTypes } from './engines.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { unpackInlineFiles } from './inline-files.ts';
import { type AnalysisInput, analysisDefinition } from './jobs.ts';
import { measure } from './measuring.ts';
import { readPrevious } from './previous.ts';
import { reportStage, type Work } from './progress.ts';
import { saveResults } from './saving.ts';

/** Analyses code, the engines side by side, each within its seconds. */
export function analysisHandler(app: App, seconds: SecondsOfTypes = secondsOfTypes): JobHandler<AnalysisInput> {
  return { definition: analysisDefinition, run: (work) => analyseProject(app, work, seconds) };
}

/** The code at hand. */
interface Place {
  readonly root: string;
  readonly commit: string | null;
  /** Null for files that came with the request. */
  readonly repository: Repository | null;
  /** @throws when the folder went away meanwhile */
  readonly stillThere: () => Promise<void>;
}

async function analyseProject(app: App, work: Work, seconds: SecondsOfTypes): Promise<JobResult> {
  reportStage(work, 'preparing_source', 0);
  const place = await prepare(app, work);
  reportStage(work, 'listing_files', 0);
  const hashed = await listFiles(app, work, place.root);
  const evaluation = await runAndEvaluate(app, work, hashed, seconds);
  await place.stillThere();
  reportStage(work, 'saving_results', 0, 'Writing the report');
  const sarif = await storeArtifact(app, work.jobId, {
    path: 'analysis.sarif',
    content: Buffer.from(sarifOf(place, evaluation)),
    mediaType: 'application/sarif+json',
  });
  return {
    engine: 'local',
    message: summary(evaluation),
    save: async (transaction) => {
      await saveArtifacts(transaction, [sarif]);
      await saveResults(transaction, work.jobId, place.commit, evaluation);
    },
  };
}

async function prepare(app: App, work: Work): Promise<Place> {
  const { repositoryId } = work.input;
  if (repositoryId === null) {
    const root = await writeFiles(app, work);
    return { root, commit: null, repository: null, stillThere: async () => {} };
  }
  const repository = await app.database.prisma.repository.findUnique({ where: { id: repositoryId } });
  if (repository === null) throw new NotFoundError('Repository');
  const checkout = await checkOut(app, work, repository, (share, doing) =>
    reportStage(work, 'preparing_source', share, doing),
  );
  return { root: checkout.root, commit: checkout.commit, repository, stillThere: () => requireFolder(checkout) };
}

/** Writes the files that came with the request into the job's own folder. */
async function writeFiles(app: App, work: Work): Promise<string> {
  const { files } = await app.database.prisma.analysis.findUniqueOrThrow({
    where: { jobId: work.jobId },
    select: { files: true },
  });
  if (files === null) throw new Error('an analysis without a repository and without files');
  return unpackInlineFiles(files, work.workFolder);
}

async function listFiles(app: App, work: Work, root: string): Promise<HashedTree> {
  const maxTotalBytes = Math.min(DEFAULT_TREE_LIMITS.maxTotalBytes, app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000);
  // A folder of this machine may hold the data folder, and with it the database and other people's files. The job's
  // own folder lies in it too.
  const isOwn = root.startsWith(join(app.workFolder, work.jobId));
  const excluded = isOwn ? [] : [app.config.DATA_DIR];
  const kept = cachePlace(app.config);
  return readHashedTree(root, app.threads, { signal: work.signal, limits: { maxTotalBytes }, excluded, kept });
}

async function runAndEvaluate(app: App, work: Work, hashed: HashedTree, seconds: SecondsOfTypes): Promise<Evaluation> {
  const { types } = work.input;
  const files = hashed.tree.files.length;
  const { ofTypes, ofOthers, typesEnded } = threadsFor(hashed.tree.files, app.threads);
  if (!types.includes('TYPES')) typesEnded();
  reportStage(work, 'analyzing', 0, `${files} files`);
  let done = 0;
  const ended = (type: string, { measured }: Outcome) => {
    done += 1;
    const said = measured ? 'done' : 'could not be measured';
    reportStage(work, 'analyzing', done / types.length, `${type.toLowerCase()} ${said} (${done} of ${types.length})`);
  };
  // One that fails ends the others: nothing goes on working for an answer that nobody waits for.
  const stop = new AbortController();
  const signal = AbortSignal.any([work.signal, stop.signal]);
  const outcomes = types.map(async (type) => {
    const threads = type === 'TYPES' ? ofTypes : ofOthers;
    const found = await runType(app, work, type, { hashed, threads, seconds, signal });
    if (type === 'TYPES') typesEnded();
    ended(type, found);
    return { type, ...found };
  });
  const quality = outcomes[types.indexOf('QUALITY')];
  const measuring =
    quality?.then(({ measured }) => measure(app, work, { hashed, threads: ofOthers, hasQuality: measured, signal })) ??
    null;
  const all = Promise.all([measuring, ...outcomes]);
  const [measured, ...results] = await all.catch((error: unknown) => {
    stop.abort(error);
    throw error;
  });
  reportStage(work, 'scoring', 0);
  const previous = await readPrevious(app, work.jobId);
  return evaluate({ types, hashed, outcomes: results, measured, previous });
}

/** Addresses of local repositories say where this machine keeps its files. */
const webAddress = z.url({ protocol: /^https?$/ });

function sarifOf({ commit, repository }: Place, { report, findings }: Evaluation): string {
  const states = { ADDED: 'added', UNCHANGED: 'unchanged', FIXED: 'fixed' } as const;
  const uri = webAddress.safeParse(repository?.url);
  return writeSarif({
    tool: { name: 'Millwright', version, engines: report.engines },
    findings: findings.map(({ state, ...one }) => (state === null ? one : { ...one, state: states[state] })),
    gaps: report.gaps,
    ...(uri.success && { origin: { repositoryUri: uri.data, commit } }),
  });
}

function summary({ report }: Evaluation): string {
  const total = report.counts.reduce((sum, { high, medium, low }) => sum + high + medium + low, 0);
  const high = report.counts.reduce((sum, one) => sum + one.high, 0);
  const found = `${total} findings in ${report.filesAnalysed} files, ${high} of them high`;
  return report.score === null ? found : `${found}; score ${report.score.value}`;
}
