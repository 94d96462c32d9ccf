import { afterAll, describe, expect, it } from 'vitest';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { findingsIn, reportIn } from './docs-findings.ts';

const pool = createThreadPool({ threads: 1 });
afterAll(() => pool.close());

const manifest = JSON.stringify({ name: 'lantern', version: '1.0.0', main: 'src/index.ts', scripts: { build: 'tsc' } });
const code = `/** Lights up. */
export class Lantern {
  /** Turns it on. */
  light(): void {}
}
`;
const base = { 'package.json': manifest, 'src/index.ts': code };

/** Rules, files and lines of what is found; what lacks comments is left out. */
async function foundIn(files: Readonly<Record<string, string>>): Promise<[string, string, number][]> {
  const findings = await findingsIn(files, pool);
  return findings
    .filter(({ rule }) => rule !== 'docs/undocumented-symbol')
    .map(({ rule, file, line }) => [rule.replace('docs/', ''), file, line]);
}

/** A function of JavaScript whose comment tells of the given names. */
function told(name: string, taken: string, names: readonly string[], body = 'use()'): string {
  const lines = names.map((one) => ` * @param ${one} - What it is.\n`).join('');
  return `/**\n * Does it.\n${lines} */\nexport function ${name}(${taken}) { ${body}; }\n\n`;
}

describe('a rule of comments speaks only where the repository keeps what it asks for:', () => {
  const whole = ['a', 'b', 'c', 'd'].map((name) => told(name, 'one, two', ['one', 'two'])).join('');

  it('a parameter left out is found among comments that tell of all, not among others that leave some out', async () => {
    const slip = told('slip', 'one, two', ['one']);
    expect(await foundIn({ 'src/a.js': whole + slip })).toEqual([['parameter-omitted', 'src/a.js', 31]]);
    const loose = ['e', 'f'].map((name) => told(name, 'one, two', ['two'])).join('');
    expect(await foundIn({ 'src/a.js': whole + slip + loose })).toEqual([]);
  });

  it('a parameter that hardly any comment tells of is not asked for', async () => {
    const more = Array.from({ length: 20 }, (_, n) => told(`more${n}`, 'one, two', ['one', 'two'])).join('');
    const silent = ['x', 'y', 'z'].map((name) => told(name, 'one, context', ['one'])).join('');
    expect(await foundIn({ 'src/a.js': more + silent })).toEqual([]);
    expect(await foundIn({ 'src/a.js': more + told('x', 'one, context', ['one']) })).toHaveLength(1);
  });

  it('a part of the sources that leaves them out is not judged by the rest', async () => {
    const more = Array.from({ length: 40 }, (_, n) => told(`more${n}`, 'one, two', ['one', 'two'])).join('');
    const other = ['p', 'q', 'r', 's', 't'].map((name, at) =>
      told(name, 'one, two', at < 2 ? ['one'] : ['one', 'two']),
    );
    expect(await foundIn({ 'src/a.js': more, 'src/b.js': other.join('') })).toEqual([]);
  });

  it('a name that is not taken is invented, unless anything may be taken or the comment is of another signature', async () => {
    const gone = told('gone', 'one', ['one', 'depth']);
    expect(await foundIn({ 'src/a.js': whole + gone })).toEqual([['parameter-invented', 'src/a.js', 32]]);
    const any = told('any', 'one', ['one', 'depth'], 'use(arguments)');
    const other = told('other', 'one', ['one', 'depth', 'colour']);
    const odd = told('odd', 'one', ['one', 'type(s)']);
    expect(await foundIn({ 'src/a.js': whole + any + other + odd })).toEqual([]);
    const python = (decorator: string): string =>
      `${decorator}def light(one):\n    """Lights.\n\n    Args:\n        one: One.\n        depth: Gone.\n    """\n    print(one)\n`;
    expect(await foundIn({ 'pkg/a.py': python('') })).toHaveLength(1);
    expect(await foundIn({ 'pkg/a.py': python('@with_depth\n') })).toEqual([]);
  });

  it('a result that is told of in sentences as a rule is not asked for in a part of its own', async () => {
    const tells = (name: string, tag: string): string =>
      `/**\n * Does it${tag === '' ? ' and returns the sum' : ''}.\n * @param one - What it is.\n${tag} */\nexport function ${name}(one) { return one; }\n\n`;
    const tagged = ['a', 'b', 'c', 'd', 'e'].map((name) => tells(name, ' * @returns The sum.\n')).join('');
    const bare = '/**\n * Does it.\n * @param one - What it is.\n */\nexport function bare(one) { return one; }\n';
    expect(await foundIn({ 'src/a.js': tagged + bare })).toEqual([['returns', 'src/a.js', 36]]);
    const inWords = ['f', 'g', 'h'].map((name) => tells(name, '')).join('');
    expect(await foundIn({ 'src/a.js': tagged + inWords + bare })).toEqual([]);
    const typed = '/**\n * @param {number} one\n */\nexport function bare(one) { return one; }\n';
    expect(await foundIn({ 'src/a.js': tagged + typed })).toEqual([]);
  });
});

