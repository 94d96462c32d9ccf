import { describe, expect, it } from 'vitest';
import { withPythonTree } from '../src/code/python-grammar.ts';
import { pythonEffects } from '../src/code/quality/python-effects.ts';
import { copyTree } from '../src/code/quality/python-nodes.ts';
import { lintPython } from '../src/code/quality/ruff.ts';
import { ruffSeverity } from '../src/code/quality/ruff-rules.ts';
import { defaultRuffSettings } from '../src/code/quality/ruff-settings.ts';

/** What is said of lines of Python by one rule: the line, and `harmless` where it weighs less. */
function told(rule: string, ...lines: string[]): string[] {
  const { hits, problem } = lintPython(`${lines.join('\n')}\n`, defaultRuffSettings);
  expect(problem).toBeNull();
  return hits
    .filter(({ code }) => code === rule)
    .sort((a, b) => a.line - b.line)
    .map(({ line, isHarmless = false }) => (isHarmless ? `harmless ${line}` : `${line}`));
}

describe('a comma at the end of a statement', () => {
  it('is meant where a function gives tuples elsewhere, and left over where it gives none', () => {
    const found = told(
      'COM818',
      'def keys(key, prefix):',
      '    if prefix:',
      '        return prefix + key, key',
      '    return key,',
      'def names(key) -> tuple[str, ...]:',
      '    return key,',
      'def path(key):',
      '    # type: (str) -> Sequence[str]',
      '    return key,',
      'def parts(key):',
      '    if not key:',
      '        return ()',
      '    return key,',
      'def key(given):',
      '    if not given:',
      '        return call(given, None)',
      '    return given,', // 17
      'def other(a):',
      '    return a, a',
    );
    expect(found).toEqual(['17']);
  });

  it('changes nothing behind several values, adds one to a list, and is left over behind a call or one value', () => {
    const found = told(
      'COM818',
      'def average():',
      '    return 0.0, 0.0, 0.0,',
      'point = 1, 2,',
      'parts = []',
      'parts += point,',
      'timeout = 30,', // 6
      'app.update(', // 7
      '    {"a": 1, "b": 2},',
      '    queue="bench",',
      '),', // 10
      'title = "(a, b", ', // 11
    );
    expect(found).toEqual(['6', '10', '11']);
  });

  it('is meant where the name is used as a tuple, or is one for several texts', () => {
    const found = told(
      'COM818',
      'class Point:',
      '    __slots__ = "x",',
      '    fields = "name",',
      '    status = "open",', // 4
      'def run(command, extra):',
      '    given = command,',
      '    order = command,',
      '    wait = command,', // 8
      '    call(*given, **extra)',
      '    return order + extra, wait.seconds, extra.given',
    );
    expect(found).toEqual(['4', '8']);
  });
});

describe('a name that is given itself', () => {
  it('weighs less beside a name that changes', () => {
    const found = told(
      'PLW0127',
      'def read(payload, kind):',
      '    kind, payload = payload["task"], payload',
      '    kind, payload = kind, payload', // 3
      '    payload = payload', // 4
      '    return kind, payload',
    );
    expect(found).toEqual(['harmless 2', '3', '3', '4']);
  });
});

describe('a name that is given itself in a branch', () => {
  it('weighs less where another branch gives it a new value, and is told where none does', () => {
    const found = told(
      'PLW0127',
      'def read(headers, other, kind):',
      '    if isinstance(headers, Headers):',
      '        headers = headers', // 3
      '    elif isinstance(headers, dict):',
      '        headers = Headers(headers)',
      '    if isinstance(other, Headers):',
      '        other = other', // 7
      '    elif kind:',
      '        kind = 1',
      '    if kind:',
      '        kind = kind', // 11
      '    kind = 2',
      '    if other:',
      '        other = 1',
      '    else:',
      '        print(other)',
      '        other = other', // 17
      '    return headers, other, kind',
    );
    expect(found).toEqual(['harmless 3', '7', '11', '17']);
  });
});

describe('a loop that takes the name of something behind its `in`', () => {
  it('is meant where it only begins at that number, and told where the name is gone through or is the end', () => {
    const found = told(
      'B020',
      'def read(at, parts, end):',
      '    for at in range(at, len(parts)):',
      '        print(at)',
      '    for at in range(at - 1, -1, -1):',
      '        print(at)',
      '    for at, part in enumerate(parts[at:], at):',
      '        print(at, part)',
      '    for end in range(end):', // 8
      '        print(end)',
      '    print(end)',
      '    for end in range(at, end):', // 11
      '        print(end)',
      '    print(end)',
      '    for parts in parts:', // 14
      '        print(parts)',
      '    for parts in range(len(parts)):', // 16
      '        print(parts)',
      '    print(parts)',
      '    for parts, part in enumerate(parts[at:], at):', // 19
      '        print(part)',
      '    return at, parts, end',
    );
    expect(found).toEqual(['8', '11', '14', '16', '19']);
  });
});

