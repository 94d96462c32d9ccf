import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { App } from '../app.ts';
import { costLimit } from './builder.ts';
import type { Context } from './context.ts';
import { DomainError } from './errors.ts';
import {
  defaultRule,
  type LimitRule,
  type LimitState,
  narrowest,
  type RateLimits,
  secondsUntil,
} from './rate-limits.ts';

/** A rule with the scope whose counters it uses. */
export interface ScopedRule {
  readonly scope: string;
  readonly rule: LimitRule;
}

/**
 * Gives the rules a root field falls under besides the general one, such as those of the REST routes that map to it.
 */
export type RulesOf = (operation: OperationDefinitionNode['operation'], field: string) => readonly ScopedRule[];

export interface RateOptions {
  readonly rateLimits: RateLimits;
  readonly rulesOf: RulesOf;
}

/** What guards passwords and tokens against guessing: callers that nobody knows, by their address. */
const authRule: LimitRule = { name: 'auth', requests: 30, seconds: 15 * 60 };
const authFields: ReadonlySet<string> = new Set(['signIn', 'signUp', 'register', 'refreshCredentials']);
/** What asks for the password of who is signed in. */
const passwordFields: ReadonlySet<string> = new Set(['deleteMe']);

/** Counters of the general rule: those of the REST dialect whose limit is the same. */
const generalScope = 'automations';

/** Counts an operation that costs so many points. */
export type RateGate = (args: Args, points: number | undefined) => Promise<Admission>;

/** What counting an operation gave: the answer that refuses it, or what its answer tells of the limits. */
export interface Admission {
  readonly refusal?: ExecutionResult;
  told(result: ExecutionResult): ExecutionResult;
}

/**
 * Limits how often a caller asks: signed-in ones by user, others by address. Every answer tells in `extensions` where
 * its caller stands and what the operation cost. Null where nothing is limited.
 */
export function rateGate(app: App, options: RateOptions): RateGate | null {
  if (app.config.RATE_LIMITS === 'off') return null;
  return async (args, points) => {
    const state = await count(app, args, options);
    const told = extensionsOf(state, points);
    return {
      ...(state.exceeded && { refusal: { errors: [tooMany(state)], extensions: told } }),
      told: (result) => ({ ...result, extensions: { ...result.extensions, ...told } }),
    };
  };
}

/**
 * Puts the gate before operations over HTTP, SSE and sockets, with what they cost as limitPlugin has noted it. A
 * subscription counts once.
 */
export function ratePlugin(gate: RateGate | null, costs: WeakMap<Context, number>): Plugin<Context> {
  if (gate === null) return {};
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const { refusal, told } = await gate(args, costs.get(args.contextValue));
      if (refusal === undefined) {
        return {
          onExecuteDone({ result, setResult }) {
            if (!(Symbol.asyncIterator in result)) setResult(told(result));
          },
        };
      }
      setResultAndStopExecution(refusal);
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const { refusal } = await gate(args, costs.get(args.contextValue));
      if (refusal !== undefined) setResultAndStopExecution(refusal);
    },
  };
}

/** An operation that is about to run. */
export type Args = ExecutionArgs & { readonly contextValue: Context };

async function count(app: App, args: Args, { rateLimits, rulesOf }: RateOptions): Promise<LimitState> {
  const viewer = await args.contextValue.viewer().catch((error: unknown) => {
    // Who comes with a credential that is not good is nobody yet; the fields that need a viewer say so.
    if (error instanceof DomainError) return null;
    throw error;
  });
  const caller = viewer?.id ?? `ip:${args.contextValue.ipAddress ?? 'unknown'}`;
  const general = await rateLimits.count(generalScope, defaultRule(app.config), caller);
  if (general.exceeded) return general;
  const states = [general];
  for (const { scope, rule, points } of special(args, viewer === null, rulesOf)) {
    states.push(await rateLimits.count(scope, rule, caller, points));
    if (states.at(-1)?.exceeded === true) break;
  }
  return narrowest(states) ?? general;
}

/** Each root field counts: fifteen sign-ins in one operation are fifteen. */
function special(args: Args, anonymous: boolean, rulesOf: RulesOf): (ScopedRule & { points: number })[] {
  const operation = getOperationAST(args.document, args.operationName);
  if (operation === null || operation === undefined) return [];
  const counted = new Map<string, ScopedRule & { points: number }>();
  for (const field of rootFields(args.document, operation)) {
    const guarded = passwordFields.has(field) || (anonymous && authFields.has(field));
    const isAuth = operation.operation === 'mutation' && guarded;
    const rules = isAuth ? [{ scope: 'graphql', rule: authRule }] : rulesOf(operation.operation, field);
    for (const { scope, rule } of rules) {
      if (rule.anonymous === true && !anonymous) continue;
      const key = `${scope}:${rule.name}`;
      counted.set(key, { scope, rule, points: (counted.get(key)?.points ?? 0) + 1 });
    }
  }
  return [...counted.values()];
}

/** The names of an operation's root fields, each as often as it will be executed. */
function rootFields(document: DocumentNode, operation: OperationDefinitionNode): readonly string[] {
  const known = knownRootFields.get(operation);
  if (known !== undefined) return known;
  const found = findRootFields(document, operation);
  knownRootFields.set(operation, found);
  return found;
}

/** Documents are kept, and asked with again and again. */
const knownRootFields = new WeakMap<OperationDefinitionNode, readonly string[]>();

function findRootFields(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const byKey = new Map<string, string>();
  const spread = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) byKey.set((selection.alias ?? selection.name).value, selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        for (const node of document.definitions) {
          if (node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value)
            visit(node.selectionSet);
        }
      }
    }
  };
  visit(operation.selectionSet);
  return [...byKey.values()];
}

function tooMany({ resetAt }: LimitState): DomainError {
  const retryAfter = secondsUntil(resetAt);
  return new DomainError('RATE_LIMIT_EXCEEDED', `Too many requests: try again in ${retryAfter} s`, {
    retryAfter,
    http: { status: 429, headers: { 'retry-after': String(retryAfter) } },
  });
}

function extensionsOf({ rule, remaining, resetAt }: LimitState, cost: number | undefined) {
  return {
    rateLimit: { limit: rule.requests, remaining, resetAt: resetAt.toISOString() },
    ...(cost !== undefined && { cost: { points: cost, maximum: costLimit } }),
  };
}
