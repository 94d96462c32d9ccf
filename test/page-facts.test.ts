import { describe, expect, test } from 'vitest';
import { roleOf } from '../src/code/file-roles.ts';
import { importResolver } from '../src/code/imports.ts';
import { readMakefile } from '../src/code/manifest-lines.ts';
import type { Manifest } from '../src/code/manifests.ts';
import { parseSource } from '../src/code/symbols.ts';

async function settings(path: string, text: string): Promise<string[]> {
  const found = (await parseSource(path, text)).settings;
  return found.map(
    (one) => `${one.line} ${one.name}${one.default === null ? '' : ` = ${one.default}`}${one.required ? ' !' : ''}`,
  );
}

function manifest(path: string, kind: Manifest['kind'], dependencies: readonly string[] = []): Manifest {
  return {
    path,
    kind,
    name: null,
    version: null,
    description: null,
    license: null,
    packageManager: null,
    runtime: null,
    private: false,
    esModules: false,
    workspaces: [],
    scripts: [],
    dependencies: dependencies.map((name) => ({ name, version: '', group: 'runtime' })),
    entryPoints: [],
    problem: null,
  };
}

describe('Environment variables', () => {
  test('are found in every language by the calls that read them, with defaults and need', async () => {
    expect(
      await settings('a.go', 'package a\n// os.Getenv("NOT")\nvar x, _ = os.LookupEnv("A")\nvar y = os.Getenv("B")\n'),
    ).toEqual(['3 A', '4 B']);
    expect(
      await settings(
        'a.rs',
        'fn f() {\n  let a = env::var("A").unwrap_or_else(|_| "x".to_string());\n  let b = std::env::var("B").unwrap();\n  let c = env::var_os("C");\n  let d = r#"env::var("D")"#;\n}\n',
      ),
    ).toEqual(['2 A = "x"', '3 B !', '4 C']);
    expect(
      await settings(
        'a.rb',
        "a = ENV['A'] || ENV['B'] || :dev\nc = ENV.fetch('C', 'x')\nd = ENV.fetch('D')\ne = ENV.fetch('E') { 3 }\nENV['F'] = '1'\ng = \"#{ENV['G']}\"\nh = \"ENV['H']\"\n",
      ),
    ).toEqual(['1 A', '1 B = :dev', "2 C = 'x'", '3 D !', '4 E = 3', '6 G']);
    expect(
      await settings(
        'A.cs',
        'class A {\n  string a = Environment.GetEnvironmentVariable("A") ?? "x";\n  string b = Environment.GetEnvironmentVariable("B") ?? throw new Exception();\n}\n',
      ),
    ).toEqual(['2 A = "x"', '3 B !']);
    expect(
      await settings(
        'a.php',
        "<?php\n$a = getenv('A') ?: 'x';\n$b = $_ENV['B'] ?? 2;\n$c = env('C', 'y');\n$d = $o->env('D');\n",
      ),
    ).toEqual(["2 A = 'x'", '3 B = 2', "4 C = 'y'"]);
    expect(
      await settings(
        'A.java',
        'class A {\n  String a = System.getenv("A");\n  String b = System.getenv().getOrDefault("B", "x");\n}\n',
      ),
    ).toEqual(['2 A', '3 B = "x"']);
    expect(await settings('a.c', 'int main(void) {\n  char *a = getenv("A");\n  /* getenv("B") */\n}\n')).toEqual([
      '2 A',
    ]);
  });

  test('of a script have no default that is nothing, or another variable', async () => {
    expect(
      await settings('a.ts', 'const a = process.env.A ?? null;\nconst b = process.env.B ?? process.env.C ?? "x";\n'),
    ).toEqual(['1 A', '2 B', '2 C = "x"']);
  });
});