describe('a function that uses the variable of a turn', () => {
  it('is of that turn where a pattern calls it for what it finds, and told where it is kept', () => {
    const found = told(
      'B023',
      'import re',
      'WORD = re.compile("a")',
      'def run(items, text, later):',
      '    for item in items:',
      '        text = re.sub(',
      '            r"a(b)",',
      '            lambda _: item,',
      '            text,',
      '        )',
      '        text = WORD.sub(lambda found: item + found[0], text)',
      '        later.sub(lambda _: item)', // 11
      '        later.append((re.sub("a", "b", text), lambda: item))', // 12
      '        re.sub("a", lambda _: later.append(lambda: item), text)', // 13
      '        re.sub("a", later(lambda: item), text)', // 14
      '    return text',
    );
    expect(found).toEqual(['11', '12', '13', '14']);
  });
});

describe('a field of a class that is named twice', () => {
  it('is declared and then given its value, and told where it has one already', () => {
    const found = told(
      'PIE794',
      'class Layer:',
      '    state: Callable[[str], None] | None',
      '    size: int = 1',
      '    many: Callable[',
      '        [str], None',
      '    ] = print',
      '    def start(self):',
      '        self.state = None',
      '    state = start',
      '    size = 2', // 10
      '    many = start', // 11
      '    state = None', // 12
    );
    expect(found).toEqual(['10', '11', '12']);
  });
});

describe('something put into the list that a loop goes through', () => {
  it('is meant behind the element of the turn, and told at its place, before it or at one of another turn', async () => {
    const lines = [
      'def split(body, later, kept):',
      '    for index, part in enumerate(body):',
      '        if part.rest:',
      '            body.insert(index + 1, part.rest)',
      '            body.insert(index, part.rest)', // 5
      '            body.insert(0, part.rest)', // 6
      '    for index, part in enumerate(body):',
      '        noted = []',
      '        for rest in part:',
      '            noted.append((index + 1, rest))',
      '        if part.whole:',
      '            noted = []',
      '        for index, rest in noted:',
      '            body.insert(index, rest)',
      '    for index, part in enumerate(body):',
      '        later.append((index + 1, part))',
      '        for place, rest in later:',
      '            body.insert(place, rest)', // 18
      '    for index, part in enumerate(body):',
      '        noted = []',
      '        noted.append((index, part))',
      '        for place, rest in noted:',
      '            body.insert(place, rest)', // 23
      '    for index, part in enumerate(body):',
      '        index = kept',
      '        body.insert(index + 1, part)', // 26
      '    for index, part in enumerate(body, 1):',
      '        body.insert(index + 1, part)', // 28
    ];
    const source = `${lines.join('\n')}\n`;
    const hits = await withPythonTree(source, (root) => pythonEffects(source, copyTree(root).tree));
    expect(hits.map(({ rule, line }) => `${rule} ${line}`)).toEqual(
      [5, 6, 18, 23, 26, 28].map((line) => `loop-mutation ${line}`),
    );
  });
});

describe('a line that stops the program for a debugger', () => {
  it('is meant in what is there for one, and told elsewhere', () => {
    const found = told(
      'T100',
      'import pdb',
      'from celery.contrib.rdb import set_trace',
      'def rdb_handler(*args):',
      '    with handling():',
      '        set_trace(args)',
      'def run(options):',
      '    if options.debugger:',
      '        pdb.set_trace()',
      '    if options.verbose:',
      '        breakpoint()', // 10
      '    if not options.debug:',
      '        breakpoint()', // 12
      'def debugged():',
      '    pdb.set_trace()', // 14
      'pdb.set_trace()', // 15
    );
    expect(found).toEqual(['10', '12', '14', '15']);
  });
});

describe('a member of an enumeration with the value of another', () => {
  it('is meant as another name for it, and told otherwise', () => {
    const found = told(
      'PIE796',
      'from enum import Enum',
      'class Mode(Enum):',
      '    FIT = "fit"',
      '    CROP = "crop"',
      '    DEFAULT = "fit"',
      '    # Deprecated, has been renamed.',
      '    ADJUST = "fit"',
      '    CUT = "crop"  # an alias',
      '    STRETCH = "crop"', // 9
    );
    expect(found).toEqual(['9']);
  });
});

describe('the first letter of the version', () => {
  it('tells Python 2 from others, and no version from 10 on', () => {
    const found = told('YTT301', 'import sys', 'old = sys.version[0] == "2"', 'new = sys.version[0] == "3"');
    expect(found).toEqual(['3']);
  });
});

describe('a list that a parameter falls back on', () => {
  it('is never changed where the parameter gets another value first', () => {
    const found = told(
      'B006',
      'def arguments(args=[]):',
      '    """Takes args = []."""',
      '    args = [one for one in args]',
      '    args.append(1)',
      '    return args',
      'def sometimes(args=[]):', // 6
      '    if args:',
      '        args = list(args)',
      '    args.append(1)',
      'def given(',
      '    args=[],', // 11
      '):',
      '    keep(args)',
      '    args = []',
    );
    expect(found).toEqual(['harmless 1', '6', '11']);
  });
});

describe('characters that turn the direction of writing', () => {
  it('are told in a module, and not in a test of what they do', () => {
    expect(ruffSeverity('PLE2502', { name: 'text.py', isTest: false })).toBe('high');
    expect(ruffSeverity('PLE2502', { name: 'test_text.py', isTest: true })).toBeNull();
  });
});
