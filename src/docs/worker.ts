import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { App } from '../app.ts';
import { readManifests } from '../code/manifests.ts';
import { readSourceTree, type SourceTree } from '../code/source-tree.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { type StoredArtifact, saveArtifacts, storeArtifact } from '../jobs/artifacts.ts';
import type { JobContext, JobResult } from '../jobs/context.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { NotFoundError } from '../platform/errors.ts';
import { addressOf, allowedOrigins, cloneRepository, headOf, localRepository } from '../repos/service.ts';
import { COMPOSE } from './engine/compose.ts';
import { type ParsedTree, parseTree } from './engine/parse-tree.ts';
import { type DocsInput, type DocsStage, docsDefinition, docsStages } from './jobs.ts';
import { type Coverage, coverageReport } from './report.ts';

type Work = JobContext<DocsInput>;

/** Where the files are and what they are of. */
const checkout = z.object({ root: z.string().nullable(), commit: z.string().nullable() });
type Checkout = z.infer<typeof checkout>;

/** Most skipped files and modules that are kept with the job; the pages name them all. */
const mostKept = 1000;

/** Documents a repository with the local engine, step by step. */
export function docsHandler(app: App): JobHandler<DocsInput> {
  return { definition: docsDefinition, run: (work) => documentRepository(app, work) };
}

async function documentRepository(app: App, work: Work): Promise<JobResult> {
  const repository = await app.database.prisma.repository.findUnique({ where: { id: work.input.repositoryId } });
  if (repository === null) throw new NotFoundError('Repository');
  const { root, commit } = await checkOut(app, work, repository);
  report(work, 'parsing_code', 0, 'Listing files');
  const limits = { maxTotalBytes: app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000 };
  const tree = await readSourceTree(root, { signal: work.signal, limits });
  const parsed = await parse(app, work, root, tree);
  report(work, 'analyzing_structure', 0);
  const manifests = await readManifests(root, tree, work.signal);
  report(work, 'generating_docs', 0, 'Writing pages');
  const composed = await app.threads.run(
    COMPOSE,
    { root, tree, parsed, manifests, repository: { name: repository.name, url: publicUrl(repository) } },
    { signal: work.signal },
  );
  report(work, 'writing_files', 0, 'Storing pages');
  const artifacts = await store(app, work, composed);
  await work.flush();
  work.signal.throwIfAborted();
  return {
    engine: 'local',
    message: summary(composed.coverage, composed.pages.length),
    save: async (transaction) => {
      await saveArtifacts(transaction, artifacts);
      await transaction.docsJob.update({
        where: { jobId: work.jobId },
        data: {
          commit,
          publicSymbols: composed.coverage.publicSymbols,
          documentedSymbols: composed.coverage.documentedSymbols,
          coverage: coverageReport.parse(composed.coverage),
          skipped: composed.skips.slice(0, mostKept).map(({ path, reason }) => ({ path, reason })),
        },
      });
    },
  };
}

/** Reports progress within a stage: `share` of the way to the next one, 0 to 1. */
function report(work: Work, stage: DocsStage, share: number, message?: string): void {
  const starts = Object.values(docsStages);
  const start = docsStages[stage];
  const next = starts.find((value) => value > start) ?? 100;
  work.progress({ stage, percentage: start + (next - start) * share, message });
}

/** Gets the files: a local folder is read where it is, anything else is cloned into the job's own folder. */
async function checkOut(
  app: App,
  work: Work,
  repository: Repository,
): Promise<{ root: string; commit: string | null }> {
  report(work, 'cloning_repository', 0);
  const address = await addressOf(app, repository, work.input.byOperator);
  const inPlace =
    address.provider === 'LOCAL' && work.input.ref === null && (await localRepository(address.url)).kind !== 'BARE';
  const found = await work.step<Checkout>('checkout', checkout, async () => {
    if (inPlace) return { root: address.url, commit: await headOf(address.url, { signal: work.signal }) };
    return { root: null, commit: (await clone(app, work, address, work.input.ref)).commit };
  });
  if (found.root !== null) return { root: found.root, commit: found.commit };
  const folder = join(work.workFolder, 'checkout');
  // Another machine, or a folder that was cleaned up: the same commit again.
  if (!(await exists(`${folder}.done`))) await clone(app, work, address, found.commit);
  return { root: folder, commit: found.commit };
}

async function clone(app: App, work: Work, address: Awaited<ReturnType<typeof addressOf>>, ref: string | null) {
  const folder = join(work.workFolder, 'checkout');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const cloned = await cloneRepository(address, {
    into: folder,
    ...(ref !== null && { ref }),
    allow: allowedOrigins(app),
    signal: work.signal,
    limits: { bytes: app.config.MAX_REPOSITORY_MEGABYTES * 1_000_000, seconds: 600 },
    onProgress: ({ phase, percentage }) =>
      report(work, 'cloning_repository', percentage / 100, phase.replaceAll('_', ' ')),
  });
  await writeFile(`${folder}.done`, cloned.commit);
  return cloned;
}

/** Parses every file once; a later attempt takes the results from storage. */
async function parse(app: App, work: Work, root: string, tree: SourceTree): Promise<ParsedTree> {
  let made: ParsedTree | undefined;
  const kept = await work.step('parse', z.object({ key: z.string() }), async () => {
    made = await parseTree({
      root,
      files: tree.files,
      pool: app.threads,
      signal: work.signal,
      onProgress: (done, total) => report(work, 'parsing_code', done / total, `${done} of ${total} files`),
    });
    const key = `jobs/${work.jobId}/parsed`;
    await app.storage.put(key, gzipSync(JSON.stringify(made), { level: 1 }));
    return { key };
  });
  return made ?? readParsed(app, kept.key);
}

async function readParsed(app: App, key: string): Promise<ParsedTree> {
  const chunks: Buffer[] = [];
  for await (const chunk of await app.storage.get(key)) chunks.push(chunk);
  const parsed: ParsedTree = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString('utf8'));
  return parsed;
}

interface Composed {
  readonly pages: readonly { readonly path: string; readonly content: string }[];
  readonly patch: string;
}

async function store(app: App, work: Work, { pages, patch }: Composed): Promise<StoredArtifact[]> {
  const files = [
    ...pages.map(({ path, content }) => ({ path, content, mediaType: 'text/markdown' })),
    { path: 'documentation.patch', content: patch, mediaType: 'text/x-diff' },
  ];
  const artifacts: StoredArtifact[] = [];
  for (const [index, { path, content, mediaType }] of files.entries()) {
    artifacts.push(await storeArtifact(app, work.jobId, { path, content: Buffer.from(content), mediaType }));
    report(work, 'writing_files', (index + 1) / files.length, path);
  }
  return artifacts;
}

function summary({ publicSymbols, documentedSymbols }: Coverage, pages: number): string {
  return `${pages} pages; ${documentedSymbols} of ${publicSymbols} public symbols are documented`;
}

function publicUrl(repository: Repository): string | null {
  return repository.provider === 'LOCAL' ? null : repository.url;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
