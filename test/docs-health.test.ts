import { afterAll, describe, expect, it } from 'vitest';
import { coverageBadge } from '../src/docs/health/badge.ts';
import { nearest } from '../src/docs/health/nearest.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';
import { findingsIn, reportIn } from './docs-findings.ts';

const pool = createThreadPool({ threads: 1 });
afterAll(() => pool.close());

const manifest = JSON.stringify({
  name: 'lantern',
  version: '1.0.0',
  main: 'src/index.ts',
  bin: { lantern: 'src/cli.ts' },
  scripts: { build: 'tsc', 'test:unit': 'vitest' },
});
const code = `/** Lights up. */
export class Lantern {
  /** Turns it on. */
  light(): void {}
}
/** Where it listens. */
export const port = process.env.LANTERN_PORT ?? '80';
`;
const cli = `import { Command } from 'commander';
const program = new Command('lantern');
program.command('shine').description('Shines.').option('--bright', 'More of it').action(() => undefined);
program.parse();
`;
const base = { 'package.json': manifest, 'src/index.ts': code, 'src/cli.ts': cli };

/**
 * Rules, lines and suggestions of what is found in a README beside a small project; what lacks comments is left out.
 */
async function inReadme(text: string, more: Readonly<Record<string, string>> = {}) {
  const findings = await findingsIn({ ...base, ...more, 'README.md': text }, pool);
  return findings
    .filter(({ file }) => file === 'README.md')
    .map(({ rule, line, suggestion }) => ({ rule: rule.replace('docs/', ''), line, suggestion }));
}

/** The same of one source file. */
async function inSource(path: string, text: string) {
  const findings = await findingsIn({ [path]: text }, pool);
  return findings
    .filter(({ rule }) => rule !== 'docs/undocumented-symbol')
    .map(({ rule, message, suggestion }) => ({ rule: rule.replace('docs/', ''), message, suggestion }));
}

describe('links of Markdown', () => {
  it('that lead to nothing are found with what may be meant, however they are written', async () => {
    const text =
      '[a](docs/gide.md)\n\n![b](logo.png)\n\n[c]: docs/none.md\n[c]\n\n<a href="src/indx.ts">d</a>\n\n[e](#nowhere)\n';
    expect(await inReadme(text, { 'docs/guide.md': '# Guide\n' })).toEqual([
      { rule: 'broken-link', line: 1, suggestion: 'Did you mean `docs/guide.md`?' },
      { rule: 'broken-link', line: 3, suggestion: null },
      { rule: 'broken-link', line: 5, suggestion: null },
      { rule: 'broken-link', line: 8, suggestion: 'Did you mean `src/index.ts`?' },
      { rule: 'broken-anchor', line: 10, suggestion: null },
    ]);
  });

  it('that lead somewhere are left alone', async () => {
    const text = `# Two words
## Two words
Setext
------
<a name="own"></a>
[a](docs/) [b](docs/a%20b.md?plain=1#part) [c](/src/index.ts#L3) [d](#two-words-1) [e](#setext) [f](#own)
[g](https://example.org/x) [h](mailto:a@example.org) [i](../../issues) [j](dist/index.js) \`[k](none.md)\`
<!-- <a href="none.md"> -->
`;
    expect(await inReadme(text, { 'docs/a b.md': '# Part\n' })).toEqual([]);
  });
});

describe('commands of Markdown', () => {
  it('that no manifest or parser has are found', async () => {
    const text = '```sh\nnpm run biuld\nlantern shimmer\nlantern shine --brihgt\n```\n\nRun `make lihgt`.\n';
    const found = await inReadme(text, { Makefile: 'light:\n\techo\n' });
    expect(found).toEqual([
      { rule: 'unknown-command', line: 2, suggestion: 'Did you mean `build`?' },
      { rule: 'unknown-command', line: 3, suggestion: null },
      { rule: 'unknown-command', line: 4, suggestion: 'Did you mean `--bright`?' },
      { rule: 'unknown-command', line: 7, suggestion: 'Did you mean `light`?' },
    ]);
  });

  it('of other programs, of other folders and of other times are left alone', async () => {
    const text =
      '```sh\nnpm install\nnpm run test:unit -- --watch\nlantern shine --bright --help\ncd web && npm run serve\ngit foo\nmake light CC=gcc\n```\n';
    const more = { 'web/package.json': '{"name":"web","scripts":{"serve":"x"}}', Makefile: 'light:\n\techo\n' };
    expect(await inReadme(text, more)).toEqual([]);
    const old = await findingsIn({ ...base, 'CHANGELOG.md': 'Removed `npm run gone` and `src/gone.ts`.\n' }, pool);
    expect(old.filter(({ file }) => file === 'CHANGELOG.md')).toEqual([]);
  });
});

