/**
 * A linter's glob as a pattern of whole paths: a star passes over `/` too. `anywhere` lets it begin at any folder,
 * `below` lets it name a folder for all that is in it. One that cannot be read fits nothing.
 */
export function globPattern(glob: string, anywhere = false, below = false): RegExp {
  const source = glob.replace(/^\.\//, '').replace(/\*+\/|\*+|\?|[.+^$()|\\]|\{|\}|,|\[!?/g, (mark) => {
    if (mark.endsWith('*/')) return '(?:.*/)?';
    if (mark.startsWith('*')) return '.*';
    if (mark === '?') return '.';
    if (mark === '{') return '(?:';
    if (mark === '}') return ')';
    if (mark === ',') return '|';
    if (mark.startsWith('[')) return mark === '[!' ? '[^' : '[';
    return `\\${mark}`;
  });
  try {
    return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${source}${below ? '(?:/.*)?' : ''}$`);
  } catch {
    return /(?!)/;
  }
}
