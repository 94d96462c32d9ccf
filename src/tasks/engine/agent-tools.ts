import { type ZodType, z } from 'zod';
import { counted } from '../../code/markdown/markdown.ts';
import { modelTool } from '../../models/service.ts';
import { ThreadDiedError } from '../../platform/thread-pool.ts';
import { analyseFiles, parsingProblems } from './agent-checks.ts';
import { RefusedRequest, type WorkingCopy } from './agent-copy.ts';
import type { ReviewedBranch } from './agent-review.ts';
import { SEARCH_FILES } from './agent-search.ts';
import { listed, newText } from './agent-texts.ts';
import type { Turns } from './agent-turns.ts';
import type { TaskTools } from './task-engine.ts';

/** What a model works with. */
export interface AgentWork {
  readonly copy: WorkingCopy;
  readonly turns: Turns;
  readonly tools: TaskTools;
  /** Whether files may be changed. */
  readonly mayEdit: boolean;
  /** What a branch changes; null where nothing is to be reviewed. */
  readonly review: ReviewedBranch | null;
}

type ModelTool = ReturnType<typeof modelTool>;

const SEARCH_MILLISECONDS = 10_000;
const MOST_HITS = 60;
const MOST_ANALYSED = 20;
const LONGEST_LINE = 400;

/** The tools of a piece of work. They do one thing after the other, however many are called at once. */
export function agentTools(work: AgentWork): ModelTool[] {
  const asked = new Map<string, number>();
  let queue: Promise<unknown> = Promise.resolve();
  const tool = <Input>(one: ToolPlan<Input>): ModelTool =>
    modelTool({
      name: one.name,
      description: one.description,
      input: one.input,
      run: (input) => {
        const next = queue.then(() => use(one, input));
        queue = next.catch(() => undefined);
        return next;
      },
    });
  const use = async <Input>(one: ToolPlan<Input>, input: Input): Promise<string> => {
    work.tools.signal.throwIfAborted();
    const key = `${one.name} ${JSON.stringify(input)}`;
    // What was answered stands in the messages still.
    if (asked.get(key) === work.copy.version) throw new RefusedRequest('You have the answer to that already');
    work.tools.report(work.turns.share * 0.9, progressText(one.doing(input)));
    const text = await one.run(input);
    asked.set(key, work.copy.version);
    return work.turns.answer(text, one.isMaterial);
  };
  const looking = [tool(listTool(work)), tool(readTool(work)), tool(searchTool(work)), tool(analyseTool(work))];
  const { review } = work;
  const reviewing = review === null ? [] : [tool(diffTool(work, review))];
  return [...looking, ...reviewing, ...(work.mayEdit ? [tool(editTool(work)), tool(removeTool(work))] : [])];
}

interface ToolPlan<Input> {
  readonly name: string;
  readonly description: string;
  readonly input: ZodType<Input>;
  /** What is being done, for progress. */
  readonly doing: (input: Input) => string;
  readonly run: (input: Input) => Promise<string>;
  /** Whether it answers with text of the repository. */
  readonly isMaterial: boolean;
}

/** A line for a progress bar, of words that a model chose. */
export function progressText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119).toWellFormed()}…` : line.toWellFormed();
}

const path = z.string();

function listTool({ copy, turns }: AgentWork): ToolPlan<{ folder: string }> {
  return {
    name: 'list',
    description: 'Lists a folder; "" is the top',
    input: z.object({ folder: path }),
    doing: ({ folder }) => `Looks into ${folder || 'the repository'}`,
    isMaterial: true,
    run: async ({ folder }) => listed([...copy.files.values()], tidy(folder), turns.room),
  };
}

function readTool({ copy, turns }: AgentWork): ToolPlan<{ path: string; line?: number | undefined }> {
  return {
    name: 'read',
    description: 'Reads a file from a line on (1 unless given)',
    input: z.object({ path, line: z.number().optional() }),
    doing: (input) => `Reads ${input.path}`,
    isMaterial: true,
    run: async (input) => {
      const name = tidy(input.path);
      const lines = (await copy.read(name)).replaceAll('\r\n', '\n').split('\n');
      if (lines.at(-1) === '') lines.pop();
      const from = Math.max(1, Math.trunc(input.line ?? 1));
      if (from > lines.length) throw new RefusedRequest(`It has ${lines.length} lines`);
      const { room } = turns;
      let shown = '';
      let at = from;
      for (; at <= lines.length; at += 1) {
        const line = lines[at - 1] ?? '';
        const part = `${at}|${line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE).toWellFormed()}…` : line}\n`;
        if (shown !== '' && shown.length + part.length > room) break;
        shown += part;
      }
      return `${name}, lines ${from}-${at - 1} of ${lines.length}\n${shown.trimEnd()}`;
    },
  };
}

