import { describe, expect, test } from 'vitest';
import { withStubSignatures } from '../src/code/python-stubs.ts';
import { type ParsedSource, parseSource, type SourceSymbol } from '../src/code/symbols.ts';

function parse(path: string, lines: readonly string[]): Promise<ParsedSource> {
  return parseSource(path, `${lines.join('\n')}\n`);
}

function named(symbols: readonly SourceSymbol[], name: string): SourceSymbol {
  const found = symbols.find((symbol) => symbol.name === name);
  if (found === undefined) throw new Error(`No symbol ${name} among ${symbols.map((one) => one.name).join(', ')}`);
  return found;
}

const raises = (symbol: SourceSymbol): string[] => (symbol.body?.raises ?? []).map((one) => `${one.name}:${one.line}`);

describe('Bodies in TypeScript', () => {
  test('tell what leaves a function and what is caught in it', async () => {
    const { symbols } = await parse('a.ts', [
      'export function load(path: string) {',
      '  if (path === "") throw new RangeError("empty");',
      '  try { throw new SyntaxError("x"); } catch {}',
      '  try { throw new TypeError("y"); } catch (error) { console.log(error); throw error; }',
      '  const inner = () => { throw new URIError("not its own"); };',
      '  const known = new EvalError("z");',
      '  if (inner) throw known;',
      '}',
      'export const one = () => 1;',
      'export const none = (): void => void one();',
      'export async function* rows() { for await (const row of []) yield row; return undefined; }',
      'export function later(): void { throw new Error("Not implemented yet"); }',
    ]);
    expect(raises(named(symbols, 'load'))).toEqual(['RangeError:2', 'TypeError:4', 'EvalError:7']);
    expect(named(symbols, 'load').body).toMatchObject({ returnsValue: false, yields: false, awaits: false });
    expect(named(symbols, 'one').body?.returnsValue).toBe(true);
    expect(named(symbols, 'none').body?.returnsValue).toBe(false);
    expect(named(symbols, 'rows').body).toMatchObject({ returnsValue: false, yields: true, awaits: true });
    expect(named(symbols, 'later').body?.isAbstractOrStub).toBe(true);
  });

  test('are absent where there is none; overloads have that of their implementation and all parameters', async () => {
    const { symbols } = await parse('a.ts', [
      'export interface Reader { read(): string }',
      'export abstract class Base { abstract run(): void; stop() { return 1; } }',
      'export function cut(text: string): string;',
      'export function cut(text: string, at: number): string[];',
      'export function cut(text: string, at?: number) { if (at) throw new RangeError(); return text; }',
    ]);
    expect(named(symbols, 'Reader').members[0]?.body).toBeNull();
    expect(named(symbols, 'Base').members.map((one) => [one.name, one.body?.returnsValue])).toEqual([
      ['run', undefined],
      ['stop', true],
    ]);
    expect(raises(named(symbols, 'cut'))).toEqual(['RangeError:5']);
    expect(named(symbols, 'cut').parameters.map((one) => [one.name, one.optional])).toEqual([
      ['text', false],
      ['at', true],
    ]);
  });
});

