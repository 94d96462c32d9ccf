/**
 * Markdown with its links by reference put in place: their definitions stand at the end of a comment, and would speak
 * for the whole page. A link leads on only where it names an address: a path is the author's, and not this page's.
 */
export function withoutReferences(text: string): string {
  const targets = new Map<string, string>();
  const rest = text.replace(/^[ \t]*\[([^\]\n]+)\]:[ \t]+(\S+)[ \t]*$\n?/gm, (_line, name: string, target: string) => {
    targets.set(name.toLowerCase(), target);
    return '';
  });
  if (targets.size === 0) return text;
  return rest.replace(/\[([^\][\n]+)\](?:\[([^\]\n]*)\])?(?!\()/g, (whole, shown: string, name: string | undefined) => {
    const target = targets.get((name === undefined || name === '' ? shown : name).toLowerCase());
    if (target === undefined) return whole;
    return /^https?:\/\//.test(target) ? `[${shown}](${target})` : shown;
  });
}