describe('paths, settings and names of Markdown', () => {
  it('that are not there are found', async () => {
    const text = `The code is in \`src/idnex.ts\`.

| Environment variable | Default |
|---|---|
| \`LANTERN_PORT\` | 80 |
| \`LANTERN_PROT\` | 80 |

Call \`Lantern.lihgt()\`.

\`\`\`ts
import { Lantern, Lamp } from 'lantern';
const lamp = new Lantern();
lamp.extinguish();
\`\`\`
`;
    expect(await inReadme(text)).toEqual([
      { rule: 'unknown-path', line: 1, suggestion: 'Did you mean `src/index.ts`?' },
      { rule: 'unknown-setting', line: 6, suggestion: 'Did you mean `LANTERN_PORT`?' },
      { rule: 'unknown-name', line: 8, suggestion: 'Did you mean `Lantern.light`?' },
      { rule: 'unknown-name', line: 11, suggestion: null },
      { rule: 'unknown-name', line: 13, suggestion: null },
    ]);
  });

  it('that are there, foreign, made up or yet to be made are left alone', async () => {
    const text = `See \`src/index.ts\`, \`src/*.ts\`, \`src/<name>.ts\`, \`~/.config/lantern\` and \`text/html\`.
It writes \`src/generated.ts\`. Set \`LANTERN_PORT\` or \`NODE_ENV\`.

\`MAX_RETRIES\` is somebody else's.
\`Lantern.light()\`, \`Promise.all()\`, \`structuredClone()\`, \`Lantern.toString()\`.

\`\`\`ts
import { Lantern } from 'lantern';
import { readFileSync } from 'node:fs';
const lamp = new Lantern();
lamp.light();
const other = readFileSync('x');
other.subarray(1);
\`\`\`
`;
    expect(await inReadme(text)).toEqual([]);
  });

  it('settings of an example file that nothing reads are found', async () => {
    const findings = await findingsIn({ ...base, '.env.example': 'LANTERN_PORT=80\nLANTERN_COLOUR=red\n' }, pool);
    expect(findings.filter(({ file }) => file === '.env.example').map(({ rule, line }) => [rule, line])).toEqual([
      ['docs/unknown-setting', 2],
    ]);
  });
});

describe('code blocks', () => {
  it('that are not in their language are found at their line', async () => {
    const text =
      '```ts\nconst a = 1;\nconst b = [1, 2;\n```\n\n```json\n{ "a": }\n```\n\n```python\ndef f(:\n    pass\n```\n\n```toml\n[a\n```\n\n```yaml\na: [1\n```\n';
    expect((await inReadme(text)).map(({ rule, line }) => [rule, line])).toEqual([
      ['unparsable-code', 3],
      ['unparsable-code', 7],
      ['unparsable-code', 11],
      ['unparsable-code', 16],
      ['unparsable-code', expect.any(Number)],
    ]);
  });

  it('that are parts of something, sessions or left open are left alone', async () => {
    const text = `\`\`\`ts
{ retries: 3, ... }
\`\`\`

\`\`\`ts
light(): void;
colour?: string;
\`\`\`

\`\`\`js
const all = await load(...);
return all;
\`\`\`

\`\`\`tsx
<Lamp bright />
\`\`\`

\`\`\`json
"scripts": { "build": "tsc", ... },
\`\`\`

\`\`\`python
>>> light(
...     bright=True)
'bright'
\`\`\`

\`\`\`python
@light
class Lamp:
    ...
\`\`\`

\`\`\`diff
- a
+ b
\`\`\`
`;
    expect(await inReadme(text)).toEqual([]);
  });
});

