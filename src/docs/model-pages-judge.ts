import type { ThreadTask } from '../platform/thread-pool.ts';
import { linksIn, proseOf } from './model-pages-markdown.ts';
import { unknownNames } from './model-pages-names.ts';
import { filled, keepsTheRest, type Slot, slotsOf, textsIn } from './model-pages-slots.ts';

/** A page, and what a model made of it. */
export interface Submission {
  readonly page: string;
  /** Null where only the places for prose are asked for. */
  readonly answer: string | null;
}

/** What may stand of it. */
export interface Verdict {
  readonly slots: readonly Slot[];
  /** New texts by their slots; null without an answer, and where it is refused. */
  readonly texts: { readonly slot: number; readonly text: string }[] | null;
  /** Why it is refused, as the end of a sentence. */
  readonly fault: string | null;
}

/**
 * The task of a thread. Repositories and models choose the texts, and there are some that take a parser hours or all of
 * a stack: whoever runs it sets a limit of time.
 */
export const JUDGE_PAGE: ThreadTask<Submission, Verdict> = { module: new URL(import.meta.url) };

/**
 * Finds the places of a page for prose, and which of an answer's texts may be put there. One fault refuses them all.
 */
export default function judgePage({ page, answer }: Submission): Verdict {
  const slots = slotsOf(page);
  if (answer === null) return { slots, texts: null, fault: null };
  const texts = judged(page, slots, textsIn(answer));
  return typeof texts === 'string' ? { slots, texts: null, fault: texts } : { slots, texts, fault: null };
}

/** The texts that may stand, or what is wrong with them as the end of a sentence. */
function judged(page: string, slots: readonly Slot[], texts: ReadonlyMap<number, string>): Verdict['texts'] | string {
  const links = linksIn(page);
  const put: { slot: number; text: string }[] = [];
  for (const slot of slots) {
    const answer = texts.get(slot.number);
    if (answer === undefined) continue;
    const { text, fault } = proseOf(answer, links);
    if (fault !== null) return fault;
    const unknown = unknownNames(text, page);
    if (unknown.length > 0) return `the page has no ${unknown.slice(0, 3).map(shown).join(', ')}`;
    const kept = linksIn(text);
    if ([...linksIn(slot.text)].some((link) => !kept.has(link))) return 'it drops a link';
    if (text !== slot.text) put.push({ slot: slot.number, text });
  }
  if (put.length === 0) return 'it changes nothing';
  const whole = filled(page, slots, new Map(put.map(({ slot, text }) => [slot, text])));
  return keepsTheRest(page, slots, whole) ? put : 'it changes more than its slots';
}

function shown(name: string): string {
  return `“${name.length > 60 ? `${name.slice(0, 59).toWellFormed()}…` : name}”`;
}
