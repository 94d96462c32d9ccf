import { join } from 'node:path';
import { runGit } from '../../code/git/git-command.ts';
import { RefusedRequest } from './agent-copy.ts';
import { readChanges } from './review-changes.ts';
import type { TaskBrief, TaskTools } from './task-engine.ts';

/** What a branch changes, for a model to look at. */
export interface ReviewedBranch {
  /** The changed files, one a line, and what they are compared with. */
  readonly overview: string;
  /** The change of one file. @throws RefusedRequest for a file that is not changed */
  readonly diff: (path: string) => Promise<string>;
}

const MOST_LISTED = 60;
const DIFF_BYTES = 4 * 1024 * 1024;

/** Finds out what a branch changes against its target branch; null where there is nothing to compare with. */
export async function readBranch(brief: TaskBrief, tools: TaskTools): Promise<ReviewedBranch | null> {
  const changes = await readChanges(brief, tools);
  if (changes === null || changes.files.length === 0) return null;
  const { root, commit } = brief;
  const lines = changes.files.map(({ before, after, addedLines, removedLines, isBinary }) => {
    const name = before !== null && after !== null && before !== after ? `${before} -> ${after}` : (after ?? before);
    const how = before === null ? ' new' : after === null ? ' removed' : '';
    return `${name}${how} ${isBinary ? 'binary' : `+${addedLines.size} -${removedLines.size}`}`;
  });
  const more = lines.length > MOST_LISTED ? [`and ${lines.length - MOST_LISTED} more`] : [];
  const options = { cwd: root, gitDir: join(root, '.git'), workTree: root, signal: tools.signal, timeoutMs: 60_000 };
  const form = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-prefix', '--find-renames', '-U3'];
  return {
    overview: [...(changes.caveat === null ? [] : [changes.caveat]), ...lines.slice(0, MOST_LISTED), ...more].join(
      '\n',
    ),
    diff: async (path) => {
      const changed = changes.files.find(({ before, after }) => path === after || path === before);
      if (changed === undefined) throw new RefusedRequest('The branch does not change that file');
      const paths = [...new Set([changed.before, changed.after])].flatMap((one) =>
        one === null ? [] : [`:(literal)${one}`],
      );
      return runGit(['diff', ...form, changes.base, commit ?? 'HEAD', '--', ...paths], {
        ...options,
        maxOutputBytes: DIFF_BYTES,
      });
    },
  };
}