describe('docstrings', () => {
  it('that tell of a parameter by its old name say so once, with the new one', async () => {
    const text = `/**
 * Lights up.
 * @param timeOut - Until when.
 * @param colour - Which.
 */
export function light(timeout: number, colour: string): void { use(timeout, colour); }
`;
    expect(await inSource('src/a.ts', text)).toEqual([
      {
        rule: 'parameter-invented',
        message: 'The function `light` documents a parameter `timeOut`, which it does not take.',
        suggestion: 'Did you mean `timeout`?',
      },
    ]);
  });

  /** Two functions that tell of all they take, as the convention of a repository is. */
  function keepers(told: string): string {
    return ['dim', 'glow']
      .map((name) => `def ${name}(a, b):\n    """Changes it.\n\n    ${told}\n    """\n    print(a)\n`)
      .join('\n\n');
  }
  const styles: readonly [style: string, told: string, sections: string][] = [
    [
      'Google',
      'Args:\n        a: One.\n        b: Two.',
      'Args:\n        a: One.\n\n    Returns:\n        int: Sum.\n\n    Raises:\n        KeyError: Never.',
    ],
    [
      'NumPy',
      'Parameters\n    ----------\n    a : int\n        One.\n    b : int\n        Two.',
      'Parameters\n    ----------\n    a : int\n        One.\n\n    Returns\n    -------\n    int\n        Sum.\n\n    Raises\n    ------\n    KeyError\n        Never.',
    ],
    [
      'Sphinx',
      ':param a: One.\n    :param b: Two.',
      ':param a: One.\n    :returns: Sum.\n    :raises KeyError: Never.',
    ],
  ];

  it.each(styles)('of %s style leave out a parameter, invent a result and an error', async (_style, told, sections) => {
    const light = `def light(a, b, *args, _c=1, **kwargs):\n    """Lights.\n\n    ${sections}\n    """\n    print(a)\n    raise_nothing = 1\n`;
    const text = `${light}\n\n${keepers(told)}`;
    const found = await inSource('pkg/a.py', text);
    expect(found.map(({ rule, message }) => `${rule}: ${/`(\w+)`(?=[.,]| documents a)/.exec(message)?.[1]}`)).toEqual(
      expect.arrayContaining([
        'parameter-omitted: b',
        expect.stringMatching(/^returns/),
        expect.stringMatching(/^raises/),
      ]),
    );
    expect(found).toHaveLength(3);
  });

  it.each(styles)(
    'of %s style that leave out what all others leave out keep a style',
    async (_style, told, sections) => {
      const partly = ['one', 'two', 'three'].map(
        (name) =>
          `def ${name}(a, c):\n    """Changes it.\n\n    ${sections.split(/\n\n|\n {4}:r/)[0]}\n    """\n    print(a)\n`,
      );
      const found = await inSource('pkg/a.py', `${partly.join('\n\n')}\n\n${keepers(told)}`);
      expect(found).toEqual([]);
    },
  );

  it('that leave an error out are found where others tell of theirs; helpers and handlers count', async () => {
    const text = `class LampError(ValueError):
    """Broken."""


def told(a):
    """Told.

    Args:
        a: One.

    Raises:
        ValueError: By a subclass.
        LampError: By a helper.
    """
    _fail(a)


def _fail(a):
    raise LampError(a)


def untold(a):
    """Untold.

    Args:
        a: One.
    """
    raise LampError(a)


def caught(a):
    """Caught.

    Args:
        a: One.
    """
    try:
        raise LampError(a)
    except LampError:
        print(a)


def always(a):
    """Always.

    Args:
        a: One.

    Raises:
        LampError: By itself.
    """
    raise LampError(a)


def also(a):
    """Also.

    Args:
        a: One.

    Raises:
        LampError: Now and then.
    """
    raise LampError(a)
`;
    const found = await inSource('pkg/a.py', text);
    expect(found.map(({ rule, message }) => [rule, message.includes('`untold`')])).toEqual([['raises', true]]);
  });

  it('that are right, inherited or of stubs, properties and destructured parameters are left alone', async () => {
    const script = `/**
 * Lights.
 * @param options - How.
 * @param options.bright - More.
 * @param rest - Others.
 * @returns A promise that resolves when it is lit.
 */
export async function light({ bright }: { bright: boolean }, ...rest: string[]): Promise<void> { await use(bright, rest); }
/** {@inheritDoc Other} */
export function other(a: string): string { return a; }
/**
 * Never here.
 * @param a - One.
 * @returns Something, in a subclass.
 */
export function stub(a: string): string { throw new Error('not implemented'); }
`;
    expect(await inSource('src/a.ts', script)).toEqual([]);
    const python = `class Lamp:
    """A lamp.

    Args:
        bright: More.
    """

    def __init__(self, bright, **options):
        self.bright = bright

    @property
    def colour(self):
        """Colour.

        Returns:
            str: The colour.
        """
        return "red"

    def each(self):
        """Each.

        Yields:
            int: One by one.
        """
        yield 1
`;
    expect(await inSource('pkg/a.py', python)).toEqual([]);
  });
});

