/** One stretch of a difference; lines count from 1. With a count of 0 the stretch stands behind the line. */
export interface Hunk {
  readonly from: number;
  readonly fromCount: number;
  readonly to: number;
  readonly toCount: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What became of one file. Paths are null where there is none. */
export interface FileDiff {
  readonly before: string | null;
  readonly after: string | null;
  readonly isBinary: boolean;
  readonly hunks: readonly Hunk[];
}

/**
 * Takes a unified diff apart as git writes it without prefixes and, for hunks that are exact, without context. A name
 * that git quotes is unquoted.
 */
export function readDiff(text: string): FileDiff[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map(readFileDiff);
}

function readFileDiff(part: string): FileDiff {
  const lines = part.split('\n');
  const head = lines.slice(
    0,
    Math.max(
      0,
      lines.findIndex((line) => line.startsWith('@@ ')),
    ) || lines.length,
  );
  const named = (mark: string): string | null => {
    const line = head.find((one) => one.startsWith(mark));
    return line === undefined ? null : nameIn(line.slice(mark.length));
  };
  const [from, to] = [named('--- '), named('+++ ')];
  const isNew = head.some((line) => line.startsWith('new file mode'));
  const isGone = head.some((line) => line.startsWith('deleted file mode'));
  const both = headerNames(lines[0] ?? '');
  return {
    before: isNew ? null : (named('rename from ') ?? from ?? both),
    after: isGone ? null : (named('rename to ') ?? to ?? both),
    isBinary: head.some((line) => line.startsWith('Binary files ') || line.startsWith('GIT binary patch')),
    hunks: hunksIn(lines),
  };
}

/** The name in a header that has the same one twice, as a file has whose mode alone is changed or that is empty. */
function headerNames(line: string): string | null {
  const rest = line.slice('diff --git '.length);
  const quoted = /^("(?:[^"\\]|\\.)*") \1$/.exec(rest)?.[1];
  if (quoted !== undefined) return unquoted(quoted);
  const half = rest.slice(0, (rest.length - 1) / 2);
  return rest === `${half} ${half}` ? half : null;
}

function nameIn(text: string): string | null {
  // A name with a blank in it is ended by a tab.
  const name = unquoted(text.replace(/\t$/, ''));
  return name === '/dev/null' ? null : name;
}

const C_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  for (const [part, octal, escaped] of name.slice(1, -1).matchAll(/\\(\d{3})|\\(.)|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (escaped !== undefined) bytes.push(...Buffer.from(C_ESCAPES[escaped] ?? escaped));
    else bytes.push(...Buffer.from(part));
  }
  return Buffer.from(bytes).toString('utf8');
}

function hunksIn(lines: readonly string[]): Hunk[] {
  const hunks: (Hunk & { removed: string[]; added: string[] })[] = [];
  for (const line of lines) {
    const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    const last = hunks.at(-1);
    if (found !== null) {
      const [, from, fromCount = '1', to, toCount = '1'] = found;
      hunks.push({
        from: Number(from),
        fromCount: Number(fromCount),
        to: Number(to),
        toCount: Number(toCount),
        removed: [],
        added: [],
      });
    } else if (last !== undefined && line.startsWith('-')) last.removed.push(line.slice(1));
    else if (last !== undefined && line.startsWith('+')) last.added.push(line.slice(1));
  }
  return hunks;
}