describe('Settings in TypeScript', () => {
  test('are the environment variables read, with defaults, and without those written', async () => {
    const { settings } = await parse('a.ts', [
      'const port = Number(process.env.PORT) || 3000;',
      "const host = process.env['HOST'] ?? 'localhost';",
      'process.env.WRITTEN = "1"; delete process.env.GONE;',
      'if (!process.env.TOKEN) throw new Error("TOKEN");',
      'const url = process.env.URL!;',
      "const { LEVEL = 'info', NODE_ENV: mode } = process.env;",
      'const key = import.meta.env.VITE_KEY, dev = import.meta.env.DEV;',
      "const home = Deno.env.get('HOME_DIR');",
      'const read = (name: string) => process.env[name];',
      "read('BY_NAME');",
    ]);
    expect(settings.map((one) => [one.name, one.default, one.required, one.line])).toEqual([
      ['PORT', '3000', false, 1],
      ['HOST', "'localhost'", false, 2],
      ['TOKEN', null, true, 4],
      ['URL', null, true, 5],
      ['LEVEL', "'info'", false, 6],
      ['NODE_ENV', null, false, 6],
      ['VITE_KEY', null, false, 7],
      ['HOME_DIR', null, false, 8],
      ['BY_NAME', null, false, 10],
    ]);
  });

  test('are the keys of a schema that the environment is parsed with', async () => {
    const { settings } = await parse('a.ts', [
      'const schema = z.object({',
      "  PORT: z.coerce.number().default(8000).describe('Where to listen.'),",
      '  SECRET: z.string().min(32),',
      '  DEBUG: z.string().optional(),',
      '});',
      'const other = z.object({ UNRELATED: z.string() });',
      'export const config = schema.parse(process.env);',
      "export const more = cleanEnv(process.env, { HOST: str({ default: 'x', desc: 'Its host.' }) });",
    ]);
    expect(settings.map((one) => [one.name, one.default, one.description, one.required])).toEqual([
      ['PORT', '8000', 'Where to listen.', false],
      ['SECRET', null, null, true],
      ['DEBUG', null, null, false],
      ['HOST', "'x'", 'Its host.', false],
    ]);
  });
});

const flagsOf = (parsed: ParsedSource) =>
  parsed.commands.map((one) => [
    one.program,
    one.name,
    one.description,
    one.options.map(
      (option) => `${option.flags.join(' ')}=${option.value}${option.required ? '!' : ''}:${option.default}`,
    ),
    one.arguments.map((argument) => `${argument.name}${argument.required ? '!' : ''}`),
  ]);

describe('Commands in TypeScript', () => {
  test('of commander have their options and nested sub-commands', async () => {
    const parsed = await parse('cli.ts', [
      "import { Command, Option } from 'commander';",
      "const program = new Command('mill').description('Grinds.').option('-v, --verbose', 'say more');",
      "program.command('build <dir> [files...]').description('Builds.').requiredOption('-o, --out <dir>', 'where', 'dist')",
      "  .addOption(new Option('--level <n>', 'how').default(3)).action(() => {});",
      "const user = program.command('user');",
      "user.command('add <name>').action(() => {});",
    ]);
    expect(flagsOf(parsed)).toEqual([
      ['mill', null, 'Grinds.', ['-v --verbose=null:null'], []],
      ['mill', 'build', 'Builds.', ["-o --out=dir!:'dist'", '--level=n:3'], ['dir!', 'files...']],
      ['mill', 'user', null, [], []],
      ['mill', 'user add', null, [], ['name!']],
    ]);
  });

  test('of yargs, parseArgs and cac are read too', async () => {
    const yargs = await parse('a.js', [
      "import yargs from 'yargs';",
      "yargs(hideBin(process.argv)).scriptName('tool').command('serve [port]', 'Serves.', (y) =>",
      "  y.positional('port', { describe: 'where', default: 80 }).option('open', { alias: 'o', type: 'boolean' }), run).parse();",
    ]);
    expect(flagsOf(yargs)).toEqual([['tool', 'serve', 'Serves.', ['-o --open=null:null'], ['port']]]);
    const node = await parse('b.ts', [
      "import { parseArgs } from 'node:util';",
      "const options = { out: { type: 'string', short: 'o', default: 'x' }, all: { type: 'boolean' } } as const;",
      'const { values } = parseArgs({ options });',
    ]);
    expect(flagsOf(node)).toEqual([[null, null, null, ["-o --out=string:'x'", '--all=null:null'], []]]);
    const cac = await parse('c.ts', [
      "import cac from 'cac';",
      "const cli = cac('vite');",
      "cli.option('--base <path>', 'base path', { default: '/' });",
      "cli.command('[root]', 'Starts.').option('--host [host]', 'name');",
    ]);
    expect(flagsOf(cac)).toEqual([
      ['vite', null, null, ["--base=path:'/'"], []],
      ['vite', '', 'Starts.', ['--host=host:null'], ['root']],
    ]);
  });
});

