import { expect, test } from 'vitest';
import { parseSource } from '../src/code/symbols.ts';
import { placedCommands } from '../src/docs/engine/command-places.ts';

/** Commands as a user types them, with options and arguments, of files of one project. */
async function typed(files: Readonly<Record<string, readonly string[]>>) {
  const modules = Object.entries(files).map(async ([path, lines]) => ({
    path,
    commands: (await parseSource(path, `${lines.join('\n')}\n`)).commands,
  }));
  return placedCommands(await Promise.all(modules)).flatMap(({ uses }) =>
    uses.map((use) => {
      const options = use.options.map((one) => `${one.flags.join(' ')}${one.value === null ? '' : `=${one.value}`}`);
      const given = use.arguments.map((one) => (one.required ? `<${one.name}>` : `[${one.name}]`));
      return [use.program, use.name, ...given, ...options].filter((part) => part !== null).join(' ');
    }),
  );
}

const COBRA = ['package cmd', 'import "github.com/spf13/cobra"'];

test('cobra: arguments stand in the order of the usage, nested, repeated and alternative ones whole, options are none', async () => {
  const usages = [
    ['a', 'uninstall RELEASE [...]'],
    ['b', 'update [REPO [REPO ...]] [flags]'],
    ['c', 'cp [-e] <source>... <dest>'],
    ['d', 'delete {<id> | <url>} KEY=VALUE'],
    ['e', 'never [ends'],
  ];
  const commands = usages.map(([name, usage]) => `var ${name} = &cobra.Command{Use: "${usage}"}`);
  const adding = `func init() { rootCmd.AddCommand(a, b, c, d, e) }`;
  expect(await typed({ 'cmd/a.go': [...COBRA, ...commands, adding] })).toEqual([
    'uninstall <RELEASE> [...]',
    'update [REPO [REPO ...]]',
    'cp <source...> <dest>',
    'delete <id | url> <KEY=VALUE>',
    'never',
  ]);
});

test("cobra: what the program's own help hides is not shown; names and texts may be constants", async () => {
  const commands = await typed({
    'cmd/root.go': [
      ...COBRA,
      'const (',
      '\tquiet = "quiet"',
      '\tabout = "says " + "less"',
      ')',
      'var rootCmd = &cobra.Command{Use: "mill <command> <subcommand> [flags]"}',
      'var oldCmd = &cobra.Command{Use: "old", Deprecated: "use new"}',
      'func init() {',
      '\trootCmd.Flags().Bool(quiet, false, about)',
      '\trootCmd.Flags().Bool("force", false, "no more")',
      '\trootCmd.Flags().MarkDeprecated("force", "use --quiet")',
      '\trootCmd.Flags().UintSliceP("port", "p", nil, "ports")',
      '\trootCmd.AddCommand(oldCmd, &cobra.Command{Use: "inline"})',
      '}',
    ],
  });
  expect(commands).toEqual(['mill --quiet -p --port=uintslice', 'mill inline']);
});

test('cobra: a variable is the command that it held last, in its own function', async () => {
  const commands = await typed({
    'cmd/root.go': [
      ...COBRA,
      'func NewRootCmd() *cobra.Command {',
      '\troot := &cobra.Command{Use: "mill"}',
      '\tcmd := &cobra.Command{Use: "one"}',
      '\tcmd.Flags().Bool("first", false, "")',
      '\troot.AddCommand(cmd)',
      '\tcmd = &cobra.Command{Use: "two"}',
      '\tcmd.Flags().Bool("second", false, "")',
      '\troot.AddCommand(cmd, func() *cobra.Command {',
      '\t\tcmd := &cobra.Command{Use: "three"}',
      '\t\treturn cmd',
      '\t}())',
      '\tmade := newMade()',
      '\tmade.Flags().Bool("fourth", false, "")',
      '\troot.AddCommand(made)',
      '\treturn root',
      '}',
      'func newMade() *cobra.Command { return &cobra.Command{Use: "made"} }',
    ],
  });
  expect(commands).toEqual(['mill one --first', 'mill two --second', 'mill three', 'mill made --fourth']);
});

test('cobra: flags that a function of the file defines on what it is given belong to every command that it is given', async () => {
  const commands = await typed({
    'cmd/root.go': [
      ...COBRA,
      'var rootCmd = &cobra.Command{Use: "mill"}',
      'func init() {',
      '\ta := &cobra.Command{Use: "a"}',
      '\tb := &cobra.Command{Use: "b"}',
      '\taddOutput(a.Flags(), 1)',
      '\taddAll(b)',
      '\trootCmd.AddCommand(a, b)',
      '}',
      'func addAll(cmd *cobra.Command) {',
      '\tcmd.Flags().Bool("all", false, "")',
      '\taddOutput(cmd.Flags(), 2)',
      '}',
      'func addOutput(f *pflag.FlagSet, n int) { f.StringP("output", "o", "", "") }',
    ],
  });
  expect(commands).toEqual(['mill a -o --output=string', 'mill b --all -o --output=string']);
});

