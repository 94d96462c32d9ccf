/** `1 hour`, `2 hours`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** Up to ten in words, as numbers in running text are. */
export function inWords(count: number): string {
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
  return words[count] ?? String(count);
}

/** `A`, `A and B`, `A, B and C`; past `most` the rest is counted: `A, B and 4 more`. */
export function listed(names: readonly string[], most = 4, last: 'and' | 'or' = 'and'): string {
  if (names.length > most + 1) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

/** A sentence's first letter as a capital; the names of skills that begin in lower case stay as they are. */
export function sentence(text: string): string {
  return /^[a-z]+(?:[\s,:]|$)/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
}

/** Hours as precisely as an estimate can be: whole below twenty, else to the next five. */
export function roundHours(hours: number): number {
  return hours < 20 ? Math.max(1, Math.round(hours)) : Math.round(hours / 5) * 5;
}
