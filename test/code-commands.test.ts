import { expect, test } from 'vitest';
import { parseSource } from '../src/code/symbols.ts';
import { placedCommands } from '../src/docs/engine/command-places.ts';

/** Each command as a user sees it: program, name, description, options with value and default, arguments. */
async function commandsIn(path: string, lines: readonly string[]) {
  const { commands } = await parseSource(path, `${lines.join('\n')}\n`);
  // A file by itself: what another one must place is tested by its page.
  const placed = commands.filter((one) => one.link === undefined || one.link.isPlaced);
  return placed.map((one) => ({
    command: [one.program, one.name].filter((part) => part !== null).join(' '),
    description: one.description,
    options: one.options.map((option) => {
      const marks = `${option.required ? '!' : ''}${option.repeated ? '*' : ''}`;
      return `${option.flags.join(' ')}=${option.value}${marks}:${option.default}`;
    }),
    arguments: one.arguments.map((argument) => `${argument.name}${argument.required ? '!' : ''}`),
  }));
}

test('clap: derived commands with their options, nested and flattened', async () => {
  const commands = await commandsIn('main.rs', [
    'use clap::{Args, Parser, Subcommand};',
    '/// Grinds corn.',
    '///',
    '/// And more.',
    '#[derive(Parser, Debug)]',
    '#[command(name = "mill", version)]',
    'struct Cli {',
    '    /// Says more',
    '    #[arg(short, long, global = true, action = clap::ArgAction::Count)]',
    '    verbose: u8,',
    '    #[arg(long = "colour", default_value = "auto", help = "When to colour, \\"auto\\" or never")]',
    '    color: String,',
    '    #[arg(long, hide = true)]',
    '    secret: bool,',
    '    #[command(subcommand)]',
    '    command: Option<Commands>,',
    '}',
    '#[derive(Subcommand, Debug)]',
    'enum Commands {',
    '    /// Builds it.',
    '    Build(BuildArgs),',
    '    #[command(subcommand)]',
    '    Remote(RemoteCommands),',
    '    #[command(name = "do", about = "Does it.")]',
    '    Run { files: Vec<PathBuf>, #[arg(short)] n: Option<usize> },',
    '    #[command(external_subcommand)]',
    '    Other(Vec<String>),',
    '}',
    '#[derive(Args, Debug)]',
    'struct BuildArgs {',
    '    /// Where it lies',
    '    dir: std::path::PathBuf,',
    '    #[command(flatten)]',
    '    out: Out,',
    '}',
    '#[derive(Args, Debug)]',
    'struct Out {',
    '    #[arg(short = \'O\', long, value_name = "DIR")]',
    '    out_dir: String,',
    '}',
    '#[derive(Subcommand, Debug)]',
    'enum RemoteCommands { AddOne { name: String } }',
  ]);
  expect(commands).toEqual([
    {
      command: 'mill',
      description: 'Grinds corn.',
      options: ['-v --verbose=null*:null', '--colour=COLOR:auto'],
      arguments: [],
    },
    { command: 'mill build', description: 'Builds it.', options: ['-O --out-dir=DIR!:null'], arguments: ['DIR!'] },
    { command: 'mill remote', description: null, options: [], arguments: [] },
    { command: 'mill do', description: 'Does it.', options: ['-n=N:null'], arguments: ['FILES...'] },
    { command: 'mill remote add-one', description: null, options: [], arguments: ['NAME!'] },
  ]);
});

test('clap: types that hold each other end', async () => {
  const commands = await commandsIn('main.rs', [
    'use clap::Parser;',
    '#[derive(Parser)] struct Cli { #[command(subcommand)] command: Commands }',
    '#[derive(Subcommand)] enum Commands { #[command(subcommand)] Again(Box<Commands>) }',
  ]);
  expect(commands.length).toBeGreaterThan(1);
  expect(commands.length).toBeLessThan(20);
});