test('cobra: a command is placed by another package, however deep it stands in its own file', async () => {
  const main = (name: string, lines: readonly string[]) => [
    `package ${name}`,
    'import (',
    '\t"github.com/spf13/cobra"',
    ...lines,
  ];
  const commands = await typed({
    'pkg/cmd/root/root.go': main('root', [
      '\tauthCmd "example.com/mill/v2/pkg/cmd/auth"',
      '\t"example.com/mill/v2/pkg/cmd/space"',
      '\t"example.com/other/lib"',
      ')',
      'func NewCmdRoot() *cobra.Command {',
      '\tcmd := &cobra.Command{Use: "mill"}',
      '\tcmd.AddCommand(authCmd.NewCmdAuth(f), newSpace(), lib.NewCmdStray())',
      '\treturn cmd',
      '}',
      'func newSpace() *cobra.Command {',
      '\tcmd := space.NewRootCmd()',
      '\treturn cmd',
      '}',
    ]),
    'pkg/cmd/auth/auth.go': main('auth', [
      ')',
      'func NewCmdAuth(f int) *cobra.Command {',
      '\tcmd := &cobra.Command{Use: "auth"}',
      '\tlogin := &cobra.Command{Use: "login"}',
      '\tcmd.AddCommand(login)',
      '\treturn cmd',
      '}',
      'func NewCmdStray() *cobra.Command { return &cobra.Command{Use: "stray"} }',
    ]),
    'pkg/cmd/space/root.go': main('space', [
      ')',
      'func NewRootCmd() *cobra.Command {',
      '\troot := &cobra.Command{Use: "space", Short: "Opens."}',
      '\troot.AddCommand(&cobra.Command{Use: "open"})',
      '\treturn root',
      '}',
      'func NewTrustedRootCmd() *cobra.Command { return &cobra.Command{Use: "trusted-root"} }',
    ]),
  });
  expect(commands).toEqual(['mill', 'mill auth', 'mill auth login', 'mill space', 'mill space open']);
});

test('clap: an enum is a program of its variants; what another type holds is no program', async () => {
  const commands = await typed({
    'src/cmd.rs': [
      'use clap::{Parser, Subcommand};',
      '/// Grinds.',
      '#[derive(Debug, Parser)] #[clap(name = "mill", about)]',
      'pub enum Cmd { Add(Add), #[command(flatten)] More(More) }',
      '/// Adds.',
      '#[derive(Debug, clap::Parser)]',
      'pub struct Add {',
      '    #[clap(num_args = 1.., required = true)] pub paths: Vec<PathBuf>,',
      '    #[clap(long, action = ArgAction::Set)] pub sync: bool,',
      '    #[clap(long, default_value_os_t = here())] pub dir: PathBuf,',
      '    #[clap(long = NAME)] pub named_elsewhere: String,',
      '    #[clap(from_global)] pub verbose: bool,',
      '}',
      '#[derive(Subcommand)] pub enum More { #[clap(name = "rm")] Remove { #[clap(long, help = concat!("a", "b"))] all: bool } }',
    ],
  });
  expect(commands).toEqual(['mill', 'mill add <PATHS...> --sync=SYNC --dir=DIR', 'mill rm --all']);
  const { commands: read } = await parseSource(
    'a.rs',
    'use clap::Parser;\n#[derive(Parser)] struct A { #[arg(long, default_value_os_t = here(), help = concat!("a"))] dir: PathBuf }',
  );
  expect(read[0]?.options).toMatchObject([{ default: 'here()', required: false, description: null }]);
});

test('Thor: placeholders for options are no arguments, a banner of words is a description, a class may have a base', async () => {
  const lines = [
    'class Base < Thor',
    'end',
    'class CLI < Base',
    '  desc "install NAME [GEM [GEM ...]] [OPTIONS]", "Installs"',
    '  option :jobs, :type => :numeric, :banner => "How many at once"',
    '  option :only, :type => :array',
    '  def install; end',
    'end',
  ];
  expect(await typed({ 'cli.rb': lines })).toEqual(['install <NAME> [GEM [GEM ...]] --jobs=N --only=one two three']);
  const { commands } = await parseSource('cli.rb', lines.join('\n'));
  expect(commands[0]?.options.map(({ description }) => description)).toEqual(['How many at once', null]);
});

test('cobra: files that only add to the root of another one belong to its program', async () => {
  const commands = await typed({
    'cmd/root.go': [...COBRA, 'var rootCmd = &cobra.Command{Use: "mill"}', 'func Execute() { rootCmd.Execute() }'],
    'cmd/init.go': [...COBRA, 'func init() { rootCmd.AddCommand(buildCmd) }'],
    'cmd/build.go': [...COBRA, 'var buildCmd = &cobra.Command{Use: "build"}'],
    'cmd/serve.go': [
      ...COBRA,
      'var serveCmd = &cobra.Command{Use: "serve"}',
      'func init() { rootCmd.AddCommand(serveCmd) }',
    ],
  });
  expect(commands).toEqual(['mill', 'mill build', 'mill serve']);
});

test('a default that is a page of code is not shown', async () => {
  const code = `strings.Join([]string{${'"a", '.repeat(50)}}, ",")`;
  const { commands } = await parseSource(
    'root.go',
    [
      ...COBRA,
      'var rootCmd = &cobra.Command{Use: "mill"}',
      `func init() { rootCmd.Flags().String("x", ${code}, "") }`,
    ].join('\n'),
  );
  expect(commands[0]?.options[0]?.default).toBe('…');
});
