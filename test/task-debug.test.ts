import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSource } from '../src/code/symbols.ts';
import type { AnalysedFinding } from '../src/tasks/engine/analysed-tree.ts';
import { debugCode } from '../src/tasks/engine/debug.ts';
import { readDebugPrompt } from '../src/tasks/engine/debug-prompt.ts';
import type { SafeFix } from '../src/tasks/engine/safe-fix.ts';
import { judge } from '../src/tasks/engine/safe-fixes.ts';
import { applyEdits } from '../src/tasks/engine/text-edits.ts';
import { editOf, type Files, TestRepository, taskTools } from './task-checkout.ts';

const data = z.object({
  files: z.array(z.string()),
  places: z.array(z.object({ path: z.string(), line: z.number().nullable(), reason: z.string(), by: z.string() })),
  unknownPlaces: z.array(z.string()),
  findings: z.array(z.object({ path: z.string(), line: z.number(), rule: z.string(), nearness: z.string() })),
  fixes: z.array(z.object({ path: z.string(), rules: z.array(z.string()) })),
  dropped: z.array(z.object({ path: z.string(), reason: z.string() })),
});

async function debug(files: Files, prompt: string) {
  const repository = new TestRepository(files);
  const tools = taskTools();
  const outcome = await debugCode(repository.brief(prompt), tools);
  const [finding] = outcome.findings;
  if (finding === undefined) throw new Error('a debug task reports what it found');
  expect(repository.status()).toBe('');
  expect(readdirSync(tools.scratch)).toEqual([]);
  return { outcome, content: finding.content, data: data.parse(finding.data), repository };
}

const loader = `import os
import yaml


def read_config(path):
    """Read the configuration."""
    with open(path) as file:
        config = yaml.load(file)
    if config == None:
        config = {}
    return config


def pick(rows):
    nameless = rows.name == None
    return rows.filter(rows.name == None, nameless)
`;