describe('what looks like a fault and is none', () => {
  it('in Markdown: labels, roles, other times, examples, templates, items of a framework', async () => {
    const text = `(labels/first)=
# Lantern

[a](labels/first) {doc}\`current_state\` [b]($BRANCH_URL)

Write \`docs/{type}_{some_lantern}.md\`, where \`some_lantern\` is unique. Paths such as \`src/other.ts\` count.
React's \`lightsOn()\` and \`onLanternPrefetch()\` are none of ours. It is in \`src/shown.ts\`:

\`\`\`ts
export const shown = 1;
\`\`\`

The variable \`$LANTERN_ROOM\` was renamed. \`LANTERN_LEVEL\` is set automatically.
`;
    expect(await inReadme(text, { 'src/extra.ts': 'export const current_states = 1, some_lanterns = 2;\n' })).toEqual(
      [],
    );
    const history = await findingsIn({ ...base, 'ReleaseNotes4.6.md': '`Lantern.gone()` and `src/gone.ts`.\n' }, pool);
    expect(history.filter(({ file }) => file !== 'src/index.ts' && file !== 'src/cli.ts')).toEqual([]);
  });

  it('in lists of changes; their broken links are found where they stand', async () => {
    const text = `# Changes

## 2.0

- Words [#1](https://example.org/1), [@ada][] and [a
  guide][guide]
- [gone](docs/gone.md) and [here](#20)

[@ada]: https://example.org/ada
[guide]:
  https://example.org/guide
`;
    const found = await findingsIn({ 'CHANGELOG.md': text }, pool);
    expect(found.map(({ rule, line, column }) => [rule, line, column])).toEqual([['docs/broken-link', 7, 3]]);
  });

  it('in code blocks: sessions without prompts, magics, chains, dots in a list, placeholders', async () => {
    const text =
      '```py\n>>> light(\n    bright=True,\n... )\n```\n\n```python\n%timeit f(1, \\\n  2)\n```\n\n```js\n.light(true) // on\n.off()\n```\n\n' +
      '```python\nall = [\n    ...\n    Lamp(1),\n]\n```\n\n```json\n{ "ids": [LIST_OF_IDS] }\n```\n\n```toml\nurl = ...\n```\n';
    expect(await inReadme(text)).toEqual([]);
  });

  it('in MDX: tags of a code block are a part of it, those around are not', async () => {
    const text =
      '<Tabs>\n\n```tsx\nconst a = (\n  <div>\n    {error.status} {other.text}\n  </div>\n);\n```\n\n</Tabs>\n\n```ts\nconst b = (1;\n```\n';
    const found = await findingsIn({ 'docs/page.mdx': text }, pool);
    expect(found.map(({ rule, line }) => [rule, line])).toEqual([['docs/unparsable-code', 14]]);
  });

  it('in docstrings: what a decorator passes, what a class keeps, what is told elsewhere, types before names', async () => {
    const python = `@pass_environment
def lit(environment, value, bright=False):
    '''Lit.

    :param bright: More.
    '''
    return value


class Lamp:
    '''A lamp.

    Args:
        colour: Of it.
    '''

    colour: str

    def __init__(self, data):
        self.colour = data["colour"]


class Other(Lamp):
    '''Other.

    Args:
        bright: More.
            Other parameters than \`\`bright\`\` are the same as those of Lamp.
    '''

    def __init__(self, bright, data):
        self.bright = bright
`;
    expect(await inSource('pkg/a.py', python)).toEqual([]);
    const script =
      '/**\n * Sum.\n * @param Number red One.\n * @param Number green Other.\n */\nexport function sum(red, green) { use(red, green); }\n';
    expect(await inSource('src/a.js', script)).toEqual([]);
  });

  it('in code: members whose comment is that of what they override, modules that are not for users, remarks between', async () => {
    const named = async (files: Record<string, string>) =>
      (await findingsIn(files, pool)).filter(({ rule }) => rule === 'docs/undocumented-symbol').map(({ line }) => line);
    const python = `class Lamp:
    '''A lamp.'''

    def light(self):
        '''Lights.'''


class Bright(Lamp):
    '''Bright.'''

    def light(self):
        return 1

    def other(self):
        return 2
`;
    expect(await named({ 'pkg/a.py': python })).toEqual([14]);
    const java =
      '/** A. */\npublic class A {\n  @Override\n  public int hashCode() { return 1; }\n\n  public int own() { return 2; }\n}\n';
    expect(await named({ 'src/A.java': java })).toEqual([6]);
    const rust = {
      'Cargo.toml': '[package]\nname = "lamp"\nversion = "1.0.0"\n',
      'src/lib.rs': '//! Lamps.\nmod inner;\npub mod open;\npub use inner::Passed;\n',
      'src/inner.rs': 'pub struct Passed;\npub struct Kept;\n',
      'src/open.rs':
        '//! Open.\n/// Told.\n// A remark.\n#[allow(unused)] // why\npub fn told() {}\n\npub fn untold() {}\n',
    };
    expect(await named(rust)).toEqual([1, 7]);
  });
});

