import { expect, test } from 'vitest';
import { parseSource } from '../src/code/symbols.ts';
import { placedCommands } from '../src/docs/engine/command-places.ts';

/** So many pieces of text in a row. */
function times(count: number, piece: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => piece(at)).join('');
}

async function commandsIn(path: string, text: string) {
  return (await parseSource(path, text)).commands;
}

const COBRA = 'package main\nimport "github.com/spf13/cobra"\n';
const CLAP = 'use clap::Parser;\n';

test.each([
  ['calls of calls', `func f() { x${times(60_000, () => '.Flags(a)')} }`],
  ['closures in closures', `func f() {${times(15_000, () => 'func() {x.Flags();')}${times(15_000, () => '}()')}}`],
  ['a usage of opening brackets', `var rootCmd = &cobra.Command{Use: "${'['.repeat(500_000)}"}`],
  ['a usage of thousands of words', `func f() { c := &cobra.Command{Use: "${'a <b> [c] '.repeat(50_000)}"} }`],
  ['text of thousands of parts', `func f() { c := &cobra.Command{Use: ${'"a"+'.repeat(30_000)}"x"} }`],
  ['parentheses', `var x = ${'('.repeat(60_000)}1${')'.repeat(60_000)}`],
  [
    'thousands of commands of one function',
    `func f() {${times(9000, (at) => `c${at} := &cobra.Command{Use: "a"}\n`)}}`,
  ],
  ['values passed on without end', times(9000, (at) => `func f${at}() *T { c := f${at + 1}(); return c }\n`)],
])('Go: %s end, and make no command', async (_, code) => {
  const commands = await commandsIn('main.go', `${COBRA}${code}`);
  expect(commands.filter(({ link }) => link?.isPlaced === true && link.names.length === 0)).toEqual([]);
  expect(placedCommands([{ path: 'main.go', commands }]).flatMap(({ uses }) => uses.map(({ name }) => name))).toEqual(
    [],
  );
});

test('Go: empty lines before an import are no work', async () => {
  expect(await commandsIn('main.go', `package main\n${'\n'.repeat(200_000)}import "fmt"\nvar flag = "flag"`)).toEqual(
    [],
  );
});

test('Go: thousands of commands side by side keep their places, their flags and what is said of these later', async () => {
  const commands = await commandsIn(
    'main.go',
    `${COBRA}var rootCmd = &cobra.Command{Use: "mill"}\nfunc f() {\n${times(
      4000,
      (at) => `c${at} := &cobra.Command{Use: "c${at}"}
        c${at}.Flags().String("name", "", "")
        c${at}.MarkFlagRequired("name")
        rootCmd.AddCommand(c${at})\n`,
    )}}`,
  );
  expect(commands).toHaveLength(4000);
  expect(commands.every(({ program, name }, at) => program === 'mill' && name === `c${at}`)).toBe(true);
  expect(commands.every(({ options }) => options.length === 1 && options[0]?.required === true)).toBe(true);
});

test('Go: what stands deeper than any command line goes is left out, not shown under a part of its name', async () => {
  const downwards = times(3000, (at) => `c${at}.AddCommand(c${at + 1})\n`);
  const upwards = times(3000, (at) => `c${2999 - at}.AddCommand(c${3000 - at})\n`);
  const variables = times(3001, (at) => `var c${at} = &cobra.Command{Use: "a${at}"}\n`);
  for (const adding of [downwards, upwards]) {
    const commands = await commandsIn('main.go', `${COBRA}${variables}func f() {\nc0.Execute()\n${adding}}`);
    const placed = placedCommands([{ path: 'main.go', commands }]).flatMap(({ uses }) => uses);
    const names = placed.flatMap(({ name }) => name ?? []);
    expect(names.length).toBeGreaterThan(3);
    expect(names).toEqual(names.map((_, at) => times(at + 1, (step) => ` a${step + 1}`).trim()));
  }
});