describe('pages of a site', () => {
  const page =
    '[a](install) [b](guide.md) [c](/api/x) [d](made/by-code.md) <img src="../../img/x.png">\n\n![e](none.png)\n';

  it.each([
    ['mkdocs.yml', 'site_name: x\n', 'docs/page.md'],
    ['site/mkdocs.yml', 'docs_dir: pages\n', 'site/pages/page.md'],
    ['web/docusaurus.config.js', 'module.exports = {}\n', 'docs/page.md'],
    ['book.toml', '[book]\n', 'src/page.md'],
    ['docs/.vitepress/config.ts', 'export default {}\n', 'docs/page.md'],
    ['docs/conf.py', 'project = "x"\n', 'docs/page.md'],
    ['_config.yml', 'theme: x\n', 'docs/page.md'],
    ['x/SUMMARY.md', '# Summary\n', 'x/page.md'],
  ])('of %s are followed by files only, to folders that are there', async (settings, text, path) => {
    const found = await foundIn({ [settings]: text, [path]: page, [path.replace('page.md', 'other.md')]: '# Other\n' });
    expect(found).toEqual([
      ['broken-link', path, 1],
      ['broken-link', path, 3],
    ]);
  });

  it('that are alone in their folder link to pages they are put among somewhere else', async () => {
    const files = { 'mkdocs.yml': 'site_name: x\n', 'docs/index.md': '# X\n\n[a](fields.md#x) [b](alias.md)\n' };
    expect(await foundIn(files)).toEqual([]);
    expect(await foundIn({ ...files, 'docs/guide.md': '# X\n' })).toHaveLength(2);
  });

  it('are none of the documents beside them, which a host shows', async () => {
    const found = await foundIn({
      'mkdocs.yml': 'site_name: x\n',
      'docs/index.md': '# X\n',
      'README.md': '[a](install)\n',
    });
    expect(found).toEqual([['broken-link', 'README.md', 1]]);
  });

  it('are told by a head of settings too', async () => {
    expect(await foundIn({ 'notes/page.md': '---\ntitle: X\n---\n\n[a](install)\n' })).toEqual([]);
    expect(await foundIn({ 'notes/page.md': '[a](install)\n' })).toHaveLength(1);
  });
});

describe('many findings with one thing in common', () => {
  it('are a convention that is not known: the report says so once and lists none', async () => {
    const calls = (names: readonly string[]): string => names.map((name) => `Call \`Lantern.${name}()\`.\n`).join('\n');
    const few = await reportIn({ ...base, 'README.md': calls(['dim', 'glow']) }, pool);
    expect(few.findings.map(({ rule }) => rule)).toEqual(['docs/unknown-name', 'docs/unknown-name']);
    const many = await reportIn({ ...base, 'README.md': calls(['dim', 'glow', 'shine', 'burn']) }, pool);
    expect(many.findings).toEqual([]);
    expect(many.limitsReached).toEqual([
      '4 findings of unknown-name have one thing in common (members of Lantern), which is likelier a convention that is not known than so many slips: not judged.',
    ]);
  });

  it('that are the same fragment by other rules of headings are not judged either', async () => {
    const heading = (n: number): string => `## Part ${n} - Light: all\n\n`;
    const link = (n: number): string => `[x](#part-${n}-light-all)\n\n`;
    const text = (count: number): string =>
      Array.from({ length: count }, (_, n) => heading(n) + link(n)).join('') + '[a](#part-0---light-all)\n'.repeat(20);
    expect(await foundIn({ 'README.md': text(2) })).toHaveLength(2);
    expect(await foundIn({ 'README.md': text(4) })).toEqual([]);
  });
});

