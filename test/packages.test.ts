import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Manifest, readManifests } from '../src/code/manifests.ts';
import { packageOf, readPackages, type SourcePackage } from '../src/code/packages.ts';
import { readSourceTree } from '../src/code/source-tree.ts';

const folders: string[] = [];

afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});

async function read(
  files: Readonly<Record<string, string>>,
): Promise<{ manifests: Manifest[]; packages: SourcePackage[] }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'packages-')));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const tree = await readSourceTree(root);
  const manifests = await readManifests(root, tree);
  return { manifests, packages: await readPackages(root, tree, manifests) };
}

/** `kind path name -> needs` */
function lines(packages: readonly SourcePackage[]): string[] {
  return packages.map(
    (one) => `${one.kind} ${one.path === '' ? '.' : one.path} ${one.name} -> ${one.dependsOn.join(' ')}`,
  );
}

const npm = (name: string, dependencies: object = {}, more: object = {}): string =>
  JSON.stringify({ name, version: '1.0.0', dependencies, ...more });

describe('Packages', () => {
  test('of npm workspaces are those the globs name, and the root only when it holds sources', async () => {
    const { packages } = await read({
      'package.json': npm('root', {}, { private: true, workspaces: ['packages/*', './apps/web'] }),
      'packages/a/package.json': npm(
        '@x/a',
        { '@x/b': '*' },
        { description: 'The first.', devDependencies: { web: '*' } },
      ),
      'packages/a/src/index.ts': 'export const a = 1;',
      'packages/b/package.json': npm('@x/b'),
      'packages/b/index.js': '',
      'packages/b/nested/package.json': npm('nested'),
      'packages/b/nested/index.js': '',
      'apps/web/package.json': npm('web', { '@x/a': '*', react: '*' }, { private: true }),
      'apps/other/package.json': npm('other'),
    });
    expect(lines(packages)).toEqual([
      'npm apps/web web -> @x/a',
      'npm packages/a @x/a -> @x/b',
      'npm packages/b @x/b -> ',
    ]);
    expect(packages[0]?.private).toBe(true);
    expect(packages[1]).toMatchObject({
      description: 'The first.',
      version: '1.0.0',
      manifestPath: 'packages/a/package.json',
    });
    expect(packageOf(packages, 'packages/b/nested/index.js')?.name).toBe('@x/b');
    expect(packageOf(packages, 'packages/bee/x.js')).toBeNull();
  });

  test('of pnpm and Lerna keep to exclusions; a root with sources is a package too', async () => {
    const { packages } = await read({
      'package.json': npm('root'),
      'src/index.ts': 'export {};',
      'pnpm-workspace.yaml': 'packages:\n  - "libs/**"\n  - "!**/old"\n',
      'libs/a/package.json': npm('a'),
      'libs/deep/b/package.json': npm('b', { a: 'workspace:*' }),
      'libs/old/package.json': npm('old'),
    });
    expect(lines(packages)).toEqual(['npm . root -> ', 'npm libs/a a -> ', 'npm libs/deep/b b -> a']);
    expect(packageOf(packages, 'src/index.ts')?.name).toBe('root');
    expect(packageOf(packages, 'libs/a/index.ts')?.name).toBe('a');
  });

  test('of Cargo are members without what is excluded, and path dependencies of the root', async () => {
    const { packages, manifests } = await read({
      'Cargo.toml':
        '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/gone"]\n[package]\nname = "top"\nversion = "0.1.0"\n[dependencies]\nbeside = { path = "beside" }\nserde = "1"\n',
      'src/lib.rs': 'pub fn x() {}',
      'beside/Cargo.toml': '[package]\nname = "beside"\n',
      'crates/my-core/Cargo.toml':
        '[package]\nname = "my-core"\nrust-version = "1.80"\npublish = false\n[dependencies]\nbeside = { workspace = true }\n',
      'crates/my-core/src/lib.rs': '',
      'crates/my-core/src/main.rs': 'fn main() {}',
      'crates/gone/Cargo.toml': '[package]\nname = "gone"\n',
    });
    expect(lines(packages)).toEqual([
      'cargo . top -> beside',
      'cargo beside beside -> ',
      'cargo crates/my-core my-core -> beside',
    ]);
    expect(manifests.find((one) => one.name === 'my-core')).toMatchObject({
      private: true,
      runtime: 'Rust 1.80',
      entryPoints: [
        { kind: 'module', name: 'my_core', target: 'src/lib.rs' },
        { kind: 'command', name: 'my-core', target: 'src/main.rs' },
      ],
    });
  });

  test('of Go are the modules that go.work uses', async () => {
    const { packages, manifests } = await read({
      'go.work': 'go 1.22\nuse (\n\t.\n\t./tools/gen\n)\n',
      'go.mod':
        'module example.com/app\n\ngo 1.22\n\nrequire (\n\texample.com/app/gen v0.1.0\n\tgithub.com/x/y v1.2.3\n\tz.org/w v1.0.0 // indirect\n)\n',
      'cmd/serve/main.go': 'package main\nfunc main() {}\n',
      'tools/gen/go.mod': 'module example.com/app/gen\n',
      'tools/gen/gen.go': 'package gen\n',
      'unused/go.mod': 'module example.com/unused\n',
    });
    expect(lines(packages)).toEqual([
      'go . example.com/app -> example.com/app/gen',
      'go tools/gen example.com/app/gen -> ',
    ]);
    expect(manifests.find((one) => one.path === 'go.mod')).toMatchObject({
      runtime: 'Go 1.22',
      dependencies: [{ name: 'example.com/app/gen' }, { name: 'github.com/x/y', version: 'v1.2.3' }],
      entryPoints: [{ kind: 'command', name: 'serve', target: 'cmd/serve/main.go' }],
    });
  });

  test('of uv workspaces, Maven modules and project files', async () => {
    const uv = await read({
      'pyproject.toml': '[project]\nname = "all"\n[tool.uv.workspace]\nmembers = ["libs/*"]\nexclude = ["libs/x"]\n',
      'libs/One_Two/pyproject.toml': '[project]\nname = "one.two"\n',
      'libs/three/pyproject.toml': '[project]\nname = "three"\ndependencies = ["One_Two>=1"]\n',
      'libs/x/pyproject.toml': '[project]\nname = "x"\n',
    });
    expect(lines(uv.packages)).toEqual(['python libs/One_Two one.two -> ', 'python libs/three three -> one.two']);
    const maven = await read({
      'pom.xml':
        '<project><artifactId>parent</artifactId><modules><module>core</module><module>web</module></modules></project>',
      'core/pom.xml': '<project><parent><version>2.0</version></parent><artifactId>core</artifactId></project>',
      'web/pom.xml':
        '<project><artifactId>web</artifactId><properties><v>3</v></properties><dependencies><dependency><groupId>g</groupId><artifactId>core</artifactId><version>$' +
        '{v}</version></dependency></dependencies></project>',
    });
    expect(lines(maven.packages)).toEqual(['maven core core -> ', 'maven web web -> core']);
    expect(maven.packages[0]?.version).toBe('2.0');
    expect(maven.manifests[2]?.dependencies).toEqual([{ name: 'g:core', version: '3', group: 'runtime' }]);
    const dotnet = await read({
      'src/A/A.csproj':
        '<Project><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup><ProjectReference Include="..\\B\\B.csproj" /></ItemGroup></Project>',
      'src/B/B.csproj': '<Project><PropertyGroup><PackageId>Shop.B</PackageId></PropertyGroup></Project>',
    });
    expect(lines(dotnet.packages)).toEqual(['dotnet src/A A -> Shop.B', 'dotnet src/B Shop.B -> ']);
    const web = await read({
      'src/Site/Site.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
      'src/Tool/Tool.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><IsPackable>True</IsPackable></PropertyGroup></Project>',
    });
    expect(web.manifests.map((one) => [one.name, one.private])).toEqual([
      ['Site', true],
      ['Tool', false],
    ]);
  });

  test('without a workspace are folders with a manifest that are no tests or examples', async () => {
    const { packages } = await read({
      'backend/composer.json': '{"name":"x/backend","require":{"php":">=8.2"},"autoload":{"psr-4":{"X\\\\":"src/"}}}',
      'frontend/package.json': npm('frontend'),
      'gem/one.gemspec': 'Gem::Specification.new do |s|\n  s.name = "one"\n  s.add_dependency "rack", "~> 3"\nend\n',
      'examples/demo/package.json': npm('demo'),
      'frontend/test/fixture/package.json': npm('fixture'),
    });
    expect(lines(packages)).toEqual(['composer backend x/backend -> ', 'npm frontend frontend -> ', 'gem gem one -> ']);
  });

  test('a manifest that cannot be read is a problem of its own and no package', async () => {
    const { packages, manifests } = await read({ 'Cargo.toml': '[package', 'pom.xml': '<a/>', 'composer.json': '{' });
    expect(packages).toEqual([]);
    expect(manifests.map((one) => one.problem === null)).toEqual([false, false, false]);
  });
});