describe('Facts of the tree', () => {
  test('a using directive leads to a folder of its own project, else of one that it references', () => {
    const paths = ['src/Shop/Retry/A.cs', 'src/Shop.Core/Retry/B.cs', 'src/Shop.Core/Text/C.cs', 'src/Shop.Web/D.cs'];
    const resolver = importResolver(paths, [
      manifest('src/Shop/Shop.csproj', 'csproj'),
      manifest('src/Shop.Core/Shop.Core.csproj', 'csproj'),
      manifest('src/Shop.Web/Shop.Web.csproj', 'csproj', ['Shop.Core']),
    ]);
    const lead = (from: string, specifier: string): unknown =>
      resolver.resolve(from, { specifier, names: [], line: 1, typeOnly: false, lazy: true })[0];
    expect(lead('src/Shop.Core/Text/C.cs', 'Shop.Retry')).toEqual({ kind: 'file', path: 'src/Shop.Core/Retry/B.cs' });
    expect(lead('src/Shop.Web/D.cs', 'Shop.Retry')).toEqual({ kind: 'file', path: 'src/Shop.Core/Retry/B.cs' });
    expect(lead('src/Shop.Core/Retry/B.cs', 'System.Text')).toEqual({ kind: 'unknown' });
    expect(lead('src/Shop/Retry/A.cs', 'Shop.Core.Text')).toEqual({ kind: 'unknown' });
  });

  test('a recipe of a Makefile is told whole', () => {
    const read = readMakefile(
      manifest('Makefile', 'Makefile'),
      'A := 1\n\ntest: build\n\t@go vet ./...\n\n\tgo test \\\n\t  ./...\n\nbuild:\n\t-rm x\nempty:\n',
    );
    expect(read.scripts).toEqual([
      { name: 'test', command: 'go vet ./...\ngo test ./...' },
      { name: 'build', command: 'rm x' },
      { name: 'empty', command: '' },
    ]);
  });

  test('helpers of tests, benches, fuzzers and build scripts are no part of what is offered', () => {
    const roles = (...list: readonly string[]): string[] => list.map(roleOf);
    expect(roles('packages/a/src/test-utils.ts', 'test-jpms/A.java')).toEqual(['test', 'test']);
    expect(roles('crates/a/benches/b.rs', 'src/Snippets/A.cs', 'www/a.ts')).toEqual(['example', 'example', 'example']);
    expect(roles('a/src/intTest/A.java', 'smoke-test/a/A.java', 'x-integration-tests/a.py')).toEqual([
      'test',
      'test',
      'test',
    ]);
    expect(roles('app/tests_e2e/a.py', 'app/e2e-tests/a.ts', 'app/test-unit/a.py')).toEqual(['test', 'test', 'test']);
    expect(roles('app/tests_found/a.py', 'app/latest_e2e/a.py')).toEqual(['source', 'source']);
    expect(roles('src/latest/a.ts', 'contest/a.py')).toEqual(['source', 'source']);
    expect(roles('build.rs', 'fuzz/a.rs', 'cake.cs')).toEqual(['tooling', 'tooling', 'tooling']);
    expect(roles('integration/helpers/a.ts', 'semgrep-rules/a.py', 't/unit/a.py')).toEqual(['test', 'test', 'test']);
    expect(roles('src/integration/a.ts', 'cli/src/semgrep/a.py')).toEqual(['source', 'source']);
    expect(roles('packages/prisma/seed/a.ts', 'db/seeds.ts', 'prisma/seed-users.ts')).toEqual([
      'tooling',
      'tooling',
      'tooling',
    ]);
    expect(roles('src/seed/a.ts', 'src/db/seedless.py')).toEqual(['source', 'source']);
    expect(roles('src/testing.py', 'src/test.ts', 'src/build.ts')).toEqual(['source', 'source', 'source']);
  });

  test('an ambient module without a body parses', async () => {
    const { problems, symbols } = await parseSource('a.d.ts', "declare module 'x';\ndeclare const a: number;\n");
    expect(problems).toEqual([]);
    expect(symbols.map((one) => one.name)).toContain('a');
  });

  test('examples of Rust are Rust, without the lines that only rustdoc runs', async () => {
    const { symbols } = await parseSource(
      'a.rs',
      '/// Adds.\n///\n/// ```no_run\n/// # use a::add;\n/// add(1);\n/// ```\n///\n/// ```text\n/// # kept\n/// ```\npub fn add(a: u8) {}\n',
    );
    expect(symbols[0]?.doc?.description).toBe('Adds.\n\n```rust\nadd(1);\n```\n\n```text\n# kept\n```');
  });
});
