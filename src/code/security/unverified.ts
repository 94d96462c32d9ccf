import type { Collector } from './collector.ts';
import { conditionsAround, functionAround } from './conditions.ts';

/** Words of a condition that asks whether certificates are to be looked at. */
const UNVERIFIED = /verif|insecure|cert_reqs/i;
/** A function that says what it leaves out. */
const SAYS_UNVERIFIED =
  /insecure|unverified|(?:no|non|skip|without|disable|ignore)_?(?:ssl|tls|cert(?:ificate)?s?)?_?verif/i;
/** `made = insecure() if insecure_allowed else secure()`. */
const CHOOSES = /\bif\b.*(?:verif|insecure|cert_reqs).*\belse\b/i;
const MOST_CALLS = 20;
const NEAR = 200;

/**
 * Whether a place of a Python program that looks at no certificates is reached only where somebody asks for that: by a
 * condition around it, or around the calls of its function.
 */
export function isUnverifiedOnDemand(collector: Collector, start: number): boolean {
  return isChosen(collector.text, start) || isChosenByCallers(collector, start);
}

function isChosen(text: string, start: number): boolean {
  return conditionsAround(text, start).some((one) => UNVERIFIED.test(one));
}

/**
 * All calls of its function that the file has stand below such conditions, and others are not to be expected, or have
 * asked for it by its name.
 */
function isChosenByCallers(collector: Collector, start: number): boolean {
  const { text } = collector;
  const name = functionAround(text, start);
  const calls = name === null ? [] : collector.callsOf(name);
  if (name === null || calls.length > MOST_CALLS) return false;
  const isAsked = calls.every((at) => isChosen(text, at) || CHOOSES.test(lineAround(text, at)));
  return isAsked && (SAYS_UNVERIFIED.test(name) || (calls.length > 0 && collector.isLocal(name)));
}

function lineAround(text: string, start: number): string {
  const [before] = text
    .slice(Math.max(0, start - NEAR), start)
    .split('\n')
    .slice(-1);
  const [after] = text.slice(start, start + NEAR).split('\n');
  return `${before ?? ''}${after ?? ''}`;
}