describe('a debug task', { timeout: 120_000 }, () => {
  it('mends what is certain, leaves what an object could give a meaning, and the file parses', async () => {
    const { outcome, data: found } = await debug({ 'app/config.py': loader }, 'app/config.py does not load');
    const after = editOf(outcome.edits, 'app/config.py');
    expect(after).toBe(
      loader
        .replace('import os\n', '')
        .replace('yaml.load(', 'yaml.safe_load(')
        .replace('if config == None', 'if config is None'),
    );
    expect((await parseSource('config.py', after)).problems).toEqual([]);
    expect(found.fixes.flatMap(({ rules }) => rules).sort()).toEqual([
      'E711',
      'F401',
      'security/unsafe-deserialization',
    ]);
    expect(outcome.editSummary).toBe('Mends 3 findings in 1 file.');
  });

  it('ranks what stands at the line of a trace first, whatever machine the trace is of', async () => {
    const files = {
      'src/shop/cart.py':
        'import json\n\n\ndef total(rows=[]):\n    return sum(rows)\n\n\ndef empty(a):\n    return missing(a)\n',
      'src/shop/other.py': 'def f():\n    return gone\n',
    };
    const trace =
      'Traceback:\n  File "/srv/build/7/src/shop/cart.py", line 9, in empty\n    return missing(a)\nNameError: no';
    const { data: found, content } = await debug(files, trace);
    expect(found.files).toEqual(['src/shop/cart.py']);
    expect(found.findings[0]).toMatchObject({ path: 'src/shop/cart.py', line: 9, rule: 'F821', nearness: 'there' });
    expect(content).toContain('blob/');
    expect(content).toContain('src/shop/cart.py#L9');
    expect(content).not.toContain('other.py');
  });

  it('goes to the function that a frame names when the lines are of another version', async () => {
    const files = { 'lib/a.py': 'def one():\n    return 1\n\n\ndef two():\n    return gone\n' };
    const { data: found } = await debug(files, 'File "lib/a.py", line 1, in two');
    expect(found.places[0]).toMatchObject({ path: 'lib/a.py', line: 5, reason: 'name', by: 'two' });
  });

  it('finds the files by symbols and by words, and says when a place is not there', async () => {
    const files = {
      'src/webhook.ts': 'export class Webhook {\n  send(url: string) {\n    debugger;\n    return url;\n  }\n}\n',
      'src/colours.ts': '/** Colours of the theme. */\nexport const palette = ["red"];\n',
    };
    const named = await debug(files, 'the `Webhook` class fails, see src/gone.ts:12');
    expect(named.data.files).toEqual(['src/webhook.ts']);
    expect(named.data.unknownPlaces).toEqual(['src/gone.ts:12']);
    expect(editOf(named.outcome.edits, 'src/webhook.ts')).not.toContain('debugger');
    const matched = await debug(files, 'theme colours look wrong');
    expect(matched.data.files).toEqual(['src/colours.ts']);
    expect(matched.content).toContain('match its words best');
  });

  it('mends JavaScript and TypeScript by oxlint where a finding stands, and imports nobody uses', async () => {
    const text = [
      "import { join, resolve } from 'node:path';",
      "import { readFile } from 'node:fs';",
      '',
      'export function f(a: object, b: number) {',
      '  if (!a instanceof Map) return join("a");',
      '  return b === NaN ? 1 : 2;',
      '}',
      '',
    ].join('\n');
    const { outcome, data: found } = await debug({ 'src/f.ts': text }, 'src/f.ts is odd');
    const after = editOf(outcome.edits, 'src/f.ts');
    expect(after).toBe(
      text
        .replace('join, resolve', 'join')
        .replace("import { readFile } from 'node:fs';\n", '')
        .replace('!a instanceof Map', '!(a instanceof Map)')
        .replace('b === NaN', 'isNaN(b)'),
    );
    expect(found.fixes).toHaveLength(4);
  });

  it('leaves alone what names say, what the author remarks on, and what is run for its effect', async () => {
    const files = {
      'tests/test_a.py': 'from fixtures import session\n\n\ndef test_it(session):\n    assert session\n',
      'a.py': 'import readline  # for its effect on input()\n\n\ndef f():\n    return "\\d"  # noqa: W605\n',
      'b.js': "import { polyfill } from './polyfill.js';\nexport const one = 1;\n",
      'polyfill.js': 'globalThis.x = 1;\nexport const polyfill = 1;\n',
    };
    const { outcome } = await debug(files, 'check a.py, b.js and tests/test_a.py');
    expect(outcome.edits).toEqual([]);
    expect(outcome.editSummary).toBeNull();
  });

  it('drops a fix that makes another file wrong', async () => {
    const files = {
      'pkg/__init__.py': '',
      'pkg/names.py': 'from pkg.base import Base\n\nVALUE = f"plain"\n',
      'pkg/base.py': 'class Base:\n    """A base."""\n',
      'pkg/user.py': 'from pkg.names import Base\n\n\nclass User(Base):\n    """A user."""\n',
    };
    const { outcome, data: found } = await debug(files, 'look at pkg/names.py');
    expect(outcome.edits.map(({ path }) => path)).not.toContain('pkg/user.py');
    // Whatever is kept, the import that another module takes from here stays.
    const after = outcome.edits.find(({ path }) => path === 'pkg/names.py')?.after ?? files['pkg/names.py'];
    expect(after).toContain('from pkg.base import Base');
    expect(found.dropped.length).toBeGreaterThan(0);
  });

  it('does not touch a file that does not parse, or whose text would not come back the same', async () => {
    const latin = Buffer.concat([Buffer.from('import os\n# '), Buffer.from([0xe9]), Buffer.from('\nx = 1\n')]);
    const files = { 'broken.py': 'import os\ndef f(:\n', 'latin.py': latin };
    const { outcome } = await debug(files, 'broken.py and latin.py');
    expect(outcome.edits).toEqual([]);
  });

  it('stops with the reason when it is aborted', async () => {
    const repository = new TestRepository({ 'a.py': 'x = 1\n' });
    const reason = new Error('cancelled');
    const stop = new AbortController();
    const tools = taskTools({ signal: stop.signal, report: (done) => done >= 0.2 && stop.abort(reason) });
    await expect(debugCode(repository.brief('a.py'), tools)).rejects.toBe(reason);
    expect(readdirSync(tools.scratch)).toEqual([]);
  });
});

