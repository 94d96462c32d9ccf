import type { Span } from '../profile/spans.ts';

/** Turns of speech with a word in them that is also the name of a skill. */
const PHRASES = [
  String.raw`react(?:s|ed|ing)?\s+(?:to|quickly|fast|swiftly|appropriately)`,
  String.raw`angular\s+(?:momentum|velocity|acceleration|frequency|resolution|motion|position|displacement|rate)`,
  String.raw`slack\s+(?:time|off|water)|cut\s+\w+\s+slack|take\s+up\s+the\s+slack`,
  String.raw`notions?\s+(?:of|that)|unity\s+of|vision\s+of`,
  String.raw`express\s+(?:your|my|our|their|his|her|delivery|lane|train|shipping|permission|interest)`,
  String.raw`(?:access|gain(?:ed|ing)?\s+access|accessed)\s+(?:to|control)`,
  String.raw`word\s+of\s+mouth|in\s+other\s+words?|excel(?:s|led|ling)?\s+(?:in|at)(?=\s)`,
  String.raw`spring\s+(?:break|semester|term|season|cleaning)|go\s+(?:to|live|above|beyond|ahead|hand\s+in\s+hand|through)(?!\s+market)`,
  String.raw`(?:let['’]?s|let\s+us|to|on\s+the|ready\s+to|good\s+to|up\s+and)\s+go(?!\s+(?:developer|service|code|module)|lang)`,
  String.raw`less\s+(?:than|is\s+more)|rust\s+(?:removal|protection|proofing)|sketch(?:es)?\s+of`,
  String.raw`spark(?:s|ed|ing)?\s+(?:of|joy|interest|curiosity|creativity|change|conversations?)`,
  String.raw`(?:head|sous|pastry|executive|private|line)\s+chef`,
  String.raw`american\s+express|orient\s+express|oracle\s+of|puppet\s+(?:theat(?:er|re)|show)`,
];
const EVERYDAY = new RegExp(String.raw`(?<![\p{L}\p{N}_])(?:${PHRASES.join('|')})(?![\p{L}\p{N}_])`, 'giu');

/** The turns of speech of a text ("react to changes"): what stands in them names no skill. */
export function everydaySpans(text: string): Span[] {
  return [...text.matchAll(EVERYDAY)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
