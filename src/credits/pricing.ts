import type { TaskType } from '../generated/prisma/enums.ts';

/** Credits a new account begins with. */
export const welcomeCredits = 100;

/** Least credits held for a task: questions are cheap. */
const least = { ASK: 10, other: 25 } as const;
const charactersPerCredit = 100;
const tokensPerCredit = 1000;

/**
 * Credits held for a task before it starts: one for every 100 characters of the prompt, at least 10 or 25 by its type.
 */
export function estimateCredits({ type, prompt }: { readonly type: TaskType; readonly prompt: string }): number {
  // By code points, as other languages count, so that a script that estimates for itself comes to the same.
  const characters = [...prompt].length;
  return Math.max(Math.ceil(characters / charactersPerCredit), type === 'ASK' ? least.ASK : least.other);
}

/** What used tokens cost: one credit for every 1000 begun. */
export function creditsOfTokens(tokens: number): number {
  return Math.ceil(tokens / tokensPerCredit);
}
