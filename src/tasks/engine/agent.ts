import type { ModelSession } from '../../models/service.ts';
import { ThreadDiedError } from '../../platform/thread-pool.ts';
import { CHECK_ANSWER, type CheckedAnswer } from './agent-answer.ts';
import { checkWork } from './agent-checks.ts';
import { WorkingCopy } from './agent-copy.ts';
import { instructionsFor, promptOf } from './agent-instructions.ts';
import { reportAgent } from './agent-report.ts';
import { readBranch } from './agent-review.ts';
import { listed } from './agent-texts.ts';
import { type AgentWork, agentTools, progressText } from './agent-tools.ts';
import { Turns } from './agent-turns.ts';
import type { TaskBrief, TaskEngine, TaskOutcome, TaskTools } from './task-engine.ts';

/** Most turns of a model. What it may take of tokens ends most tasks earlier. */
const MOST_TURNS = 40;
/** Most tokens a turn may write, and the share of all tokens of the task that it may be. */
const MOST_OUTPUT = 8000;
const SHARE_OF_OUTPUT = 0.25;
/** Characters of the first look at the repository. */
const OVERVIEW = 1500;
const LONGEST_TEXT = 100_000;
const ANSWER_MILLISECONDS = 30_000;

/**
 * Lets a model do tasks, with tools over a private copy of the checkout: list, read, search, analyse, and for tasks
 * that change code also edit. Text of the repository is handed to it as material; whatever that talks it into, the
 * tools reach nothing but the copy. What it edits is parsed and analysed before and after. The session's cap of tokens
 * holds for all of it. Rejects with a ModelError where the model cannot be asked or breaks off, and with the signal's
 * reason.
 */
export function modelTask(session: ModelSession): TaskEngine {
  return async (brief, tools) => {
    const bill = new Bill(session, tools.used);
    // Before anybody else hears of it: what is in flight is paid for.
    const stopped = () => bill.whole();
    tools.signal.addEventListener('abort', stopped, { once: true });
    try {
      tools.signal.throwIfAborted();
      return await work(session, bill, brief, tools);
    } finally {
      tools.signal.removeEventListener('abort', stopped);
      bill.whole();
    }
  };
}

/** Tells of tokens as they are used, each once. */
class Bill {
  readonly #session: ModelSession;
  readonly #used: TaskTools['used'];
  #told = 0;

  constructor(session: ModelSession, used: TaskTools['used']) {
    this.#session = session;
    this.#used = used;
  }

  /** Those of the calls whose cost is known. */
  settled(): void {
    this.#tell(this.#session.settled);
  }

  /** With those of a call whose cost nobody will ever know. */
  whole(): void {
    const { inputTokens, outputTokens } = this.#session.usage;
    this.#tell(inputTokens + outputTokens);
  }

  #tell(total: number): void {
    if (total <= this.#told) return;
    this.#used(total - this.#told);
    this.#told = total;
  }
}

async function work(session: ModelSession, bill: Bill, brief: TaskBrief, tools: TaskTools): Promise<TaskOutcome> {
  const review = brief.type === 'PR_REVIEW' ? await readBranch(brief, tools) : null;
  // Why there is nothing to review, the built-in engine says for nothing.
  if (brief.type === 'PR_REVIEW' && review === null) return (await import('./review.ts')).reviewChanges(brief, tools);
  tools.report(0, 'Copying the checkout');
  await using copy = await WorkingCopy.open(brief, tools);
  const turns = new Turns(session, MOST_TURNS);
  const mayEdit = brief.type === 'DEBUG' || brief.type === 'DOCUMENTATION';
  const parts = { copy, turns, tools, mayEdit, review };
  const overview = review?.overview ?? listed([...copy.files.values()], '', OVERVIEW);
  const { result, used } = await ask(session, bill, { brief, parts, overview });
  tools.report(0.9, 'Checking what the model did');
  const checked = await checkWork(copy, tools);
  const answer = result.text.trim() === '' ? null : await checkAnswer(result.text, copy, brief, tools);
  const { inputTokens, outputTokens, estimated } = session.usage;
  tools.report(1, 'Writing the report');
  return reportAgent({
    brief,
    model: session.model,
    answer,
    work: checked,
    stopped: result.stopped,
    turns: result.steps,
    used,
    tokens: { input: inputTokens, output: outputTokens, estimated },
  });
}

interface Question {
  readonly brief: TaskBrief;
  readonly parts: AgentWork;
  readonly overview: string;
}

async function ask(session: ModelSession, bill: Bill, { brief, parts, overview }: Question) {
  const { turns, tools } = parts;
  const used: Record<string, number> = {};
  let said = '';
  const result = await session.runAgent({
    instructions: instructionsFor(brief.type, turns.mark),
    prompt: promptOf(brief, overview, turns.mark),
    tools: agentTools(parts),
    maxSteps: MOST_TURNS,
    maxOutputTokens: Math.min(MOST_OUTPUT, Math.max(500, Math.floor(session.left * SHARE_OF_OUTPUT))),
    onText: (piece) => {
      said = (said + piece).slice(-400);
      const line = said.slice(said.lastIndexOf('\n') + 1);
      if (line.trim() !== '') tools.report(turns.share * 0.9, progressText(`Writes: ${line}`));
    },
    onTool: ({ type, tool }) => {
      if (type === 'called') used[tool] = (used[tool] ?? 0) + 1;
    },
    onTurn: (ended) => {
      said = '';
      turns.end(ended);
      bill.settled();
    },
  });
  return { result, used };
}

/** The answer with its places looked up; as it is, in a block of its own, where it cannot be read as Markdown. */
async function checkAnswer(
  text: string,
  copy: WorkingCopy,
  { repository }: TaskBrief,
  { threads, signal }: TaskTools,
): Promise<CheckedAnswer> {
  const limit = AbortSignal.timeout(ANSWER_MILLISECONDS);
  const paths = [...new Set([...copy.original.keys(), ...copy.files.keys()])];
  const answer = { text: text.slice(0, LONGEST_TEXT), roots: [copy.root, copy.folder], paths, url: repository.url };
  try {
    return await threads.run(CHECK_ANSWER, answer, { signal: AbortSignal.any([signal, limit]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.aborted && !(error instanceof ThreadDiedError) && !(error instanceof RangeError)) throw error;
    const plain = answer.text.replace(/^/gm, '    ');
    return { text: `${plain}\n`, places: [], unknown: [] };
  }
}
