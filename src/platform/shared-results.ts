import {
  type ArgumentNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  Kind,
  visit,
} from 'graphql';
import type { Context } from './context.ts';
import { executePlanned } from './graphql-execution.ts';
import { credentialId } from './sign-in-checks.ts';

/** The arguments of an execution with our context. */
export type OperationArgs = ExecutionArgs & { readonly contextValue: Context };

/** The argument of a subscription's field that says where its stream begins. No result may depend on it. */
const cursorArgument = 'after';
/** Events whose results one group keeps; a reader further behind executes for itself. */
const keptEvents = 16;

/** One execution, by a clock that counts beginnings and ends. */
interface Execution {
  readonly began: number;
  ended: number;
  readonly result: ExecutionResult | Promise<ExecutionResult>;
}

/** Subscriptions that get the same result of the same event. */
interface Group {
  members: number;
  readonly executions: Map<object, Execution>;
}

/** One subscription's way to its results. */
export interface ResultReader {
  /** The result of an event. */
  resultOf(event: unknown): ExecutionResult | Promise<ExecutionResult>;
  leave(): void;
}

/** Results that several subscriptions were given, and their text once one of them needed it. */
const texts = new WeakMap<ExecutionResult, string | null>();

/** A result as JSON, written once for all who share it. It has no errors: those belong to one caller. */
export function textOf(result: ExecutionResult): string {
  const known = texts.get(result);
  if (typeof known === 'string') return known;
  const text = JSON.stringify(result);
  if (known === null) texts.set(result, text);
  return text;
}

/**
 * Executes a subscription's document once per event for all subscriptions that must get the same result: of the same
 * document, operation and variables (but for where the stream begins), by the same credential with the same role and
 * permissions. An event is the same when it is the same object, which sources that many follow give out.
 *
 * A result with errors goes to nobody else. No reader is given one that began before its last one was done: a state
 * that is read with each event never goes back.
 */
export class SharedResults {
  readonly #groups = new Map<string, Group>();
  readonly #documents = new WeakMap<DocumentNode, number>();
  readonly #cursors = new WeakMap<DocumentNode, ReadonlySet<string>>();
  #documentsSeen = 0;
  #clock = 0;

  /** Joins the subscriptions that share results with this one. */
  async join(args: OperationArgs): Promise<ResultReader> {
    const key = await this.#keyOf(args);
    const group: Group | undefined =
      key === null ? undefined : (this.#groups.get(key) ?? { members: 0, executions: new Map() });
    if (key === null || group === undefined) return { resultOf: (event) => run(args, event), leave() {} };
    group.members += 1;
    this.#groups.set(key, group);
    let isMember = true;
    let last = 0;
    return {
      resultOf: (event) => {
        if (group.members === 1 || typeof event !== 'object' || event === null) return run(args, event);
        const present = group.executions.get(event);
        const isOthers = present !== undefined && present.began > last;
        const execution = isOthers ? present : this.#execute(group, args, event);
        const take = (result: ExecutionResult) => {
          if (isOthers && result.errors !== undefined) return run(args, event);
          last = execution.ended;
          return result;
        };
        return execution.result instanceof Promise ? execution.result.then(take) : take(execution.result);
      },
      leave: () => {
        if (!isMember) return;
        isMember = false;
        group.members -= 1;
        if (group.members === 0) this.#groups.delete(key);
      },
    };
  }

  #execute(group: Group, args: OperationArgs, event: object): Execution {
    this.#clock += 1;
    const began = this.#clock;
    const done = (result: ExecutionResult): ExecutionResult => {
      this.#clock += 1;
      execution.ended = this.#clock;
      if (result.errors === undefined) texts.set(result, null);
      return result;
    };
    const running = run(args, event);
    const execution: Execution = {
      began,
      ended: Number.POSITIVE_INFINITY,
      result: running instanceof Promise ? running.then((result) => done(result)) : running,
    };
    if (!(running instanceof Promise)) done(running);
    group.executions.delete(event);
    group.executions.set(event, execution);
    if (group.executions.size > keptEvents) {
      for (const oldest of group.executions.keys()) {
        group.executions.delete(oldest);
        break;
      }
    }
    return execution;
  }

  /** What decides a subscription's results; null when it cannot be told. */
  async #keyOf({ document, operationName, variableValues, contextValue }: OperationArgs): Promise<string | null> {
    const viewer = await contextValue.viewer().catch(() => undefined);
    if (viewer === undefined) return null;
    let number = this.#documents.get(document);
    if (number === undefined) {
      this.#documentsSeen += 1;
      number = this.#documentsSeen;
      this.#documents.set(document, number);
      this.#cursors.set(document, cursorVariables(document, operationName));
    }
    const cursors = this.#cursors.get(document);
    const variables = Object.entries(variableValues ?? {}).filter(([name]) => cursors?.has(name) !== true);
    const eyes = viewer && [viewer.id, viewer.role, viewer.permissions, viewer.credential.kind, credentialId(viewer)];
    return JSON.stringify([number, operationName ?? null, variables, eyes]);
  }
}

function run(args: OperationArgs, event: unknown): ExecutionResult | Promise<ExecutionResult> {
  return executePlanned({ ...args, rootValue: event });
}

/** The variables of a document that are used for nothing but saying where a subscription's stream begins. */
function cursorVariables(document: DocumentNode, operationName: string | null | undefined): ReadonlySet<string> {
  const cursors = new Set<ArgumentNode>();
  for (const selection of getOperationAST(document, operationName)?.selectionSet.selections ?? []) {
    if (selection.kind !== Kind.FIELD) continue;
    for (const argument of selection.arguments ?? []) if (argument.name.value === cursorArgument) cursors.add(argument);
  }
  const [asCursor, otherwise] = [new Set<string>(), new Set<string>()];
  visit(document, {
    VariableDefinition: () => false,
    Argument: (argument) => {
      if (!cursors.has(argument)) return undefined;
      if (argument.value.kind === Kind.VARIABLE) asCursor.add(argument.value.name.value);
      return false;
    },
    Variable: ({ name }) => {
      otherwise.add(name.value);
    },
  });
  return asCursor.difference(otherwise);
}