describe('what is likely to be of this repository', () => {
  it('matters more where something near is there', async () => {
    const severities = async (called: string): Promise<string[]> => {
      const findings = await findingsIn({ ...base, 'README.md': `# X\n\nCall \`${called}\`.\n` }, pool);
      return findings.map(({ severity }) => severity);
    };
    expect(await severities('Lantern.lihgt()')).toEqual(['medium']);
    expect(await severities('Lantern.extinguish()')).toEqual(['low']);
  });
});

describe('what is written in place of something is no fault:', () => {
  it('data of which more than one line is none', async () => {
    const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n\n`;
    const slips = [
      block('yaml', 'lamp: 1\n shade: 2\nfoot: 3'),
      block('toml', 'lamp = 1\nshade: 2'),
      block('json', '"lamp": 1,\n"shade" 2,\n"foot": 3'),
    ];
    const found = await foundIn({ 'README.md': slips.join('') });
    expect(found.map(([, , line]) => line)).toEqual([2, 9, 14]);
    const others = [
      block('yaml', 'lamp: 1\n shade: 2\nfoot: 3\n shoe: 4\nhand: 5\n ring: 6'),
      block('toml', 'lamp = 1\nwick = 2\n"shade",\n"foot",\n"foot",'),
      block('json', 'lamp 1\n{ "a": }\nfoot 2\n{ "b": }\n{ "c": }'),
    ];
    expect(await foundIn({ 'README.md': others.join('') })).toEqual([]);
  });

  it('what is taken apart, a single word, badges without an address, and what a build makes', async () => {
    const text = [
      '```tsx\n{\n  prefix = "lantern",\n  wick = 24 * 60,\n}\n```\n',
      '```ts\nlantern:functions:lamp.json\n```\n',
      '[![a badge](https://example.org/a.svg)](#badge)\n\n<a href="#badge">\n  <img src="https://example.org/a.svg">\n</a>\n',
      '```sh\nnode ./output/server/index.mjs\n```\n',
      '[words](#badge)\n',
    ].join('\n');
    const files = { ...base, 'README.md': text, 'src/output/server/index.mjs': 'a();\n', 'output/x.md': 'x\n' };
    expect(await foundIn(files)).toEqual([['broken-anchor', 'README.md', 22]]);
  });

  it('a template of a document, a command that code names, and what starts the project of a reader', async () => {
    const parser = (name: string): string =>
      `${name} = sub.add_parser("${name}", help="x")\n${name}.add_argument("--x")\n`;
    const cli = `import argparse\n\nparser = argparse.ArgumentParser("lantern")\nparser.add_argument("--x")\nsub = parser.add_subparsers()\n${parser('light')}${parser('glow')}`;
    const commands = '```sh\nlantern light\nlantern glow\nlantern dim\nlantern burn\n```\n\n## Debugging\n\n';
    const text = `# X\n\n${commands}When launching your app:\n\n\`\`\`sh\nnpm start\n\`\`\`\n\n## Work here\n\n\`\`\`sh\nnpm start\n\`\`\`\n`;
    const files = {
      ...base,
      'lantern/cli.py': cli,
      'lantern/dim.py': 'dim = ui.Subcommand("dim", help="less")\n',
      '.verb.md': '[a](#made-later) [b][] \n\n[c]: x.md\n',
      'README.md': text,
    };
    expect(await foundIn(files)).toEqual([
      ['unknown-command', 'README.md', 7],
      ['unknown-command', 'README.md', 21],
    ]);
  });

  it('modules that others bring, fragments of a reference made of code, and a moment that is yielded', async () => {
    const moment = (type: string): string =>
      `\n\ndef held(one, two) -> Iterator[${type}]:\n    """Held.\n\n    Args:\n        one: One.\n        two: Two.\n    """\n    yield\n`;
    const given = (name: string): string =>
      `\n\ndef ${name}(one, two):\n    """Goes.\n\n    Args:\n        one: One.\n        two: Two.\n\n    Yields:\n        Each.\n    """\n    yield one + two\n`;
    const all = ['a', 'b', 'c', 'd', 'e'].map(given).join('');
    const files = {
      'pyproject.toml': '[project]\nname = "lantern"\n',
      'src/lantern/cli/build/__init__.py': 'x = 1\n',
      'src/lantern/cli/burn/__init__.py': 'x = 1\n',
      'src/lantern/patched/lib.py': given('gone').replace('two: Two', 'dropped: Gone'),
      'README.md': '```sh\npython -m build .\npython -m burn .\n```\n\n[a](#lightUp)\n',
      'intro.md': '[a](#lightUp) [b](#lightDown)\n\n# X\n',
      'src/light.js': '/** Lights. */\nexport function lightUp() {}\n',
    };
    const found = async (type: string): Promise<string[]> =>
      (await foundIn({ ...files, 'src/lantern/a.py': `"""Lights."""${all}${moment(type)}` })).map((one) =>
        one.join(' '),
      );
    const always = ['broken-anchor README.md 6', 'broken-anchor intro.md 1', 'unknown-command README.md 3'];
    expect((await found('None')).sort()).toEqual(always);
    expect((await found('int')).filter((one) => one.startsWith('returns'))).toHaveLength(1);
  });

  it('what a proposal names, by its status or by what it asks', async () => {
    const text = (head: string): string =>
      `# Lights\n\n${head}\n\nCall \`Lantern.lihgt()\`, then \`Lantern.glow()\`.\n`;
    for (const head of ['Status: **awaiting sign-off**', '- **Status:** Draft', '## Open questions', '## 2. Non-goals'])
      expect(await foundIn({ ...base, 'docs/lights.md': text(head) })).toEqual([]);
    expect(await foundIn({ ...base, 'docs/lights.md': text('## Questions') })).toHaveLength(2);
  });

  it('a repository that was taken over whole, and what a call may not give', async () => {
    const text = '[a](none.md)\n';
    const files = { 'README.md': text, 'lib/taken/README.md': text, 'lib/taken/LICENSE': 'MIT\n' };
    expect(await foundIn(files)).toHaveLength(2);
    const conduct = { ...files, 'lib/taken/CODE_OF_CONDUCT.md': '# Be kind\n' };
    expect(await foundIn(conduct)).toEqual([['broken-link', 'README.md', 1]]);

    const tells = (name: string, tag: string, body: string): string =>
      `/**\n * Handles it.\n * @param one - What it is.\n${tag} */\nexport function ${name}(one) {\n${body}}\n\n`;
    const all = ['a', 'b', 'c', 'd', 'e']
      .map((name) => tells(name, ' * @returns The sum.\n', '  return one;\n'))
      .join('');
    const early = tells('early', '', '  if (one) {\n    return abort(one);\n  }\n  use(one);\n');
    expect(await foundIn({ 'src/a.js': all + early })).toEqual([]);
    const late = tells('late', '', '  if (one) {\n    return abort(one);\n  }\n  return sum(one);\n');
    expect(await foundIn({ 'src/a.js': all + late })).toHaveLength(1);
  });

  it('parameters of a constructor that tells of as few as it leaves out', async () => {
    const whole = ['a', 'b', 'c', 'd'].map((name) => told(name, 'one, two', ['one', 'two'])).join('');
    const slip = (names: readonly string[]): string =>
      `/** Base. */\nexport class Base {\n  constructor(five, six) { use(five, six); }\n}\n\n/** Lamp. */\nexport class Lamp extends Base {\n  /**\n   * Makes it.\n${names.map((one) => `   * @param ${one} - What it is.\n`).join('')}   */\n  constructor(one, two, three, four, five, six) { super(five, six); }\n}\n`;
    expect(await foundIn({ 'src/a.js': whole + slip(['one', 'two']) })).toEqual([]);
    expect(await foundIn({ 'src/a.js': whole + slip(['one', 'two', 'three']) })).toHaveLength(1);
  });

  it('a type of C# that is told of at one of its parts', async () => {
    const part = (told: string, kind = 'partial class'): string =>
      `namespace Lights;\n\n${told}public ${kind} Lamp\n{\n}\n`;
    const untold = async (files: Readonly<Record<string, string>>): Promise<string[]> =>
      (await findingsIn(files, pool)).map(({ file }) => file);
    const doc = '/// <summary>What lights.</summary>\n';
    expect(await untold({ 'src/Lamp.cs': part(doc), 'src/Lamp.Sync.cs': part('') })).toEqual([]);
    expect(await untold({ 'src/Lamp.cs': part(''), 'src/Lamp.Sync.cs': part('') })).toHaveLength(1);
    expect(await untold({ 'src/Lamp.cs': part(doc, 'class'), 'src/Other.cs': part('', 'class') })).toHaveLength(1);
  });

  it('a value that has the name of an interface', async () => {
    const shape = '/** What lights. */\nexport interface Beacon {\n  /** Turns it on. */\n  light(): void;\n}\n';
    const text = (called: string): string => `# X\n\nCall \`${called}\`.\n`;
    const files = { ...base, 'src/beacon.ts': shape };
    expect(await foundIn({ ...files, 'README.md': text('Beacon.create()') })).toEqual([]);
    expect(await foundIn({ ...files, 'README.md': text('Beacon.lihgt()') })).toHaveLength(1);
    expect(await foundIn({ ...files, 'README.md': text('Lantern.create()') })).toHaveLength(1);
  });

  it('dots, marks of optional arguments and types in JavaScript', async () => {
    const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n\n`;
    const text = [
      block('js', 'await schema.create(...;'),
      block('js', 'const all: Array<Part> = router.parts(at?'),
      block('javascript', 'javascript:(function () { run('),
      block('python', 'run(<name>, 1'),
      block('js', 'const a = { x: 1 y: 2 };'),
    ].join('');
    expect(await foundIn({ 'README.md': text })).toEqual([['unparsable-code', 'README.md', 18]]);
  });

  it('names of types that only tests and examples have, and methods that are called where they are defined', async () => {
    const files = {
      ...base,
      'src/hooks.ts': '/** Base. */\nexport class Part {\n  /** Own. */\n  _onLight(): void {}\n}\n',
      'test/made.test.ts': 'export class Made {\n  a(): void {}\n}\n',
      'README.md': '`Made.glow()` and `Part.onLight()`, but `Part.glow()`.\n',
    };
    const findings = await findingsIn(files, pool);
    expect(findings.filter(({ file }) => file === 'README.md').map(({ message }) => message)).toEqual([
      '`Part` has no `glow`.',
    ]);
  });
});

describe('what the text itself shows to be right is left alone:', () => {
  const whole = ['a', 'b', 'c', 'd'].map((name) => told(name, 'one, two', ['one', 'two'])).join('');

  it('a parameter of the function that is returned, of a type in PHP, told without its name, or given by a fixture', async () => {
    const curried =
      '/**\n * Makes it.\n * @param ctx - Given later.\n */\nexport const make =\n  () =>\n  async (ctx) => ctx;\n\n';
    expect(await foundIn({ 'src/a.js': whole + curried })).toEqual([]);
    const php =
      '<?php\nclass A {\n    /**\n     * Sets it.\n     *\n     * @param callable(string $text): string $call What is called.\n     */\n    public function set($call) { $this->call = $call; }\n}\n';
    expect(await foundIn({ 'src/A.php': php })).toEqual([]);
    const numpy = (names: string): string =>
      `    """Does.\n\n    Parameters\n    ----------\n    one : int\n        One.\n    ${names} : int\n        Two.\n    """\n    use()\n\n\n`;
    const keeper = (name: string): string => `def ${name}(one, two):\n${numpy('two')}`;
    const odd = `def odd(one, in_type, out_type):\n${numpy('{in|out}_type')}`;
    expect(await foundIn({ 'pkg/a.py': ['x', 'y', 'z'].map(keeper).join('') + odd })).toEqual([]);
    const python = (decorator: string): string =>
      `import pytest\n\n\n${['x', 'y', 'z'].map((name) => `def ${name}(one, two):\n    """Does.\n\n    Args:\n        one: One.\n        two: Two.\n    """\n    print(one, two)\n\n\n`).join('')}${decorator}def made(one, folder):\n    """Makes.\n\n    Args:\n        one: One.\n    """\n    return (one, folder)\n`;
    expect(await foundIn({ 'pkg/a.py': python('') })).toHaveLength(1);
    expect(await foundIn({ 'pkg/a.py': python('@pytest.fixture\n') })).toEqual([]);
  });

  it('an error that goes on as it was caught', async () => {
    const raising = (name: string, body: string, raises: string): string =>
      `def ${name}(one):\n    """Does.\n\n    Args:\n        one: One.\n${raises}    """\n${body}\n\n\n`;
    const section = '\n    Raises:\n        KeyError: Now and then.\n';
    const kept = ['a', 'b', 'c'].map((name) => raising(name, '    raise KeyError(one)', section)).join('');
    const again = '    try:\n        use(one)\n    except KeyError:\n        print(one)\n        raise';
    expect(await foundIn({ 'pkg/a.py': kept + raising('d', again, '') })).toEqual([]);
    expect(await foundIn({ 'pkg/a.py': kept + raising('d', '    raise KeyError(one)', '') })).toHaveLength(1);
    // Another file, whose author tells of no errors.
    expect(await foundIn({ 'pkg/a.py': kept, 'pkg/b.py': raising('d', '    raise KeyError(one)', '') })).toEqual([]);
  });

  it('links of the host, of a repository that was taken over as a whole, and to headings of a list of changes', async () => {
    const files = {
      'docs/README.md': '[a](/../../releases) [b](../CHANGELOG.md#upcoming-release) [c](/gone.md)\n',
      'CHANGELOG.md': '# 1.0.0\n',
      'json/CONTRIBUTING.md': '# How\n',
      'json/tests/README.md': '[d](/CONTRIBUTING.md)\n',
      'third_party/other/README.md': '[e](gone.md)\n',
    };
    const findings = await findingsIn(files, pool);
    expect(findings.map(({ file, message }) => [file, /`([^`]+)`/.exec(message)?.[1]])).toEqual([
      ['docs/README.md', '/gone.md'],
    ]);
  });

  it('blocks that show a session, a signature, alternatives, or pieces of several things', async () => {
    const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n\n`;
    const text = [
      block('yaml', '$ lantern build .\n\nkind: Lamp\n'),
      block('tsx', 'connect<Outer>(Part: Component<Outer & { form: Form }>) => Component<Outer>'),
      block('jsx', '// so...\n<Form />\n\n// is the same as\n<form onReset={reset} />'),
      block('js', "import { a } from './a';\n\nall: [ a(), b('x') ],"),
    ].join('');
    expect(await foundIn({ 'README.md': text })).toEqual([]);
  });

  it('headings behind elements of a site that hold a block', async () => {
    const text =
      '# X\n\n[a](#part)\n\n<code-group>\n<code-block title="A">\n```ts\nconst a = 1\n\nconst b = 2\n```\n</code-block>\n</code-group>\n\n## Part\n\n```ts\nconst c = 1\n```\n';
    expect(await foundIn({ 'README.md': text })).toEqual([]);
  });

  it('commands that are examples, of other sources, nested in others, or for projects of users', async () => {
    const files = {
      ...base,
      Makefile: 'light:\n\techo\n',
      'docs/Makefile': 'html:\n\techo\n',
      'mkdocs.yml': 'site_name: x\n',
      'docs/use.md': '# Use\n\n```sh\nnpm run serve\n```\n',
      'docs/howto/build.md': '# Build\n\n```sh\n./configure\nmake install\n```\n',
      'README.md': 'Processes such as `npm run watch` go on.\n\n```sh\nnpm run serve\n```\n',
    };
    expect(await foundIn(files)).toEqual([['unknown-command', 'README.md', 4]]);
  });

  it('flags that a parser makes of names, or passes on', async () => {
    const cli = (more: string): string =>
      `import argparse\n\nparser = argparse.ArgumentParser("lantern")\nparser.add_argument("--bright")\nparser.add_argument("--depth")\n${more}\n`;
    const text =
      '```sh\nlantern --bright --depth 1 --help $(find . --name x)\nlantern --dry-run\nlantern --colour\n```\n';
    const found = async (more: string): Promise<number[]> =>
      (await foundIn({ 'lantern/cli.py': cli(more), 'README.md': text })).map(([, , line]) => line);
    expect(await found('args = parser.parse_args()')).toEqual([3, 4]);
    expect(await found('dry_run = parser.parse_args().x')).toEqual([4]);
    expect(await found('args, rest = parser.parse_known_args()')).toEqual([]);
  });
});

describe('what the document itself says is not there', () => {
  it('is no fault: by a heading, in the sentence that names it, or in a remark for whoever checks links', async () => {
    const text = `# Lantern

## Planned

[a](src/later.ts) and \`Lantern.glow()\`

## Use

Put hosts into \`src/local.ts\` (gitignored). \`Lantern.burn()\` was removed.

[b](#nowhere) <!-- markdownlint-disable-line MD051 -->

[c](src/gone.ts) and \`Lantern.shine()\`
`;
    const findings = await findingsIn({ ...base, 'README.md': text }, pool);
    expect(findings.filter(({ file }) => file === 'README.md').map(({ rule, line }) => [rule, line])).toEqual([
      ['docs/broken-link', 13],
      ['docs/unknown-name', 13],
    ]);
  });

  it('nor is what a list of versions or a text of its day names', async () => {
    const versions = ['1.2.0', '1.1.0', '1.0.0'].map((one) => `## ${one}\n\n- \`Lantern.glow()\`\n`).join('\n');
    expect(await foundIn({ ...base, 'FEATURES.md': versions })).toEqual([]);
    expect(await foundIn({ ...base, 'notes/2016-04-16-light.md': '`Lantern.glow()`\n' })).toEqual([]);
    expect(await foundIn({ ...base, 'notes/light.md': '`Lantern.glow()`\n' })).toHaveLength(1);
  });
});