describe('Declared names', () => {
  test('are all of a TypeScript file, private ones and members too, and not those only used', async () => {
    const { declared } = await parse('a.ts', [
      "import { used as local } from 'x';",
      'class Hidden { #secret = 1; run(times: number) { this.made = times; return other.prop; } }',
      'export const table = { alpha: 1, "beta-two": 2 };',
      'enum Kind { First }',
    ]);
    expect(declared).toEqual(
      ['Hidden', 'First', 'Kind', 'alpha', 'beta-two', 'local', 'made', 'run', 'secret', 'table', 'times'].sort(),
    );
  });

  test('are all of a Python file', async () => {
    const { declared } = await parse('a.py', [
      'import os.path as p',
      'class _Hidden:',
      '    field: int = 1',
      '    def run(self, times, *args, flag=False, **rest): self.made = other.prop',
      'TABLE = {"alpha": used}',
    ]);
    expect(declared).toEqual(
      ['TABLE', '_Hidden', 'alpha', 'args', 'field', 'flag', 'made', 'p', 'rest', 'run', 'self', 'times'].sort(),
    );
  });
});

describe('Bodies in Python', () => {
  test('tell what leaves a function and what is caught in it', async () => {
    const { symbols } = await parse('a.py', [
      'def load(path):',
      '    try:',
      '        raise KeyError(path)',
      '    except LookupError:',
      '        raise ValueError(path) from None',
      '    try:',
      '        pass',
      '    except (OSError, errors.Broken) as error:',
      '        raise',
      '    def inner():',
      '        raise IndexError',
      '    return None  # nothing',
      'async def rows():',
      '    async with x: yield 1',
      'def stub():',
      '    """Does it."""',
      '    raise NotImplementedError',
    ]);
    expect(raises(named(symbols, 'load'))).toEqual(['ValueError:5', 'OSError:9', 'errors.Broken:9']);
    expect(named(symbols, 'load').body).toMatchObject({ returnsValue: false, isAbstractOrStub: false });
    expect(named(symbols, 'rows').body).toMatchObject({ yields: true, awaits: true });
    expect(named(symbols, 'stub').body?.isAbstractOrStub).toBe(true);
  });
});

describe('Settings in Python', () => {
  test('are those of os.environ and of pydantic, with their defaults', async () => {
    const { settings } = await parse('a.py', [
      'import os',
      "token = os.environ['TOKEN']",
      "os.environ['WRITTEN'] = '1'; request(environ['PATH_INFO'])",
      "host = os.environ.get('HOST', 'localhost')",
      "level = os.getenv('LEVEL') or 'info'",
      'class Settings(BaseSettings):',
      "    model_config = SettingsConfigDict(env_prefix='APP_')",
      '    port: int = 80',
      "    name: str = Field(..., description='Its name.')",
    ]);
    expect(settings.map((one) => [one.name, one.default, one.description, one.required, one.line])).toEqual([
      ['TOKEN', null, null, true, 2],
      ['HOST', "'localhost'", null, false, 4],
      ['LEVEL', "'info'", null, false, 5],
      ['APP_PORT', '80', null, false, 8],
      ['APP_NAME', null, 'Its name.', true, 9],
    ]);
  });
});

