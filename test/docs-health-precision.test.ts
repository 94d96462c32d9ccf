import { afterAll, describe, expect, it } from 'vitest';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { findingsIn } from './docs-findings.ts';

const pool = createThreadPool({ threads: 1 });
afterAll(() => pool.close());

type Files = Readonly<Record<string, string>>;

/** Messages of one rule in a repository of the given files. */
async function told(rule: string, files: Files): Promise<string[]> {
  return (await findingsIn(files, pool)).filter((one) => one.rule === `docs/${rule}`).map(({ message }) => message);
}

/** Names without documentation. */
async function untold(files: Files): Promise<string[]> {
  return (await told('undocumented-symbol', files)).map((one) => /`([^`]+)`/.exec(one)?.[1] ?? '').sort();
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

describe('in Markdown', () => {
  it('a link that climbs above the branch leads to a page of the host, unless it names a file', async () => {
    const text = '[a](../../contributors) [b](../../../other) [c](../../docs/none.md) [d](../none)\n';
    const found = await told('broken-link', { 'README.md': text });
    expect(found.map((one) => /`([^`]+)`/.exec(one)?.[1])).toEqual(['../../docs/none.md', '../none']);
  });

  it('a template that pages are begun from is no page', async () => {
    const code = { 'pyproject.toml': '[project]\nname = "lamp"\n', 'lamp/__init__.py': '"""Lamps."""\nbeam = 1\n' };
    const text = '# X\n\n```python\nfrom lamp import ExtensionName\n```\n';
    expect(await told('unknown-name', { ...code, 'docs/_template.md': text })).toEqual([]);
    expect(await told('unknown-name', { ...code, 'docs/page.md': text })).toHaveLength(1);
  });

  it('a command may have a name that the reader puts another for', async () => {
    const crate = {
      'Cargo.toml': '[package]\nname = "lamp"\nversion = "1.0.0"\n',
      'src/bin/beam.rs': 'fn main() {}\n',
    };
    const run = (name: string): Files => ({
      ...crate,
      'README.md': `# X\n\n\`\`\`sh\ncargo run --bin ${name}\n\`\`\`\n`,
    });
    expect(await told('unknown-command', run('example-name'))).toEqual([]);
    expect(await told('unknown-command', run('baem'))).toHaveLength(1);
  });

  it('a label of Sphinx is found in any of its documents', async () => {
    const page = '# One\n\n[a](#far-label) [b](#nowhere)\n';
    const files = { 'doc/one.md': page, 'doc/two.md': '(far-label)=\n\n# Two\n' };
    expect(await told('broken-anchor', { ...files, 'doc/conf.py': '' })).toHaveLength(1);
    expect(await told('broken-anchor', files)).toHaveLength(2);
    expect(await told('broken-anchor', { ...files, 'doc/conf.py': '', 'doc/three.rst': 'Three\n' })).toEqual([]);
  });
});

describe('comments of functions', () => {
  it('may tell of a pointer to anything as what comes back', async () => {
    const method = (declared: string): string =>
      `  /**\n   * Gives it.\n   * @return What it holds.\n   */\n  ${declared}\n`;
    const header = (declared: string): string => `/** A box. */\nclass Box {\npublic:\n${method(declared)}};\n`;
    expect(await told('returns', { 'box.hpp': header('[[nodiscard]] const void *data() const noexcept;') })).toEqual(
      [],
    );
    expect(await told('returns', { 'box.hpp': header('void data() const;') })).toHaveLength(1);
  });

  it('may tell of an error that a decorator raises', async () => {
    const code = (decorator: string): string =>
      lines(
        'class LampError(Exception):',
        '    """Broken."""',
        '',
        '',
        'def _only(kind):',
        '    def wrap(function):',
        '        def run(lamp):',
        '            if lamp.kind != kind:',
        '                raise LampError(kind)',
        '            return function(lamp)',
        '        return run',
        '    return wrap',
        '',
        '',
        decorator,
        'def light(lamp):',
        '    """Light it.',
        '',
        '    Args:',
        '        lamp: What to light.',
        '',
        '    Returns:',
        '        How bright it is.',
        '',
        '    Raises:',
        '        LampError: For another kind.',
        '    """',
        '    return lamp.measure(1)',
      );
    expect(await told('raises', { 'lamp.py': code("@_only('wick')") })).toEqual([]);
    expect(await told('raises', { 'lamp.py': code('@staticmethod') })).toHaveLength(1);
  });

  it('may tell of a block that a method of Ruby yields to', async () => {
    const method = (body: string): string =>
      lines(
        '# Lamps.',
        'class Lamp',
        '  # Lights.',
        '  # @param kind [Symbol] Which.',
        '  # @param block [Proc] What to do.',
        '  def light(kind)',
        `    ${body}`,
        '  end',
        'end',
      );
    expect(await told('parameter-invented', { 'lib/lamp.rb': method('block_given? ? yield : kind') })).toEqual([]);
    expect(await told('parameter-invented', { 'lib/lamp.rb': method('kind # no yield') })).toHaveLength(1);
  });

  it('are not asked of what tests are fed with', async () => {
    const code =
      '/**\n * Lights.\n * @param one - It.\n * @param none - Nothing.\n */\nexport function light(one) { return one; }\n';
    expect(await told('parameter-invented', { 'packages/cli/test-files/a.js': code })).toEqual([]);
    expect(await told('parameter-invented', { 'packages/cli/src/a.js': code })).toHaveLength(1);
  });
});

