/** What a file is for, judged by its path alone. */
export type FileRole = 'source' | 'test' | 'example' | 'tooling';

const TEST_FOLDERS: ReadonlySet<string> = new Set(
  '__tests__ _tests __mocks__ __fixtures__ __testfixtures__ test tests unittests testing-fixtures test-files test_files testfiles test-data test_data testdata spec specs e2e fixtures cypress test-d runtime-tests testsuite testsuites'.split(
    ' ',
  ),
);
/**
 * `intTest` and `androidTest` of Gradle, projects of .NET, `Moq.Tests`, and `smoke-test`, `integration_tests`,
 * `my-app-integration-tests`, `tests_e2e`.
 */
const TEST_SOURCES =
  /^(?:[a-z]+Tests?|testFixtures|[\w.]*\.(?:\w*Tests?|Specs?)(?:\.[\w.]+)?|(?:.*[-_])?(?:smoke|integration|functional|acceptance|system|unit|e2e)[-_]tests?|tests?[-_](?:smoke|integration|functional|acceptance|unit|e2e))$/;
const EXAMPLE_FOLDERS: ReadonlySet<string> = new Set(
  'example examples demo demos sample samples benchmark benchmarks bench benches doc docs documentation website site www playground docs_src docs-src'.split(
    ' ',
  ),
);

/** Examples of wrong code that rules are tried on. */
const RULE_CASES = /(?:^|\/)(?:\.semgrep|semgrep[-_]rules)\//;
/** What fills a database for those who develop or try the application. */
const SEEDS =
  /(?:^|\/)(?:prisma|db|database|drizzle|knex|sequelize|typeorm|supabase)\/(?:[\w-]+\/)?seed(?:s|ers?)?(?:\/|[\w.-]*\.[mc]?[jt]s$)/;

const TOOLING_FOLDERS: ReadonlySet<string> = new Set(
  'ci release scripts tools tooling perf-measures fuzz buildsrc'.split(' '),
);

/** Role of a file. Tests, examples and tooling are not part of what a project offers to others. */
export function roleOf(path: string): FileRole {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  if (segments.some((segment) => TEST_FOLDERS.has(segment.toLowerCase()))) return 'test';
  if (name.endsWith('.cs') && segments.some((segment) => /[a-z]Tests?$/.test(segment))) return 'test';
  if (/^(?:integration|t)$/.test(segments[0] ?? '') || RULE_CASES.test(path)) return 'test';
  // Projects that Maven's invoker builds.
  if (/(?:^|\/)src\/it\//.test(path)) return 'test';
  if (/^tests?[-_]/i.test(segments[0] ?? '') || segments.some((segment) => TEST_SOURCES.test(segment))) return 'test';
  if (/[._-](?:test|tests|spec|test-d|stories)\.[mc]?[jt]sx?$/.test(name)) return 'test';
  if (/^test[-_]?(?:utils?|helpers?|setup|support)\.[mc]?[jt]sx?$/i.test(name)) return 'test';
  if (/^(?:test_.*|.*_test|conftest|tests)\.pyi?$/.test(name)) return 'test';
  if (/_test\.go$|(?:Test|Tests|IT)\.java$|Tests?\.cs$|Test\.php$|_(?:spec|test)\.rb$|(?:^|_)tests?\.rs$/.test(name))
    return 'test';
  // A folder of Go sources is a package, whatever its name.
  if (/^docs?\/.*\.go$/.test(path)) return 'source';
  if (EXAMPLE_FOLDERS.has(segments[0]?.toLowerCase() ?? '')) return 'example';
  // What stands in a hidden folder or among the scripts serves those who work on the project.
  if (segments.some((segment) => segment.startsWith('.')) || TOOLING_FOLDERS.has(segments[0]?.toLowerCase() ?? ''))
    return 'tooling';
  if (SEEDS.test(path)) return 'tooling';
  if (
    segments.some((segment) =>
      /^(?:[\w.]+\.)?(?:examples?|samples?|benchmarks?|benches|demos?|snippets)$/i.test(segment),
    )
  )
    return 'example';
  if (
    /^(?:build\.rs|(?:build|cake)\.cs)$/.test(name) ||
    /(?:^\.|\.)(?:config|conf|rc)\.[mc]?[jt]s$|^\.\w+rc\.[mc]?js$|^(?:gulpfile|gruntfile|setup|noxfile|fabfile|tasks)\.(?:py|[mc]?js|ts)$/i.test(
      name,
    )
  ) {
    return 'tooling';
  }
  return 'source';
}