test('cobra: commands whose place the file shows, with flags of both kinds', async () => {
  const commands = await commandsIn('cmd/root.go', [
    'package cmd',
    'import "github.com/spf13/cobra"',
    'var rootCmd = &cobra.Command{Use: "mill [flags]", Short: "Grinds."}',
    'var buildCmd = &cobra.Command{',
    '\tUse:   "build <dir> [files...]",',
    '\tLong: `Builds it.',
    '',
    'With care.`,',
    '\tRunE: func(cmd *cobra.Command, args []string) error { return nil },',
    '}',
    'var strayCmd = &cobra.Command{Use: "stray", Short: "Belongs elsewhere."}',
    'var hiddenCmd = &cobra.Command{Use: "hidden", Hidden: true}',
    'func newRemote() *cobra.Command {',
    '\tcmd := &cobra.Command{Use: "remote NAME"}',
    '\tcmd.Flags().Bool("dry-run", false, "only " + "says so")',
    '\treturn cmd',
    '}',
    'func init() {',
    '\trootCmd.PersistentFlags().StringVarP(&config, "config", "c", "", "config `file`")',
    '\tflags := buildCmd.Flags()',
    '\tflags.IntP("jobs", "j", 4, "how many at once")',
    '\tflags.StringSlice("tag", nil, "a tag")',
    '\tflags.CountP("verbose", "v", "says more")',
    '\tflags.String("old", "", "no more")',
    '\tflags.MarkHidden("old")',
    '\tbuildCmd.MarkFlagRequired("jobs")',
    '\trootCmd.AddCommand(buildCmd, newRemote(), hiddenCmd)',
    '}',
  ]);
  expect(commands).toEqual([
    { command: 'mill', description: 'Grinds.', options: ['-c --config=file:null'], arguments: [] },
    {
      command: 'mill build',
      description: 'Builds it.',
      options: ['-j --jobs=int!:4', '--tag=stringslice*:null', '-v --verbose=null*:null'],
      arguments: ['dir!', 'files...'],
    },
    { command: 'mill remote', description: null, options: ['--dry-run=null:null'], arguments: ['NAME!'] },
  ]);
});

test('cobra: a command added to a root of another file; commands that hold each other', async () => {
  const added = await commandsIn('cmd/serve.go', [
    'package cmd',
    'import "github.com/spf13/cobra"',
    'func init() { rootCmd.AddCommand(serveCmd) }',
    'var serveCmd = &cobra.Command{Use: "serve", Short: "Serves."}',
    'func loop() { a := &cobra.Command{Use: "a"}; b := &cobra.Command{Use: "b"}; a.AddCommand(b); b.AddCommand(a) }',
  ]);
  expect(added).toEqual([{ command: 'serve', description: 'Serves.', options: [], arguments: [] }]);
});

test('cobra: a command of another file of the package has its place from there, one that nobody adds has none', async () => {
  const files = {
    'cmd/mill/main.go': [
      'package main',
      'var rootCmd = &cobra.Command{Use: "mill"}',
      'func main() { rootCmd.AddCommand(remoteCmd, newBuild(), newHeld().cmd, other.NewStray()) }',
    ],
    'cmd/mill/remote.go': [
      'package main',
      'var remoteCmd = &cobra.Command{Use: "remote"}',
      'func init() { remoteCmd.AddCommand(addCmd) }',
    ],
    'cmd/mill/add.go': ['package main', 'var addCmd = &cobra.Command{Use: "add NAME"}'],
    'cmd/mill/build.go': [
      'package main',
      'func newBuild() *cobra.Command { return &cobra.Command{Use: "build", Short: "Builds."} }',
      'func newHeld() *held { it := &held{}; cmd := &cobra.Command{Use: "held"}; it.cmd = cmd; return it }',
      'func NewStray() *cobra.Command { return &cobra.Command{Use: "stray"} }',
    ],
    'cmd/other/add.go': ['package main', 'var addCmd = &cobra.Command{Use: "no"}'],
  };
  const modules = Object.entries(files).map(async ([path, [first = '', ...rest]]) => {
    const text = [first, 'import "github.com/spf13/cobra"', ...rest].join('\n');
    return { path, commands: (await parseSource(path, text)).commands };
  });
  const placed = placedCommands(await Promise.all(modules));
  expect(placed.flatMap(({ path, uses }) => uses.map((use) => [path, use.program, use.name]))).toEqual([
    ['cmd/mill/main.go', 'mill', null],
    ['cmd/mill/remote.go', 'mill', 'remote'],
    ['cmd/mill/add.go', 'mill', 'remote add'],
    ['cmd/mill/build.go', 'mill', 'build'],
    ['cmd/mill/build.go', 'mill', 'held'],
  ]);
});