describe('documented is', () => {
  it('a member of C# with a remark for a tool behind its comment, and one that inherits in other letters', async () => {
    const text = (between: string): string =>
      lines(
        '/// <summary>A lamp.</summary>',
        'public class Lamp',
        '{',
        '    /// <summary>Its number.</summary>',
        `    ${between}`,
        '    [Obsolete]',
        '    public int ID { get; set; }',
        '',
        '    /// <inheritDoc/>',
        '    public void Light() { }',
        '}',
      );
    expect(await untold({ 'src/Lamp.cs': text('// ReSharper disable once InconsistentNaming') })).toEqual([]);
    expect(await untold({ 'src/Lamp.cs': text('public int Other { get; set; }') })).toEqual(['Lamp.ID']);
  });

  it('a class of Ruby that is opened again, once for all places', async () => {
    const part = (comment: string): string => `module Lights\n${comment}  class Lamp\n  end\nend\n`;
    expect(await untold({ 'lib/a.rb': part(''), 'lib/b.rb': part('  # What lights.\n') })).toEqual([]);
    expect(await untold({ 'lib/a.rb': part(''), 'lib/b.rb': part('') })).toEqual(['Lights::Lamp']);
  });

  it('a field of Ruby that the comment of its class tells of, and a class in a branch', async () => {
    const text = lines(
      '# A lamp.',
      '#',
      '# @!attribute [r] watts',
      '#   How much it takes.',
      '#',
      'Lamp = Data.define(:watts, :volts)',
      '',
      'unless defined?(LampError)',
      '  # A lamp is broken.',
      '  class LampError < StandardError',
      '  end',
      'end',
    );
    expect(await untold({ 'lib/lamp.rb': text })).toEqual(['Lamp.volts']);
  });

  it('a function of Python whose documentation is made when it is loaded', async () => {
    const code = (last: string, decorator = ''): string =>
      lines('def light(lamp):', '    return lamp', '', last, '', decorator, 'def dim(lamp):', '    return lamp');
    expect(await untold({ 'lamp.py': code('light.__doc__ = TEXT.format(1)', '@copy_doc(light)') })).toEqual([]);
    expect(await untold({ 'lamp.py': code('light.__name__ = TEXT', '@copy(light)') })).toEqual(['dim', 'light']);
  });
});

describe('documented with its owner is', () => {
  it('a property of Python that the attributes of its class name', async () => {
    const code = (name: string): string =>
      lines(
        'class Lamp:',
        '    """A lamp.',
        '',
        '    Attributes:',
        `        ${name} (int): How much it takes.`,
        '    """',
        '',
        '    @property',
        '    def watts(self):',
        '        return 1',
      );
    expect(await untold({ 'lamp.py': code('watts') })).toEqual([]);
    expect(await untold({ 'lamp.py': code('volts') })).toEqual(['Lamp.watts']);
  });
});

