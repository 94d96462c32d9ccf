import type { App } from '../app.ts';
import { commitAuthor, commitChanges, diffCommits, patchApplies } from '../repos/service.ts';
import { checkEdits, type DroppedEdit } from './edits.ts';
import type { FileEdit } from './engine/task-engine.ts';
import type { Work } from './progress.ts';
import type { NewResult } from './results.ts';

/** What a task changes, as a commit that no branch has yet. */
export interface Changes {
  /** Null when nothing is left to change. */
  readonly commit: string | null;
  /** Unified diff that applies to a clean checkout of the commit that was worked on. */
  readonly patch: string;
  /** Unified diff that takes the change back. */
  readonly revert: string;
  readonly files: readonly FileState[];
  readonly dropped: readonly DroppedEdit[];
}

interface FileState {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted';
  readonly additions: number;
  readonly deletions: number;
}

export interface ChangeOrder {
  readonly root: string;
  /** The commit that is checked out there. */
  readonly base: string;
  readonly edits: readonly FileEdit[];
  readonly title: string;
  /** When the task was asked for: the same edits make the same commit. */
  readonly at: Date;
}

/** Makes a commit and diffs of the edits that may be made; nothing is written into the checkout's files. */
export async function makeChanges(app: App, work: Work, order: ChangeOrder): Promise<Changes> {
  const { root, base, title, at } = order;
  const { signal } = work;
  const { kept, dropped } = await checkEdits(app, root, order.edits, signal);
  const none = { commit: null, patch: '', revert: '', files: [], dropped };
  if (kept.length === 0) return none;
  const commit = await commitChanges({
    root,
    parent: base,
    changes: kept.map(({ path, after }) => ({ path, content: after === null ? null : Buffer.from(after) })),
    message: `${title}\n\nMade by task ${work.jobId} from ${base}.\n`,
    author: commitAuthor(app),
    at,
    signal,
  });
  const { patch, files } = await diffCommits(root, { from: base, to: commit, signal });
  // Line endings alone may differ from what git keeps.
  if (patch === '') return none;
  const { patch: revert } = await diffCommits(root, { from: commit, to: base, signal });
  const applies = await patchApplies(root, { commit: base, patch, inFolder: true, signal });
  const reverts = await patchApplies(root, { commit, patch: revert, inFolder: false, signal });
  if (!applies || !reverts) throw new Error('git does not take the diff it made');
  const edits = new Map(kept.map((edit) => [edit.path, edit]));
  return {
    commit,
    patch,
    revert,
    files: files.map(({ path, added, removed }) => ({
      path,
      change: changeOf(edits.get(path)),
      additions: added,
      deletions: removed,
    })),
    dropped,
  };
}

function changeOf(edit: FileEdit | undefined): FileState['change'] {
  if (edit?.before === null) return 'added';
  return edit?.after === null ? 'deleted' : 'modified';
}

/** The result that holds the changes, or says which were not kept; none when there was nothing to change. */
export function changesResults(changes: Changes, base: string, summary: string | null): NewResult[] {
  const { patch, revert, files, dropped } = changes;
  const lost =
    dropped.length === 0 ? '' : `${dropped.length} ${dropped.length === 1 ? 'edit was' : 'edits were'} not kept`;
  const list = dropped.map(({ path, reason }) => `- \`${path.replaceAll('`', "'")}\` ${reason}`).join('\n');
  const data = { dropped: dropped.map((one) => ({ ...one })) };
  if (patch === '') {
    if (lost === '') return [];
    return [{ resultType: 'ANALYSIS', content: `## ${lost}\n\n${list}\n`, summary: `${lost}.`, data }];
  }
  const made = summary ?? `Changes ${files.length} ${files.length === 1 ? 'file' : 'files'}.`;
  return [
    {
      resultType: 'CODE_CHANGES',
      content: patch,
      summary: lost === '' ? made : `${made} ${lost}: ${reasons(dropped)}.`,
      data: { ...data, commit: base, revert, files: files.map((one) => ({ ...one })) },
    },
  ];
}

function reasons(dropped: readonly DroppedEdit[]): string {
  const shown = dropped.slice(0, 3).map(({ path, reason }) => `${path} ${reason}`);
  return dropped.length > shown.length ? [...shown, '…'].join('; ') : shown.join('; ');
}