function searchTool({ copy, turns, tools }: AgentWork): ToolPlan<z.infer<typeof searchInput>> {
  return {
    name: 'search',
    description: 'Finds lines that have a text, whatever its case, or match a regular expression',
    input: searchInput,
    doing: ({ text }) => `Searches for ${text}`,
    isMaterial: true,
    run: async ({ text, isPattern = false, folder = '' }) => {
      if (text.trim() === '') throw new RefusedRequest('There is nothing to look for');
      const inside = tidy(folder);
      const files = [...copy.files.values()].filter((file) => isWithin(file.path, inside));
      const limit = AbortSignal.timeout(SEARCH_MILLISECONDS);
      const question = { root: copy.folder, files, text, isPattern, most: MOST_HITS };
      const found = await tools.threads
        .run(SEARCH_FILES, question, { signal: AbortSignal.any([tools.signal, limit]) })
        .catch((error: unknown) => {
          tools.signal.throwIfAborted();
          if (!limit.aborted && !(error instanceof ThreadDiedError)) throw error;
          throw new RefusedRequest('That takes too long: look for something simpler');
        });
      if (found.problem !== null) throw new RefusedRequest(found.problem);
      const lines = found.lines.map((one) => `${one.path}:${one.line}: ${one.text.trim()}`);
      const kept = fitting(lines, turns.room);
      const some = kept.length < found.total ? `, of which ${kept.length} are shown` : '';
      return [`${counted(found.total, 'line')} in ${counted(found.files, 'file')}${some}`, ...kept].join('\n');
    },
  };
}

const searchInput = z.object({ text: z.string(), isPattern: z.boolean().optional(), folder: path.optional() });

function analyseTool({ copy, turns, tools }: AgentWork): ToolPlan<z.infer<typeof analyseInput>> {
  return {
    name: 'analyse',
    description: 'Runs linters and security checks on files; type checkers too where asked for, which is slow',
    input: analyseInput,
    doing: ({ paths }) => `Analyses ${paths.join(', ')}`,
    isMaterial: true,
    run: async ({ paths, types = false }) => {
      const wanted = new Set(paths.slice(0, MOST_ANALYSED).map(tidy));
      for (const one of wanted) await copy.read(one);
      const { findings, gaps } = await analyseFiles(copy, 'now', wanted, { signal: tools.signal, withTypes: types });
      const lines = findings
        .filter(({ file }) => wanted.has(file))
        .map((one) => `${one.severity} ${one.file}:${one.line} ${one.rule}: ${one.message}`);
      const missing = gaps
        .filter(({ file }) => file !== null && wanted.has(file))
        .map((one) => `${one.file}: ${one.reason}`);
      const kept = fitting([...lines, ...missing], turns.room);
      return [counted(lines.length, 'finding'), ...kept].join('\n');
    },
  };
}

const analyseInput = z.object({ paths: z.array(path), types: z.boolean().optional() });

function diffTool({ turns }: AgentWork, review: ReviewedBranch): ToolPlan<{ path: string; line?: number | undefined }> {
  return {
    name: 'diff',
    description: 'Shows what the branch changes in a file, from a line of the diff on',
    input: z.object({ path, line: z.number().optional() }),
    doing: (input) => `Reads the changes of ${input.path}`,
    isMaterial: true,
    run: async (input) => {
      const lines = (await review.diff(tidy(input.path))).split('\n');
      const from = Math.max(1, Math.trunc(input.line ?? 1));
      const kept = fitting(lines.slice(from - 1), turns.room);
      return [`lines ${from}-${from - 1 + kept.length} of ${lines.length} of the diff`, ...kept].join('\n');
    },
  };
}

function editTool({ copy, tools }: AgentWork): ToolPlan<z.infer<typeof editInput>> {
  return {
    name: 'edit',
    description: 'Replaces a text that stands once in a file. An empty `find` makes a new file',
    input: editInput,
    doing: (input) => `Edits ${input.path}`,
    isMaterial: false,
    run: async (input) => {
      const name = tidy(input.path);
      const isNew = !copy.files.has(name);
      if (isNew && input.find === '') await copy.change(name, input.replace);
      else await copy.change(name, newText(await copy.readToEdit(name), input));
      const problem = (
        await parsingProblems(
          copy.edits.filter((edit) => edit.path === name),
          tools,
        )
      ).get(name);
      return problem === undefined ? 'Done.' : `Done, but the file ${problem}. Mend it, or the edit will be dropped.`;
    },
  };
}

const editInput = z.object({ path, find: z.string(), replace: z.string() });

function removeTool({ copy }: AgentWork): ToolPlan<{ path: string }> {
  return {
    name: 'remove',
    description: 'Removes a file',
    input: z.object({ path }),
    doing: (input) => `Removes ${input.path}`,
    isMaterial: false,
    run: async (input) => {
      await copy.change(tidy(input.path), null);
      return 'Done.';
    },
  };
}

/** A path as models like to write it. */
function tidy(given: string): string {
  return given
    .trim()
    .replace(/^(?:\.\/)+/, '')
    .replace(/^\.$/, '')
    .replace(/(?<=.)\/+$/, '');
}

function isWithin(file: string, folder: string): boolean {
  return folder === '' || file === folder || file.startsWith(`${folder}/`);
}

/** The first lines that fit into some room, one at least. */
function fitting(lines: readonly string[], room: number): string[] {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    const shown = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE).toWellFormed()}…` : line;
    size += shown.length + 1;
    if (size > room && kept.length > 0) break;
    kept.push(shown);
  }
  return kept;
}
