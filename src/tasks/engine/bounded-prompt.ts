/** Characters of one word, and blanks in a row, that are read; the patterns for frames of traces take as much. */
const [longestWord, mostBlanks] = [400, 40];
const LONG_WORD = new RegExp(String.raw`\S{${longestWord + 1},}`, 'g');
const MANY_BLANKS = new RegExp(String.raw`\s{${mostBlanks + 1},}`, 'g');

/**
 * A prompt without words and gaps of a length no prompt needs: patterns that try each place of one again would take
 * time by its square.
 */
export function boundedPrompt(prompt: string): string {
  return prompt
    .replace(LONG_WORD, (word) => word.slice(0, longestWord))
    .replace(MANY_BLANKS, (gap) => (gap.includes('\n') ? '\n\n' : ' '));
}
