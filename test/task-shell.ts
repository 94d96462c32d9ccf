import { z } from 'zod';
import { startHandler } from '../src/jobs/runner.ts';
import type { FileEdit, TaskBrief, TaskEngine, TaskOutcome, TaskTools } from '../src/tasks/engine/task-engine.ts';
import { taskHandler } from '../src/tasks/worker.ts';
import type { TestApp } from './app.ts';
import type { Caller } from './story.ts';

/** The built-in engine of the seeded catalogue. */
export const localModel = '01936d00-0000-7000-8000-000000000001';
export const gpt4 = '01936d00-0000-7000-8000-000000000002';

/** What an engine of a test gives when it says no more. */
export function outcomeOf(edits: readonly FileEdit[] = [], more: Partial<TaskOutcome> = {}): TaskOutcome {
  return {
    findings: [{ resultType: 'ANALYSIS', content: '# Found\n', summary: 'Found.', data: { places: [] } }],
    edits,
    editSummary: edits.length === 0 ? null : 'Repaired.',
    message: 'Done',
    ...more,
  };
}

/** Engines of a test, by the task's title; the shell around them is the real one. */
export class ScriptedEngines {
  readonly #engines = new Map<string, TaskEngine>();
  /** Titles of the tasks that engines were asked for, in order. */
  readonly asked: string[] = [];
  /** What the last engine was asked. */
  brief: TaskBrief | null = null;

  /** Says how the tasks of a title are done. */
  on(title: string, engine: (brief: TaskBrief, tools: TaskTools) => Promise<TaskOutcome> | TaskOutcome): void {
    this.#engines.set(title, async (brief, tools) => engine(brief, tools));
  }

  /** Starts working on tasks. */
  start({ app }: TestApp, { countsTokens = true } = {}): Promise<void> {
    const run: TaskEngine = (brief, tools) => {
      this.asked.push(brief.title);
      this.brief = brief;
      const engine = this.#engines.get(brief.title);
      if (engine === undefined) throw new Error(`no engine for ${brief.title}`);
      return engine(brief, tools);
    };
    return startHandler(
      app,
      taskHandler(app, async () => ({ name: 'scripted', run, countsTokens })),
    );
  }
}

const refusal = z.object({ code: z.string(), message: z.string() });
const made = z.object({ databaseId: z.uuid(), status: z.string(), estimatedCredits: z.int() });

const create = `mutation ($input: CreateTaskInput!, $key: String) { r: createTask(input: $input, idempotencyKey: $key) {
  __typename ... on Task { databaseId status estimatedCredits } ... on Error { code message }
  ... on ValidationError { issues { path message } } ... on InsufficientCreditsError { required available } } }`;

/** Connects a local folder or an address, and gives its id. */
export async function connect(caller: Caller, address: string): Promise<string> {
  const found = await caller.get(
    z.object({ databaseId: z.uuid() }),
    'mutation ($a: String!) { r: connectRepository(address: $a) { ... on Repository { databaseId } ... on Error { message } } }',
    { a: address },
  );
  return found.databaseId;
}

/** Asks for a task, which must be taken. */
export async function newTask(caller: Caller, input: Record<string, unknown>, key?: string) {
  const answer = await caller.get(z.union([made, refusal]), create, {
    input: { aiModelId: localModel, type: 'DEBUG', prompt: 'Repair it', ...input },
    key,
  });
  if ('code' in answer) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}

/** Asks for a task, which must be refused. */
export async function refusedTask(caller: Caller, input: Record<string, unknown>, key?: string) {
  const whole = { aiModelId: localModel, type: 'DEBUG', prompt: 'Repair it', title: 'Refused', ...input };
  return caller.get(z.looseObject(refusal.shape), create, { input: whole, key });
}

const state = z.object({ status: z.string(), stage: z.string(), percentage: z.int(), creditsUsed: z.int().nullable() });

/** Follows a task to its end. */
export async function statesOf(caller: Caller, id: string): Promise<z.infer<typeof state>[]> {
  const states: z.infer<typeof state>[] = [];
  const query =
    'subscription ($id: UUID!) { e: taskUpdated(id: $id, after: 0) { status stage percentage creditsUsed } }';
  for await (const { data, errors } of caller.follow(query, { id })) {
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    states.push(state.parse(data?.e));
  }
  return states;
}

const task = z.object({
  status: z.string(),
  engine: z.string().nullable(),
  message: z.string().nullable(),
  commit: z.string().nullable(),
  creditsUsed: z.int().nullable(),
  tokensUsed: z.int(),
  retryOf: z.string().nullable(),
  error: refusal.nullable(),
  pullRequest: z.object({ url: z.string(), number: z.int(), state: z.string() }).nullable(),
  artifacts: z.array(z.object({ path: z.string(), text: z.string().nullable() })),
  results: z.array(
    z.object({
      resultType: z.string(),
      content: z.string(),
      summary: z.string(),
      data: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});

/** Reads a task. */
export function readTask(caller: Caller, id: string) {
  const query = `query ($id: UUID!) { r: task(id: $id) { status engine message commit creditsUsed tokensUsed retryOf
    error { code message } pullRequest { url number state } artifacts { path text }
    results { resultType content summary data } } }`;
  return caller.get(task, query, { id });
}

/** Asks for a task and waits for its end. */
export async function toEnd(caller: Caller, input: Record<string, unknown>) {
  const { databaseId: id } = await newTask(caller, input);
  const states = await statesOf(caller, id);
  return { id, states, ...(await readTask(caller, id)) };
}

/** What somebody has. */
export function creditsOf(caller: Caller) {
  const form = z.object({ credits: z.int(), heldCredits: z.int(), availableCredits: z.int() });
  return caller.get(form, '{ r: me { credits heldCredits availableCredits } }');
}
