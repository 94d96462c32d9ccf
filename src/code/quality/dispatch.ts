/** A name, or a member of one, which may be asked for its type. */
const SUBJECT = String.raw`(?:typeof\s+)?[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*`;
/** A literal, or a constant by its name. */
const VALUE = String.raw`(?:"[^"\\]*"|'[^'\\]*'|-?\d[\w.]*|[A-Z][\w$.]*)`;
const COMPARED = new RegExp(`^(${SUBJECT})\\s*(?:={2,3}\\s*${VALUE}|in\\s*[([{][^()[\\]{}]*[)\\]}]?)$`);
const LONGEST_CONDITION = 400;

/**
 * What a condition compares with values and nothing else (`kind` in `kind === 'a' || kind === 'b'`), as its source has
 * it: a row of such conditions on the same chooses one of several ways. Null for any other condition.
 */
export function subjectOf(condition: string): string | null {
  if (condition.length > LONGEST_CONDITION) return null;
  const subjects = condition
    .split(/\|\||\bor\b/)
    .map((part) => COMPARED.exec(part.replace(/^[\s(]+|[\s)]+$/g, ''))?.[1]);
  const [first] = subjects;
  return first !== undefined && subjects.every((one) => one === first) ? first : null;
}
