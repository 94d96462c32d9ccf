/** How languages begin a test, with its name. */
const shapes: readonly { readonly files: RegExp; readonly test: RegExp }[] = [
  { files: /\.py$/, test: /^\s*(?:async\s+)?def\s+(test\w*)\s*\(/ },
  {
    files: /\.[cm]?[jt]sx?$/,
    test: /(?:^|[^\w.$])(?:it|test)(?:\.(?!skip|todo)\w+)*(?:\(.*?\))?\s*\(\s*(['"`])(.+?)\1/,
  },
  { files: /\.go$/, test: /^func\s+((?:Test|Benchmark|Fuzz)\w*)\s*\(/ },
  { files: /\.rb$/, test: /^\s*(?:it|specify|test)\s+(['"])(.+?)\1|^\s*def\s+(test_\w+)/ },
  { files: /\.rs$/, test: /^\s*(?:pub\s+)?(?:async\s+)?fn\s+(\w+)\s*\(\s*\)/ },
  {
    files: /\.(?:java|kt|cs)$/,
    test: /^\s*(?:public\s+|internal\s+)?(?:async\s+)?(?:void|fun|Task)\s+(\w+|`[^`]+`)\s*\(\s*\)/,
  },
  { files: /\.php$/, test: /^\s*public\s+function\s+(test\w*)\s*\(/ },
];

const SKIPPED =
  /\b(?:it|test|describe)\.skip\s*\(|\bx(?:it|describe|test)\s*\(|@pytest\.mark\.skip\b|@(?:unittest\.)?skip\(|^(?: {4}|\t)pytest\.skip\(|^\tt\.Skip(?:f|Now)?\(|@Ignore\b|@Disabled\b|#\[ignore\b|\bmarkTestSkipped\(/;
const FOCUSED = /\b(?:it|test|describe)\.only\s*\(|\bf(?:it|describe)\s*\(\s*['"`]/;

/** The tests of a file by their names, with their lines. By the shape of lines: no language's parser is asked. */
export function testsIn(path: string, lines: readonly string[]): { name: string; line: number }[] {
  const shape = shapes.find(({ files }) => files.test(path))?.test;
  if (shape === undefined) return [];
  return lines.flatMap((text, at) => {
    const found = shape.exec(text);
    const name = found?.slice(1).findLast((part) => part !== undefined && !/^['"`]$/.test(part));
    const isMarked = !/\.(?:rs|java|kt|cs)$/.test(path) || isTestAbove(lines, at);
    return name === undefined || !isMarked ? [] : [{ name, line: at + 1 }];
  });
}

function isTestAbove(lines: readonly string[], at: number): boolean {
  return lines
    .slice(Math.max(0, at - 4), at)
    .some((line) => /#\[(?:\w+::)*test\b|@(?:\w+)?Test\b|\[(?:Fact|Theory|Test)\b/.test(line));
}

/** What a line does to the tests around it: they are not run, or only they are; null for nothing. */
export function silencesTests(line: string): 'skipped' | 'focused' | null {
  if (SKIPPED.test(line)) return 'skipped';
  return FOCUSED.test(line) ? 'focused' : null;
}
