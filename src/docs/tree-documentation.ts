import { posix } from 'node:path';
import { resolveFolder } from '../code/source-tree.ts';
import { unpack } from '../code/tree/packed.ts';
import { percentageOf } from './engine/coverage.ts';
import { readExamples } from './engine/examples.ts';
import { choosePagePaths, type PagePaths } from './engine/page-paths.ts';
import { makePatch, type Page } from './engine/patch.ts';
import { describeProject, type ProjectModel } from './engine/project-model.ts';
import { writePages } from './engine/write-pages.ts';
import { checkHealth } from './health/check-health.ts';
import type { TreeDocumentation, TreeDocumentationRequest } from './tree-task.ts';

/**
 * Thread entry: the pages of a whole project, or the reference of some of its files on a page named after them. Writes
 * nothing. No page falls on what exists.
 */
export default async function documentTree(request: TreeDocumentationRequest): Promise<TreeDocumentation> {
  const root = await resolveFolder(request.root);
  const { inventory, parsed } = unpack(request.packed);
  const { manifests, tree, packages, tracked } = inventory;
  const whole = describeProject(parsed, manifests, tree, request.repository, packages);
  const paths = await choosePagePaths(root, { tracked });
  const { findings, limitsReached } = await checkHealth({ root, model: whole, files: parsed.files, manifests, tree });
  const limits = [...tree.limitsReached, ...limitsReached];
  if (request.only === null) {
    const pages = await makePages(root, whole, paths);
    return { pages, coverage: whole.coverage, findings, limitsReached: limits };
  }
  const only = new Set(request.only);
  // What a person asks for by its path is documented, though no package offers it.
  const modules = parsed.files.filter(({ path }) => only.has(path));
  const model = partOf(whole, modules, request.title ?? '');
  const taken = new Set(tree.files.map(({ path }) => path.toLowerCase()));
  const place = partPath(posix.dirname(paths.api), request.title ?? '', taken);
  const pages = await makePages(root, model, { ...paths, api: place, apiParts: place.replace(/\.md$/, '') });
  return {
    pages: pages.filter(({ path }) => path === place || path.startsWith(`${place.replace(/\.md$/, '')}/`)),
    coverage: model.coverage,
    findings: findings.filter(({ file }) => only.has(file)),
    limitsReached: limits,
  };
}

async function makePages(root: string, model: ProjectModel, paths: PagePaths): Promise<readonly Page[]> {
  const pages = writePages(model, paths, readExamples(root, model));
  // It refuses what would fall on a file that exists.
  await makePatch(root, pages);
  return pages;
}

/** The model of some files alone. */
function partOf(whole: ProjectModel, modules: ProjectModel['modules'], title: string): ProjectModel {
  const own = new Set(modules.map(({ path }) => path));
  const covered = whole.coverage.modules.filter(({ path }) => own.has(path));
  const publicSymbols = covered.reduce((sum, one) => sum + one.publicSymbols, 0);
  const documentedSymbols = covered.reduce((sum, one) => sum + one.documentedSymbols, 0);
  const percentage = percentageOf(documentedSymbols, publicSymbols);
  return {
    ...whole,
    name: title,
    modules,
    chapters: [],
    entries: whole.entries.filter(({ module }) => own.has(module)),
    edges: whole.edges.filter(({ from, to }) => own.has(from) && own.has(to)),
    otherFiles: { test: 0, example: 0, tooling: 0 },
    coverage: { publicSymbols, documentedSymbols, percentage, modules: covered },
  };
}

/** A page beside the others, named after what it is about; with `_AI` when there is such a file. */
function partPath(folder: string, title: string, taken: ReadonlySet<string>): string {
  const words = title.match(/[\p{L}\p{N}]+/gu) ?? [];
  const stem = `${folder}/API_${words.join('_').toUpperCase().slice(0, 80) || 'PART'}`;
  for (let number = 0; ; number += 1) {
    const path = `${stem}${['', '_AI'][number] ?? `_AI_${number}`}.md`;
    if (!taken.has(path.toLowerCase())) return path;
  }
}