describe('what leads or stands otherwise than by file and name is left alone:', () => {
  it('headings behind a comment in a list of changes, parts of a heading, addresses that a head gives', async () => {
    const files = {
      'mkdocs.yml': 'site_name: Lantern\n',
      'docs/guide.md':
        '---\nslug: shining\n---\n\n# Options\n\n## Depth\n\n[a](shining) [b](#options-depth) [c](releases.md#two)\n',
      'docs/releases.md': '# Releases\n\n<!--\n# Hidden\n-->\n\n## Two\n',
    };
    expect((await findingsIn(files, pool)).map(({ rule, line }) => [rule, line])).toEqual([]);
  });

  it('signatures, fragments and words of another language in code blocks; one slip is found', async () => {
    const block = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n\n`;
    const text = [
      'usePrefetch<Name extends Keys>(\n  name: Name,\n): (arg: Arg) => void;\nconst clear = () => void;',
      '// omitted\n  endpoints: (build) => ({\n    update: build.query({\n      query: () => ({}),\n    }),',
      'insert into `coords` (`x`) values (20)"',
      'const a = { x: 1 y: 2 };',
      'cosnt b = 1;',
    ];
    const found = await findingsIn({ 'README.md': text.map(block).join('') }, pool);
    expect(found.map(({ rule, line }) => [rule, line])).toEqual([
      ['docs/unparsable-code', 21],
      ['docs/unparsable-code', 25],
    ]);
  });

  it('members as a tool writes them, calls in a row, what is put into a template', async () => {
    const block = (text: string): string => `\`\`\`ts\n${text}\n\`\`\`\n\n`;
    const text = [
      'readonly optional path: string[];',
      'create<T>()(maker: Maker<T>): Store<T>',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what stands in a template
      "import { html } from 'lit'\n\n${this.form.field(\n  { name: 'age' },\n  (field) => html`<b></b>`,\n)}",
      "import { create } from 'lantern'\n\nconst use = create(...) // without hooks\n\nfunction Part() {\n  const a = use()\n  ...",
    ];
    expect(await findingsIn({ 'README.md': text.map(block).join('') }, pool)).toEqual([]);
  });

  it('options that stand behind a text in three quotes, overloads, what the header has beside a stub', async () => {
    const python = `import argparse
import typing as t

class Chdir:
    cli = ["--chdir"]
    desc = """
    Where to go.
    """

class Bind:
    cli = ["--bind"]

parser = argparse.ArgumentParser("lantern")
parser.add_argument("--one")
parser.add_argument("--two")

@t.overload
def shine(depth: int, stop: bool = ...) -> int: ...
def shine(*args: t.Any, **more: t.Any) -> t.Any:
    """Shine.

    :param args: goes on
    :param more: goes on
    """
    return args
`;
    const files = { 'lantern/cli.py': python, 'README.md': '```sh\nlantern --chdir x --bind y\n```\n' };
    const found = await findingsIn(files, pool);
    expect(found.filter(({ rule }) => rule !== 'docs/undocumented-symbol')).toEqual([]);
  });

  it('a convention that is not understood, which the report says', async () => {
    const links = Array.from({ length: 8 }, (_, n) => `[a](guide/page${n}.md)\n`).join('\n');
    const pages = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`docs/guide/page${n}.md`, 'Words.\n']));
    const { findings, limitsReached } = await reportIn({ 'docs/more/index.md': links, ...pages }, pool);
    expect(findings).toEqual([]);
    expect(limitsReached).toEqual(['Too many links to files cannot be followed to be slips (8 of 8): not judged.']);
  });
});

describe('the report as a whole', () => {
  it('names what lacks a comment, what users get from the entry first', async () => {
    const text = 'export function bare(): void {}\nexport type Kind = string;\n';
    const findings = await findingsIn({ 'package.json': manifest, 'src/index.ts': text }, pool);
    expect(findings.map(({ rule, severity, line }) => [rule, severity, line])).toEqual([
      ['docs/undocumented-symbol', 'medium', 1],
      ['docs/undocumented-symbol', 'low', 2],
    ]);
  });

  it('suggests only what is near', () => {
    expect(nearest('biuld', ['build', 'test'])).toBe('build');
    expect(nearest('deploy', ['build', 'test'])).toBeNull();
  });

  it('makes a badge that says its value in words and by colour', () => {
    expect(coverageBadge(91.5)).toContain('<title>documented: 91.5 %</title>');
    expect(coverageBadge(91.5)).not.toBe(coverageBadge(10));
    expect(coverageBadge(10)).toContain('#c62828');
    expect(coverageBadge(null)).toContain('unknown');
  });
});
