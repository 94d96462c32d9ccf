import type { FastifyReply } from 'fastify';
import type { App } from '../app.ts';
import type { RulesOf } from '../platform/graphql-rates.ts';
import { type LimitRule, type LimitState, narrowest, type RateLimits, secondsUntil } from '../platform/rate-limits.ts';
import type { Dialect } from './dialect.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { AnyRow } from './route.ts';
import { rootFieldOf } from './runner.ts';

export type { LimitRule, LimitState };

/**
 * Counts a request against the rules of its row and tells in the reply's headers how its caller stands.
 * Gives the refusal when it is one too many, else null.
 */
export async function countRequest(
  app: App,
  { dialect, row, rateLimits }: { readonly dialect: Dialect; readonly row: AnyRow; readonly rateLimits: RateLimits },
  { caller, anonymous }: { readonly caller: string; readonly anonymous: boolean },
  reply: FastifyReply,
): Promise<Refusal | null> {
  if (app.config.RATE_LIMITS === 'off' || row.unlimited === true) return null;
  const states: LimitState[] = [];
  const general = row.ownLimits === true ? [] : [dialect.limits.general];
  for (const rule of [...general, ...specialRules(dialect, row)]) {
    if (rule.anonymous === true && !anonymous) continue;
    const state = await rateLimits.count(dialect.name, rule, caller);
    states.push(state);
    if (state.exceeded) break;
  }
  const told = narrowest(states);
  if (told === undefined) return null;
  reply.headers(dialect.limits.headers(told));
  if (!told.exceeded) return null;
  const retryAfter = secondsUntil(told.resetAt);
  reply.header('retry-after', retryAfter);
  return refusal('RATE_LIMIT_EXCEEDED', 'Too many requests', { retryAfter });
}

/** The rules a row names besides the general one. */
function specialRules({ limits }: Dialect, row: AnyRow): LimitRule[] {
  return (row.limits ?? []).map((name) => {
    const rule = limits.special[name];
    if (rule === undefined) throw new Error(`${row.method} ${row.path} names the limit ${name}, which there is not`);
    return rule;
  });
}

/** @throws Error when a row names a limit that its dialect has not, which stops the start */
export function validateLimits(dialect: Dialect): void {
  for (const row of dialect.rows) specialRules(dialect, row);
}

/** The special rules of the rows that map to a GraphQL field: whoever asks there uses the same counters. */
export function rulesOfRows(dialects: readonly Dialect[]): RulesOf {
  const rules = new Map<string, { scope: string; rule: LimitRule }[]>();
  for (const dialect of dialects) {
    for (const row of dialect.rows) {
      const root = row.document === undefined ? undefined : rootFieldOf(row.document);
      if (root === undefined) continue;
      const key = `${root.operation} ${root.field}`;
      const present = rules.get(key) ?? [];
      for (const rule of specialRules(dialect, row)) {
        if (!present.some(({ scope, rule: other }) => scope === dialect.name && other.name === rule.name)) {
          present.push({ scope: dialect.name, rule });
        }
      }
      rules.set(key, present);
    }
  }
  return (operation, field) => rules.get(`${operation} ${field}`) ?? [];
}