describe('Commands in Python', () => {
  test('of argparse, click and typer have their options and sub-commands', async () => {
    const argparse = await parse('a.py', [
      'import argparse',
      "parser = argparse.ArgumentParser(prog='mill', description='Grinds.')",
      "parser.add_argument('-v', '--verbose', action='store_true', help='say more')",
      'commands = parser.add_subparsers()',
      "build = commands.add_parser('build', help='Builds.')",
      "build.add_argument('dir')",
      "build.add_argument('--out', default='dist', required=True)",
    ]);
    expect(flagsOf(argparse)).toEqual([
      ['mill', null, 'Grinds.', ['-v --verbose=null:null'], []],
      ['mill', 'build', 'Builds.', ["--out=str!:'dist'"], ['dir!']],
    ]);
    const click = await parse('b.py', [
      'import click',
      '@click.group()',
      'def cli():',
      '    """Grinds."""',
      '@cli.command()',
      "@click.argument('src', nargs=-1)",
      "@click.option('-n', '--name', default='x', help='its name')",
      'def build_all(src, name):',
      '    """Builds all."""',
    ]);
    expect(flagsOf(click)).toEqual([
      [null, null, 'Grinds.', [], []],
      [null, 'build-all', 'Builds all.', ["-n --name=TEXT:'x'"], ['src']],
    ]);
    const typer = await parse('c.py', [
      'import typer',
      "app = typer.Typer(help='Grinds.')",
      '@app.command()',
      "def hello(name: str, loud: bool = False, times: int = typer.Option(1, '--times', '-t')):",
      '    """Greets."""',
    ]);
    expect(flagsOf(typer)).toEqual([
      [null, null, 'Grinds.', [], []],
      [null, 'hello', 'Greets.', ['--loud --no-loud=null:False', '--times -t=int:1'], ['name!']],
    ]);
  });
});

describe('Docstrings', () => {
  test('in the NumPy style give parameters, other parameters, returns, raises and attributes with their lines', async () => {
    const { symbols } = await parse('a.py', [
      'def area(x, y, *args):',
      '    """Area of it.',
      '',
      '    Parameters',
      '    ----------',
      '    x, y : float, optional',
      '        Sides,',
      '        in metres.',
      '    *args',
      '        More.',
      '',
      '    Other Parameters',
      '    ----------------',
      '    unit : {"m", "cm"}',
      '        Unit.',
      '',
      '    Returns',
      '    -------',
      '    float',
      '        The area.',
      '',
      '    Raises',
      '    ------',
      '    ValueError',
      '        When negative.',
      '    TypeError',
      '        When odd.',
      '',
      '    Notes',
      '    -----',
      '    Stay here.',
      '    """',
    ]);
    const doc = symbols[0]?.doc;
    expect(doc?.style).toBe('numpy');
    expect([doc?.line, doc?.endLine]).toEqual([2, 32]);
    expect(doc?.params.map((one) => [one.name, one.type, one.text, one.line])).toEqual([
      ['x', 'float, optional', 'Sides,\nin metres.', 6],
      ['y', 'float, optional', 'Sides,\nin metres.', 6],
      ['*args', null, 'More.', 9],
      ['unit', '{"m", "cm"}', 'Unit.', 14],
    ]);
    expect(doc?.returns).toEqual({ type: 'float', text: 'The area.', line: 19 });
    expect(doc?.throws.map((one) => [one.name, one.text])).toEqual([
      ['ValueError', 'When negative.'],
      ['TypeError', 'When odd.'],
    ]);
    expect(doc?.description).toContain('Stay here.');
  });

  test('in the Google style give nested types, yields, attributes and several errors at once', async () => {
    const { symbols } = await parse('a.py', [
      'def rows(f, n):',
      '    """Rows of it.',
      '',
      '    Args:',
      '        f (Callable[[int], Dict[str, (int)]], optional): Makes',
      '            a row.',
      '        n: How many: at most.',
      '',
      '    Yields:',
      '        dict[str, int]: A row.',
      '',
      '    Raises:',
      '        KeyError, ValueError: When wrong.',
      '        :class:`~pkg.Broken`: When broken.',
      '    """',
    ]);
    const doc = symbols[0]?.doc;
    expect(doc?.style).toBe('google');
    expect(doc?.params.map((one) => [one.name, one.type, one.text])).toEqual([
      ['f', 'Callable[[int], Dict[str, (int)]], optional', 'Makes\na row.'],
      ['n', null, 'How many: at most.'],
    ]);
    expect(doc?.yields).toEqual({ type: 'dict[str, int]', text: 'A row.', line: 10 });
    expect(doc?.returns).toBeNull();
    expect(doc?.throws.map((one) => one.name)).toEqual(['KeyError', 'ValueError', 'pkg.Broken']);
  });
});