describe('to be documented is', () => {
  const bare = (name: string): string => `export const ${name} = 1;\n`;

  it('what the exports of a package give, and nothing else of it', async () => {
    const manifest = (exported: unknown): string =>
      JSON.stringify({ name: 'lamp', version: '1.0.0', exports: exported });
    const files = {
      'src/index.ts': "export { beam } from './beam.ts';\n",
      'src/beam.ts': bare('beam') + bare('wick'),
      'src/data/one.ts': bare('one'),
      'src/light/two.ts': bare('two'),
    };
    const found = (exported: unknown): Promise<string[]> => untold({ ...files, 'package.json': manifest(exported) });
    expect(await found({ '.': './dist/lamp-bundle.mjs', './package.json': './package.json' })).toEqual(['beam']);
    expect(await found({ '.': './dist/index.js', './light/*': './dist/light/*.js' })).toEqual(['beam', 'two']);
    const all = ['beam', 'one', 'two', 'wick'];
    // Where a subpath cannot be found, nobody knows what it gives.
    expect(await found({ '.': './dist/index.js', './lost/*': './dist/lost/*.js' })).toEqual(all);
    expect(await found({ '.': './dist/index.js', './lost': './dist/lost.js' })).toEqual(all);
    expect(await untold({ ...files, 'package.json': JSON.stringify({ name: 'lamp', main: 'dist/index.js' }) })).toEqual(
      all,
    );
  });

  it('what is published, where something is', async () => {
    const member = (isPrivate: boolean, name: string): Files => ({
      [`packages/${name}/package.json`]: JSON.stringify({ name, private: isPrivate }),
      [`packages/${name}/src/a.ts`]: bare(name),
    });
    expect(await untold({ ...member(true, 'site'), ...member(false, 'lamp') })).toEqual(['lamp']);
    expect(await untold({ ...member(true, 'site'), ...member(true, 'lamp') })).toEqual(['lamp', 'site']);
    const crate = (name: string, publish: boolean): Files => ({
      [`${name}/Cargo.toml`]: `[package]\nname = "${name}"\nversion = "1.0.0"\npublish = ${publish}\n`,
      [`${name}/src/lib.rs`]: `pub fn ${name}() {}\n`,
    });
    expect(await untold({ ...crate('lamp', true), ...crate('cases', false) })).toEqual(['lamp']);
  });

  it('an application in the root, whose published clients are only a part of it', async () => {
    const client = {
      'package.json': JSON.stringify({ name: 'house', private: true }),
      'clients/lamp/package.json': JSON.stringify({ name: 'lamp', version: '1.0.0' }),
      'clients/lamp/src/a.ts': bare('lamp'),
    };
    expect(await untold({ ...client, 'src/a.ts': bare('door'), 'src/b.ts': bare('roof') })).toEqual([
      'door',
      'lamp',
      'roof',
    ]);
    // Tools beside what is published are no application.
    expect(await untold({ ...client, 'tooling/a.ts': bare('door') })).toEqual(['lamp']);
  });

  it('nothing in a folder for internals, in a project of tests, or under a tag that makes a module private', async () => {
    const type = (name: string): string => `package lights;\n\npublic class ${name} {\n}\n`;
    const java = {
      'src/main/java/lights/Lamp.java': type('Lamp'),
      'src/main/java/lights/internal/Wick.java': type('Wick'),
    };
    expect(await untold(java)).toEqual(['Lamp']);
    const fixture = 'namespace Lights;\n\npublic class LampFixture\n{\n}\n';
    expect(await untold({ 'src/Lights.Tests/LampFixture.cs': fixture })).toEqual([]);
    expect(await untold({ 'Src/LightsUnitTest/LampFixture.cs': fixture })).toEqual([]);
    expect(await untold({ 'src/Lights/LampFixture.cs': fixture })).toEqual(['LampFixture']);
    const ruby = (tag: string): string => `# Formats.\n${tag}module Format\n  class Text\n  end\nend\n`;
    expect(await untold({ 'lib/format.rb': ruby('#\n# @api private\n') })).toEqual([]);
    expect(await untold({ 'lib/format.rb': ruby('') })).toEqual(['Format::Text']);
  });

  it('of a gem what stands where it is loaded from, of C what a header for users declares', async () => {
    const gem = {
      'lamp.gemspec': "Gem::Specification.new { |one| one.name = 'lamp' }\n",
      'lib/lamp.rb': 'class Lamp\nend\n',
    };
    const beside = 'class LampRelease\nend\n';
    expect(await untold({ ...gem, 'setup/lamp_release.rb': beside })).toEqual(['Lamp']);
    expect(await untold({ 'lib/lamp.rb': 'class Lamp\nend\n', 'setup/lamp_release.rb': beside })).toHaveLength(2);
    const inner = { 'db/wick.h': 'int wick(int);\n', 'db/wick.c': 'int wick(int a) { return a; }\n' };
    const beam = { 'db/beam.c': '/** Shines. */\nint beam(int a) { return a; }\n' };
    const header = { 'include/lamp.h': 'int beam(int);\nint dim(int);\n' };
    expect(await untold({ ...inner, ...beam, ...header })).toEqual(['dim']);
    expect(await untold({ ...inner, ...beam })).toEqual(['wick']);
  });

  it('no destructor, and of what is protected only what somebody can extend, by its right name', async () => {
    const box = '/** A box. */\nclass Box {\npublic:\n  ~Box();\n  void open();\n};\n';
    expect(await untold({ 'box.hpp': box })).toEqual(['Box.open']);
    const php = (head: string): string => `<?php\n/** A lamp. */\n${head} Lamp\n{\n    protected int $watts = 1;\n}\n`;
    expect(await told('undocumented-symbol', { 'src/Lamp.php': php('class') })).toEqual([
      'The protected property `Lamp.$watts` has no documentation.',
    ]);
    expect(await untold({ 'src/Lamp.php': php('final class') })).toEqual([]);
  });
});