test("Go's flag package: of a program, not of a library; one set of flags is the program's, several are sub-commands", async () => {
  const lines = [
    'import (',
    '\t"flag"',
    ')',
    'var addr = flag.String("addr", ":8080", "`address` to listen on")',
    'func main() {',
    '\tflag.BoolVar(&quiet, "q", false, "says less")',
    '\tflag.Var(&list, "I", "more folders")',
    '\tother.String("no", "", "flag")',
    '}',
  ];
  expect(await commandsIn('main.go', ['package main', ...lines])).toEqual([
    {
      command: '',
      description: null,
      options: ['-addr=address:":8080"', '-q=null:null', '-I=value:null'],
      arguments: [],
    },
  ]);
  expect(await commandsIn('lib.go', ['package lib', ...lines])).toEqual([]);
  const sets = await commandsIn('main.go', [
    'package main',
    'import "flag"',
    'func main() {',
    '\tbuild := flag.NewFlagSet("build", flag.ExitOnError)',
    '\tbuild.Int("n", 0, "times")',
    '\tclean := flag.NewFlagSet("clean", flag.ExitOnError)',
    '\tclean.Bool("all", false, "everything")',
    '}',
  ]);
  expect(sets.map((one) => [one.command, one.options])).toEqual([
    ['build', ['-n=int:null']],
    ['clean', ['-all=null:null']],
  ]);
});

test('OptionParser: flags, values and the name in the banner', async () => {
  const commands = await commandsIn('bin/mill.rb', [
    "require 'optparse'",
    'OptionParser.new do |opts|',
    '  opts.banner = "Usage: mill [options] FILE"',
    '  opts.on("-v", "--[no-]verbose", "Says", "more") { |v| }',
    "  opts.on('-o', '--output FILE', String, 'where to')",
    "  opts.on('--level [N]', Integer)",
    '  emitter.on("--event", "no option")',
    'end.parse!',
  ]);
  expect(commands).toEqual([
    {
      command: 'mill',
      description: null,
      options: ['-v --[no-]verbose=null:null', '-o --output=FILE:null', '--level=N:null'],
      arguments: [],
    },
  ]);
});

test('Thor: commands with their options, sub-commands of the same file, nothing hidden', async () => {
  const commands = await commandsIn('lib/cli.rb', [
    'class Remote < Thor',
    '  desc "add NAME", "Adds one"',
    '  def add(name); end',
    'end',
    'class CLI < Thor',
    '  class_option :verbose, type: :boolean, aliases: ["-v"], desc: "Says more"',
    '  desc "build DIR [FILES]", "Builds it"',
    '  method_option :out_dir, aliases: "-o", default: "dist", required: true, desc: "where to"',
    '  def build(dir, *files); end',
    '  desc "secret", "no", hide: true',
    '  def secret; end',
    '  desc "remote SUBCOMMAND", "Remotes"',
    '  subcommand "remote", Remote',
    'end',
    'class Elsewhere < Thor',
    '  desc "stray", "belongs elsewhere"',
    '  def stray; end',
    'end',
  ]);
  expect(commands).toEqual([
    { command: 'remote add', description: 'Adds one', options: [], arguments: ['NAME!'] },
    { command: '', description: null, options: ['-v --verbose=null:null'], arguments: [] },
    {
      command: 'build',
      description: 'Builds it',
      options: ['-o --out-dir=OUT-DIR!:"dist"'],
      arguments: ['DIR!', 'FILES'],
    },
    { command: 'remote', description: 'Remotes', options: [], arguments: [] },
  ]);
});
