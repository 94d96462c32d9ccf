import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';

/** What a request carries, by its name. */
const CARRIED =
  /^[^\n]*\n(?:[^\n]*\n){0,2}\s*(?:payload|params|form|query|body|headers)\[[^\]\n]+\]\s*=\s*(\w+)\.(?:hex)?digest\(/;

/** Whether a hash goes into what a request to somebody else's service carries: that one asks for it. */
export function isOfOthers(collector: Collector, { start, end }: CallSite['node']): boolean {
  if (collector.language !== 'python' || !collector.hasImport(/^(?:requests|httpx|aiohttp)\b/)) return false;
  const made = /(\w+)\s*=\s*$/.exec(collector.text.slice(Math.max(0, start - 60), start))?.[1];
  return made !== undefined && CARRIED.exec(collector.text.slice(end, end + 400))?.[1] === made;
}
