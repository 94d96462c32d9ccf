/**
 * Signs that begin or end something inside of a line: reading takes time with the square of how many stand together.
 */
const MARKS = /[*_~[\]!<`\\]+|\d+[.)]/g;
/** A line that begins something of its own: what stands before it is read for itself. */
const OWN_LINE = /^\s*(?:$|[-*+#|>]|\[[^\]]*\]:|\d{1,9}[.)]\s)/;
const CONTAINERS = /^[ \t]*(?:(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*){40}/;
const INDENTED = /^[ \t]{300}[ \t]*(?:[-*+>]|\d{1,9}[.)])/;
const LONGEST_LINE = 10_000;
const MOST_CELLS = 500;
const MOST_WORK = 10_000_000;
const MOST_OPENED = 2_000;

/**
 * Whether a Markdown text is so deeply nested, or has so many marks in one paragraph, that reading it would take longer
 * than it is worth: seconds where others take milliseconds. Takes time in proportion to the text.
 */
export function isTooIntricate(text: string): boolean {
  let together = 0;
  let work = 0;
  let opened = 0;
  for (const line of text.split('\n')) {
    if (line.length > LONGEST_LINE || CONTAINERS.test(line) || INDENTED.test(line)) return true;
    if (OWN_LINE.test(line)) {
      work += together * together;
      together = 0;
    }
    together += line.match(MARKS)?.length ?? 0;
    opened += /^[ \t]*(?:`{3}|~{3})|\{\/\*/.test(line) ? 1 : 0;
    if (line.split('|').length > MOST_CELLS || opened > MOST_OPENED) return true;
    if (work + together * together > MOST_WORK) return true;
  }
  return false;
}