describe('links are followed as hosts follow them:', () => {
  it('to headings in HTML and headings with a comment, not to what only a generator knows', async () => {
    const text =
      '# Swarm <!-- omit in toc -->\n\n<h3>Our Friends</h3>\n\n[a](#swarm) [b](#our-friends) [c](@/page.md)\n\n<a href="module-x#.y">d</a>\n';
    expect(await foundIn({ 'docs/x.md': text })).toEqual([]);
  });

  it('many from one document into one folder are told of once, as a convention', async () => {
    const links = (count: number): string =>
      Array.from({ length: count }, (_, n) => `- [x](made/part${n}.md#top)\n`).join('');
    expect(await foundIn({ 'README.md': links(3) })).toHaveLength(3);
    const { findings, limitsReached } = await reportIn({ 'README.md': links(4) }, pool);
    expect(findings).toEqual([]);
    expect(limitsReached).toHaveLength(1);
  });
});

describe('what a call takes', () => {
  it('is not known of overloads, of all arguments at once, and of what stands for more', async () => {
    const whole = ['a', 'b', 'c', 'd'].map((name) => told(name, 'one, two', ['one', 'two'])).join('');
    const spread = told('any', '', ['fields'], 'use([...arguments])');
    const words = '/**\n * Finds it.\n * @param {string} Function name\n */\nexport function find(fn) { use(fn); }\n';
    expect(await foundIn({ 'src/a.js': whole + spread + words })).toEqual([]);
    const python = `import typing


class Lamp:
    """A lamp.

    Args:
        bright: More.
        \\*\\*kwargs: What a base takes.
    """

    @typing.overload
    def __init__(self, bright: int, colour: str) -> None: ...
    @typing.overload
    def __init__(self, bright: int) -> None: ...
    def __init__(self, bright, **options):
        self.bright = bright
`;
    expect(await foundIn({ 'pkg/a.py': python })).toEqual([]);
  });
});