describe('Depth', () => {
  test('a stub file gives its signatures to the module beside it, which keeps its comments', async () => {
    const source = await parse('mod.py', [
      'def f(a):',
      '    """Does."""',
      '    raise KeyError',
      'class C:',
      '    def m(self, x): pass',
    ]);
    const stub = await parse('mod.pyi', [
      'def f(a: int) -> str: ...',
      'class C:',
      '    def m(self, x: bytes) -> None: ...',
    ]);
    const lone = await parse('lone.pyi', ['y: int']);
    const files = withStubSignatures([
      { path: 'lone.pyi', ...lone },
      { path: 'mod.py', ...source },
      { path: 'mod.pyi', ...stub },
    ]);
    expect(files.map((file) => file.path)).toEqual(['lone.pyi', 'mod.py']);
    const symbols = files[1]?.symbols ?? [];
    expect(named(symbols, 'f')).toMatchObject({
      signature: 'def f(a: int) -> str',
      returns: 'str',
      doc: { summary: 'Does.' },
    });
    expect(raises(named(symbols, 'f'))).toEqual(['KeyError:3']);
    expect(named(symbols, 'C').members[0]?.parameters[0]?.type).toBe('bytes');
  });

  test('__all__ may be a sum of lists and of the lists of modules', async () => {
    const { symbols, reexports } = await parse('pkg/__init__.py', [
      'from . import parser',
      'from .parser import *',
      'from .other import *',
      "__all__ = ['one'] + parser.__all__",
      "__all__ += ('two',)",
      "__all__.append('three')",
      'def one(): pass',
      'def two(): pass',
      'def three(): pass',
      'def four(): pass',
    ]);
    expect(symbols.map((one) => one.name)).toEqual(['one', 'two', 'three']);
    expect(reexports).toEqual([{ specifier: '.parser', imported: '*', exported: '*', line: 2 }]);
  });

  test('types of JSDoc comments are symbols of a JavaScript file', async () => {
    const { symbols } = await parse('a.js', [
      '/**',
      ' * What to do.',
      ' * @typedef {object} Options',
      ' * @property {string} name - its name',
      ' */',
      '/** @callback Done',
      ' * @param {Error} error',
      ' * @returns {boolean} */',
      'export const x = 1;',
    ]);
    expect(symbols.map((one) => one.signature)).toEqual([
      'type Options = object',
      'type Done = (error: Error) => boolean',
      'const x = 1',
    ]);
    expect(named(symbols, 'x').doc).toBeNull();
    expect(symbols[0]?.members.map((one) => one.signature)).toEqual(['name: string']);
  });

  test('components show the type of their props, and interfaces in parts are one', async () => {
    const { symbols } = await parse('a.tsx', [
      'export const Button: React.FC<ButtonProps> = ({ label }) => <b>{label}</b>;',
      'export const Input = forwardRef<HTMLInputElement, InputProps>(function Input(props: InputProps, ref) { return <i />; });',
      'export interface Shape { a: 1 }',
      'export interface Shape { b: 2 }',
    ]);
    expect(named(symbols, 'Button').parameters[0]?.type).toBe('ButtonProps');
    expect(named(symbols, 'Input')).toMatchObject({
      kind: 'function',
      parameters: [{ type: 'InputProps' }, { name: 'ref' }],
    });
    expect(
      symbols.filter((one) => one.name === 'Shape').map((one) => one.members.map((member) => member.name)),
    ).toEqual([['a', 'b']]);
  });
});