test('Go: functions that give each other flags end; commands that would get too many are left out whole', async () => {
  const given = times(
    3000,
    (at) => `func f${at}(c *cobra.Command) { c.Flags().Bool("a${at}", false, ""); f${at + 1}(c) }\n`,
  );
  const taken = times(
    3000,
    (at) => `c${at} := &cobra.Command{Use: "b${at}"}; rootCmd.AddCommand(c${at}); f0(c${at})\n`,
  );
  const commands = await commandsIn('main.go', `${COBRA}${given}func g() {\n${taken}}`);
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.length).toBeLessThan(10);
  expect(commands.every(({ options }) => options.length === 3000)).toBe(true);
});

test('Go: commands that hold each other in different files end', () => {
  const use = (name: string, adds: string) => ({
    path: `${name}.go`,
    commands: [
      {
        program: null,
        name,
        description: null,
        options: [],
        arguments: [],
        line: 1,
        link: { names: [name], adds: [adds], isPlaced: false },
      },
    ],
  });
  expect(placedCommands([use('a', 'b'), use('b', 'a')])).toEqual([]);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'a name such as %s is one like any other',
  async (name) => {
    const go = await commandsIn(
      'main.go',
      `${COBRA}var ${name} = &cobra.Command{Use: "${name}"}\nfunc f() { rootCmd.AddCommand(${name}); ${name}.Flags().Bool("${name}", false, "") }`,
    );
    expect(go.map((one) => [one.name, one.options.length])).toEqual([[name, 1]]);
    const rust = await commandsIn(
      'main.rs',
      `${CLAP}#[derive(Parser)] struct ${name} { #[arg(long)] ${name}: u8, #[command(flatten)] a: Other }`,
    );
    expect(rust.map(({ options }) => options.length)).toEqual([1]);
    const ruby = await commandsIn(
      'cli.rb',
      `class CLI < Thor\n option :${name}, ${name}: 1\n desc "${name}", "x"\n def x; end\nend`,
    );
    expect(ruby.map((one) => [one.name, one.options.length])).toEqual([[name, 1]]);
  },
);

test('carriage returns, nul bytes and text that cannot be read change no other command', async () => {
  const lines = [
    'var rootCmd = &cobra.Command{',
    ' Use: "mill [flags]",',
    ' Short: "a\0b",',
    '}',
    'var x = "\uFFFD" } {',
  ];
  const [command] = await commandsIn('main.go', `${COBRA}${lines.join('\n')}`.replaceAll('\n', '\r\n'));
  expect(command?.program).toBe('mill');
});

test.each([
  ['`derive(` again and again', `${'derive('.repeat(80_000)} Parser`, 0],
  ['types in types', `#[derive(Parser)] struct A { a: ${'Option<'.repeat(20_000)}u8${'>'.repeat(20_000)} }`, 1],
  ['attributes before one field', `#[derive(Parser)] struct A { ${'#[arg(long)]\n'.repeat(20_000)} a: u8 }`, 1],
  ['comments before one item', `${'/// x\n'.repeat(60_000)}#[derive(Parser)] struct A { a: u8 }`, 1],
  [
    'tokens in tokens',
    `#[derive(Parser)] #[command(${'('.repeat(30_000)}${')'.repeat(30_000)})] struct A { a: u8 }`,
    1,
  ],
  ['modules in modules', `${'mod a {#[derive(Parser)] struct A { a: u8 }'.repeat(8000)}${'}'.repeat(8000)}`, 1],
])('Rust: %s end', async (_, code, expected) => {
  expect(await commandsIn('main.rs', `${CLAP}${code}`)).toHaveLength(expected);
});

test('Rust: thousands of programs, and of fields of one, keep what is theirs', async () => {
  const programs = times(
    6000,
    (at) => `/// Says ${at}.\n#[derive(Parser)] struct P${at} { #[arg(long)] a${at}: u8 }\n`,
  );
  const commands = await commandsIn('main.rs', `${CLAP}${programs}`);
  expect(commands).toHaveLength(6000);
  expect(
    commands.every((one, at) => one.description === `Says ${at}.` && one.options[0]?.flags[0] === `--a${at}`),
  ).toBe(true);
  const fields = times(10_000, (at) => `/// Is ${at}.\n#[arg(long)] f${at}: u8,\n`);
  const [wide] = await commandsIn('main.rs', `${CLAP}#[derive(Parser)] struct A {${fields}}`);
  expect(wide?.options).toHaveLength(10_000);
  expect(wide?.options.every((one, at) => one.description === `Is ${at}.`)).toBe(true);
});

test.each([
  ['structs without a field of their own', ''],
  ['structs with one', '#[arg(long)] x: u8, '],
])('Rust: a program that holds %s again and again is left out whole, the one before it is not', async (_, own) => {
  const struct = (at: number) =>
    `#[derive(Args)] struct B${at} { ${own}${times(30, (one) => `#[command(flatten)] a${one}: B${at + 1}, `)} }\n`;
  const commands = await commandsIn(
    'main.rs',
    `${CLAP}#[derive(Parser)] struct Small { a: u8 }\n#[derive(Parser)] struct A { #[arg(long)] mine: u8, #[command(flatten)] b: B0 }\n${times(20, struct)}`,
  );
  expect(commands.map(({ arguments: given, options }) => [given.length, options.length])).toEqual([[1, 0]]);
});

test('Rust: sub-commands that hold each other again and again are left out with their program', async () => {
  const level = (at: number) =>
    `#[derive(Subcommand)] enum E${at} { ${times(30, (one) => `#[command(subcommand)] V${one}(E${at + 1}), `)} }\n`;
  const code = `#[derive(Parser)] struct A { #[arg(long)] mine: u8, #[command(subcommand)] b: E0 }\n${times(12, level)}`;
  expect(await commandsIn('main.rs', `${CLAP}${code}`)).toEqual([]);
});

test.each([
  ['brackets behind an option', `OptionParser.new do |o|\no.on("--a ${']'.repeat(300_000)}x")\nend`, []],
  ['blanks in a banner', `OptionParser.new do |o|\no.banner = "${' '.repeat(500_000)}"\nend`, []],
  ['calls of calls', `OptionParser.new do |o|\no${'.on("-a")'.repeat(40_000)}\nend`, [1]],
  ['parsers in parsers', `${'OptionParser.new do |o|\n'.repeat(8000)}${'end\n'.repeat(8000)}`, []],
  ['assignments of assignments', `OptionParser.new do |o|\n${'a = '.repeat(15_000)}1\nend`, []],
])('Ruby: %s end', async (_, code, options) => {
  expect((await commandsIn('cli.rb', code)).map((one) => one.options.length)).toEqual(options);
});

test('Thor: thousands of options, aliases and classes keep what is theirs', async () => {
  const options = times(8000, (at) => `option :a${at}\n`);
  const [command] = await commandsIn('cli.rb', `class CLI < Thor\n${options}desc "x", "y"\ndef x; end\nend`);
  expect(command?.options).toHaveLength(8000);
  const classes = times(4000, (at) => `class C${at} < Thor\ndesc "c${at}", "y"\ndef x; end\nend\nC${at}.start\n`);
  const commands = await commandsIn('cli.rb', classes);
  expect(commands.map(({ name }) => name)).toEqual(Array.from({ length: 4000 }, (_, at) => `c${at}`));
});

test('Thor: classes that hold each other again and again are left out, one that holds itself ends', async () => {
  const level = (at: number, below: string) =>
    `class ${at === 0 ? 'CLI' : `C${at}`} < Thor\n${times(60, (one) => `desc "x${one} Y", "z"\nsubcommand "x${one}", ${below}\n`)}end\n`;
  expect(
    await commandsIn(
      'cli.rb',
      times(6, (at) => level(at, `C${at + 1}`)),
    ),
  ).toEqual([]);
  const itself = await commandsIn('cli.rb', level(0, 'CLI'));
  expect(itself.map(({ name }) => name)).toEqual(Array.from({ length: 60 }, (_, at) => `x${at}`));
});

test('TypeScript: commands that hold each other are none', async () => {
  const lines = [
    "import { Command } from 'commander';",
    "const a = new Command('a').option('-x'); const b = new Command('b').option('-y');",
    "const whole = new Command('c').option('-z');",
    'a.addCommand(b); b.addCommand(a);',
  ];
  expect((await commandsIn('cli.ts', lines.join('\n'))).map(({ program }) => program)).toEqual(['c']);
});
