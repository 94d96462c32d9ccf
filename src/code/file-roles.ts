/** What a file is for, judged by its path alone. */
export type FileRole = 'source' | 'test' | 'example' | 'tooling';

const TEST_FOLDERS: ReadonlySet<string> = new Set(
  '__tests__ __mocks__ __fixtures__ test tests testing-fixtures spec specs e2e fixtures cypress test-d runtime-tests'.split(
    ' ',
  ),
);
const EXAMPLE_FOLDERS: ReadonlySet<string> = new Set(
  'example examples demo demos sample samples benchmark benchmarks bench doc docs website playground docs_src'.split(
    ' ',
  ),
);

const TOOLING_FOLDERS: ReadonlySet<string> = new Set('ci release scripts tools tooling perf-measures'.split(' '));

/** Role of a file. Tests, examples and tooling are not part of what a project offers to others. */
export function roleOf(path: string): FileRole {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  if (segments.some((segment) => TEST_FOLDERS.has(segment.toLowerCase()))) return 'test';
  if (/[._-](?:test|tests|spec|test-d|stories)\.[mc]?[jt]sx?$/.test(name)) return 'test';
  if (/^(?:test_.*|.*_test|conftest|tests)\.pyi?$/.test(name)) return 'test';
  if (EXAMPLE_FOLDERS.has(segments[0]?.toLowerCase() ?? '')) return 'example';
  // What stands in a hidden folder or among the scripts serves those who work on the project.
  if (segments[0]?.startsWith('.') === true || TOOLING_FOLDERS.has(segments[0]?.toLowerCase() ?? '')) return 'tooling';
  if (segments.some((segment) => /^(?:examples?|benchmarks?|demos?)$/i.test(segment))) return 'example';
  if (
    /(?:^\.|\.)(?:config|conf|rc)\.[mc]?[jt]s$|^\.\w+rc\.[mc]?js$|^(?:gulpfile|gruntfile|setup|noxfile|fabfile|tasks)\.(?:py|[mc]?js|ts)$/i.test(
      name,
    )
  ) {
    return 'tooling';
  }
  return 'source';
}
