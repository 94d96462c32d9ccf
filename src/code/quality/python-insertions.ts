/** A statement in a loop that puts something into the list which the loop goes through. */
interface Insertion {
  /** Text of the loop. */
  readonly loop: string;
  /** Offset of the statement in it. */
  readonly at: number;
  /** The list, as written. */
  readonly list: string;
  /** The place in the list, as written. */
  readonly place: string;
}

/**
 * Whether something is put into a list behind the element of the turn, so that the loop comes to it and skips or
 * repeats none: at `index + 1`, where `index` is what `enumerate` counts, or at a place of this kind that was noted
 * earlier in the turn, in a list of pairs that each turn begins anew.
 */
export function isInsertedAhead({ loop, at, list, place }: Insertion): boolean {
  const own = list.replaceAll('.', '\\.');
  const index = new RegExp(`^for\\s+(\\w+)\\s*,[^\\n]*?\\bin\\s+enumerate\\(\\s*${own}\\s*\\)\\s*:`).exec(loop)?.[1];
  if (index === undefined) return false;
  const before = loop.slice(loop.indexOf(':') + 1, at);
  const ahead = `${index}\\s*\\+\\s*[1-9]\\d*`;
  if (new RegExp(`^${ahead}$`).test(place)) return !isBound(index, loop.slice(loop.indexOf(':') + 1));
  if (!/^\w+$/.test(place)) return false;
  const notes = new RegExp(`\\bfor\\s+${place}\\s*,[^\\n]*\\bin\\s+(\\w+)\\s*:[^\\n]*\\n\\s*$`);
  const [whole = '', noted] = notes.exec(before) ?? [];
  if (noted === undefined) return false;
  const turn = before.slice(0, before.length - whole.length);
  return !isBound(index, turn) && notesOnly(noted, turn, ahead);
}

/** Whether all that a turn puts into a list it has made itself are pairs which begin with a place of that kind. */
function notesOnly(noted: string, turn: string, ahead: string): boolean {
  const lines = turn.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const margin = /^\s*/.exec(lines[0] ?? '')?.[0] ?? '';
  const mention = new RegExp(`(?<![\\w.])${noted}\\b`);
  const emptied = new RegExp(`^\\s*${noted}\\s*=\\s*\\[\\]\\s*$`);
  const pair = new RegExp(`^\\s*${noted}\\.append\\(\\(${ahead}\\s*,`);
  const naming = lines.filter((line) => mention.test(line));
  const [first = ''] = naming;
  if (!emptied.test(first) || /^\s*/.exec(first)?.[0] !== margin) return false;
  return naming.every((line) => emptied.test(line) || pair.test(line));
}

/** Whether a text gives a name another value. */
function isBound(name: string, text: string): boolean {
  return new RegExp(
    `(?<![\\w.])${name}\\s*(?:[-+*/%]|//)?=(?!=)|\\bfor\\b[^\\n:]*(?<![\\w.])${name}\\b[^\\n:]*\\bin\\b|(?<![\\w.])${name}\\s*:=|^\\s*${name}\\s*,[^=\\n]*=(?!=)`,
    'm',
  ).test(text);
}
