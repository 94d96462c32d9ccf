import { roleOf } from '../../code/file-roles.ts';
import { counted } from '../../code/markdown/markdown.ts';
import { DOCUMENT_TREE } from '../../docs/service.ts';
import { FIND_PLACES, type LedPlace } from './debug-places.ts';
import { reportDocumentation } from './documentation-report.ts';
import type { FileEdit, TaskBrief, TaskEngine, TaskTools } from './task-engine.ts';
import { readTaskTree, type TaskTree } from './task-tree.ts';

/**
 * Documents what a prompt names, by paths or symbols, or else the whole project: pages from the code alone, at paths
 * that are free, and what lacks documentation or is documented wrongly, with its place.
 */
export const documentCode: TaskEngine = async (brief, tools) => {
  tools.report(0, 'Reading the code');
  const tree = await readTaskTree(brief, tools, (share) => tools.report(share * 0.4, 'Reading the code'));
  const meant = await findMeant(brief, tools, tree);
  const only = meant.length === 0 ? null : [...new Set(meant.map(({ path }) => path))].sort();
  const title = only === null ? null : titleOf(only, sourcesOf(tree));
  tools.report(0.5, only === null ? 'Writing pages' : `Writing the reference of ${counted(only.length, 'file')}`);
  const { name, url } = brief.repository;
  const repository = { name, url, commit: brief.commit };
  const request = { root: tree.root, packed: tree.packed, repository, only, title };
  const documented = await tools.threads.run(DOCUMENT_TREE, request, { signal: tools.signal });
  tools.report(0.95, 'Writing the report');
  const edits = documented.pages.map(({ path, content }): FileEdit => ({ path, before: null, after: content }));
  const finding = reportDocumentation({ brief, only, title, meant, documented });
  return {
    findings: [finding],
    edits,
    editSummary: edits.length === 0 ? null : `Adds ${counted(edits.length, 'page')} of documentation.`,
    message: finding.summary,
  };
};

/** Places of sources that the prompt names; none where it speaks of the project. */
async function findMeant(brief: TaskBrief, tools: TaskTools, { root, packed, parsed }: TaskTree): Promise<LedPlace[]> {
  const prompt = [brief.prompt, brief.description ?? ''].join('\n\n');
  const { places } = await tools.threads.run(FIND_PLACES, { root, packed, prompt }, { signal: tools.signal });
  const readable = new Set(parsed.map(({ path }) => path));
  const meant = places.filter(({ path, reason }) => reason !== 'match' && reason !== 'error' && readable.has(path));
  // Of a folder its tests are not meant, unless nothing else is.
  const sources = meant.filter(({ path }) => roleOf(path) !== 'test');
  return sources.length > 0 ? sources : meant;
}

function sourcesOf({ parsed }: TaskTree): string[] {
  return parsed.flatMap(({ path }) => (roleOf(path) === 'test' ? [] : [path]));
}

const MOST_NAMED = 3;

/** What files are called together: folders that they are all of by the folders' names, others by their own. */
function titleOf(paths: readonly string[], all: readonly string[]): string {
  if (paths.length === 1) return paths[0] ?? '';
  const meant = new Set(paths);
  const inFolder = (folder: string) => all.filter((path) => path.startsWith(`${folder}/`));
  const nameOf = (path: string): string => {
    let [name, files] = [path, 1];
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
      const inside = inFolder(folder);
      if (!inside.every((one) => meant.has(one))) break;
      // A folder around a folder that has nothing else is no better name.
      if (inside.length > files || name === path) [name, files] = [folder, inside.length];
    }
    return name;
  };
  const names = new Set(paths.map(nameOf));
  const shown = [...names].slice(0, MOST_NAMED).join(', ');
  return names.size > MOST_NAMED ? `${shown} and ${names.size - MOST_NAMED} more` : shown;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