describe('a prompt', () => {
  it.each([
    ['File "/app/src/x.py", line 12, in run', { path: '/app/src/x.py', line: 12, callee: 'run' }],
    ['    at Cart.total (/app/src/cart.ts:10:5)', { path: '/app/src/cart.ts', line: 10, callee: 'Cart.total' }],
    ['    at file:///app/src/cart.mjs:3:1', { path: '/app/src/cart.mjs', line: 3, callee: null }],
    ['\tat com.acme.Shop.sell(Shop.java:44)', { path: 'Shop.java', line: 44, callee: 'com.acme.Shop.sell' }],
    ['main.go:17 +0x1d', { path: 'main.go', line: 17, callee: null }],
    ["lib/a.rb:7:in `call'", { path: 'lib/a.rb', line: 7, callee: 'call' }],
    ['src/a.ts(12,5): error TS2322', { path: 'src/a.ts', line: 12, callee: null }],
    ['see src\\win\\a.py line 4', { path: 'src/win/a.py', line: 4, callee: null }],
    ['on line 9 of src/b.py', { path: 'src/b.py', line: 9, callee: null }],
    ['https://github.com/a/b/blob/main/src/c.py#L8', { line: 8 }],
    ['what is wrong in ./src/d.ts?', { path: 'src/d.ts', line: null, callee: null }],
  ])('names the place in %j', (prompt, place) => {
    expect(readDebugPrompt(prompt).places[0]).toMatchObject(place);
  });

  it('names errors with their messages and code by its spelling', () => {
    const { errors, names } = readDebugPrompt('calling parse_url or `Cart` gives\nValueError: bad port 99999\nwhy?');
    expect(errors).toEqual([{ name: 'ValueError', message: 'bad port 99999' }]);
    expect(names).toEqual(['Cart', 'parse_url', 'ValueError']);
  });

  it('is read around words and gaps that no prompt needs, of which only so much is looked at', () => {
    const noise = ['a'.repeat(9000), '\n'.repeat(9000), 'a_'.repeat(4500), 'a/'.repeat(4500)];
    for (const long of noise) {
      const { places, names } = readDebugPrompt(`${long}\nlook at src/cart.ts:12 and \`total\``);
      expect(places).toContainEqual({ path: 'src/cart.ts', line: 12, callee: null });
      expect(names).toContain('total');
      expect(places.every(({ path }) => path.length <= 400)).toBe(true);
    }
  });
});

describe('the check of fixes', () => {
  const finding = (more: Partial<AnalysedFinding>): AnalysedFinding => ({
    type: 'QUALITY',
    rule: 'F401',
    engine: 'ruff',
    severity: 'low',
    file: 'a.py',
    line: 1,
    column: 1,
    endLine: 1,
    message: 'm',
    suggestion: null,
    cwe: null,
    fingerprint: 'one',
    ...more,
  });
  const fix = (path: string, mends: AnalysedFinding): SafeFix => ({ path, what: '', findings: [mends], edits: [] });

  it('drops what leaves its finding, and what brings another', () => {
    const was = finding({});
    const one = fix('a.py', was);
    expect(judge([one], [was], []).size).toBe(0);
    expect(judge([one], [was], [was]).get(one)).toContain('F401');
    expect(judge([one], [was], [finding({ rule: 'F821', fingerprint: 'new' })]).get(one)).toContain('F821');
  });

  it('blames the nearest fix in the file, and all of them for another file', () => {
    const [was, far] = [finding({}), finding({ line: 90, fingerprint: 'far' })];
    const [one, two] = [fix('a.py', was), fix('a.py', far)];
    const here = judge([one, two], [was, far], [finding({ rule: 'F821', line: 88, fingerprint: 'x' })]);
    expect([...here.keys()]).toEqual([two]);
    const elsewhere = judge([one, two], [was, far], [finding({ rule: 'F821', file: 'b.py', fingerprint: 'x' })]);
    expect([...elsewhere.keys()]).toEqual([one, two]);
  });

  it('refuses edits that overlap', () => {
    const edits = [
      { start: 0, end: 3, text: 'a' },
      { start: 2, end: 4, text: 'b' },
    ];
    expect(() => applyEdits('abcdef', edits)).toThrow(RangeError);
  });
});
