/** Words that say how something is asked and not what. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a about above actually always add after again all also am an and any are as asked at be because been before being below between both ' +
    'but by can code codebase come comes could did do does doing done down each exactly explain few file files find for ' +
    'from further get gets give had happen happens has have having here how i if in into is it its itself just let like ' +
    'locate made main make makes me more many most much my of off often on once only or other our out over own part place please project ' +
    'repo repository same see should show so some source such tell than that the their them then there these they thing ' +
    'things this those through to too under until up us use used uses using very was way we were what when where which ' +
    'while who whom why will with work works would you your'
  ).split(' '),
);

/** The words of a text in order: identifiers are split where their parts meet (`parseURLPath`, `max_retries`). */
export function wordsIn(text: string): string[] {
  const words: string[] = [];
  for (const [token] of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const parts = token.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{L}+/gu) ?? [];
    if (parts.length > 1 && parts.length < 8) words.push(token.toLowerCase());
    for (const part of parts) words.push(part.toLowerCase());
  }
  return words;
}

/** A word without the ending that its use in a sentence gives it; null for a word that tells nothing. Of English. */
export function termOf(word: string): string | null {
  if (word.length < 2 || word.length > 60 || STOP_WORDS.has(word) || /^\d+$/.test(word)) return null;
  return stemOf(word);
}

function stemOf(word: string): string {
  if (word.length < 5 || !/^[a-z]+$/.test(word)) return word.replace(/(?<=[a-z]{3})(?<!s)s$/, '');
  const cut = word
    .replace(/(?:ies|ied)$/, 'y')
    .replace(/(?:sses)$/, 'ss')
    .replace(/(?<![su])s$/, '')
    .replace(/(?<=[a-z]{3})(?:ations?|ators?|ating|ated)$/, 'ate')
    .replace(/(?<=[a-z]{3})(?:ings?|ed|ers?|ors?)$/, '');
  // `running` and `stopped` double what they end in.
  return cut.replace(/([bdgmnprt])\1$/, '$1').replace(/(?<=[a-z]{3})e$/, '');
}

/** The terms of a text, each once, in order. */
export function termsOf(text: string): string[] {
  return [...new Set(wordsIn(text).flatMap((word) => termOf(word) ?? []))];
}
