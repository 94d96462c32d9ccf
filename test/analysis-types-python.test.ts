import { describe, expect, it } from 'vitest';
import { clearedUses } from '../src/code/types/python-bound.ts';
import { decoratedFunctions } from '../src/code/types/python-decorated.ts';
import { PythonTreeFacts } from '../src/code/types/python-tree-facts.ts';
import { typesOf } from './types-of.ts';

/** A function in which `x` is bound wherever it is used, and one that only looks like it. */
interface Pair {
  readonly name: string;
  readonly bound: readonly string[];
  readonly loose: readonly string[];
}

const pairs: readonly Pair[] = [
  {
    name: 'the same condition is asked twice, and not where its value has changed in between',
    bound: ['if a > 3:', '    x = 1', 'log(a)', 'if a > 3:', '    use(x)'],
    loose: ['if a > 3:', '    x = 1', 'a = b', 'if a > 3:', '    use(x)'],
  },
  {
    name: 'the opposite of the condition has left the function, and not where it only tells',
    bound: ['if a is not None:', '    x = 1', 'if a is None:', '    return', 'use(x)'],
    loose: ['if a is not None:', '    x = 1', 'if a is None:', '    log(a)', 'use(x)'],
  },
  {
    name: 'another name was given a value together with it, and not where that one has a value anyway',
    bound: ['y = None', 'for c in a:', '    y, x = c, c', 'if y is not None:', '    use(x)'],
    loose: ['y = b', 'for c in a:', '    y, x = c, c', 'if y is not None:', '    use(x)'],
  },
  {
    name: 'a flag says so, and not where the flag is set elsewhere too',
    bound: ['found = False', 'while a.next():', '    x = a.get()', '    found = True', 'if found:', '    use(x)'],
    loose: [
      'found = False',
      'while a.next():',
      '    x = a.get()',
      'if b:',
      '    found = True',
      'if found:',
      '    use(x)',
    ],
  },
  {
    name: 'a list was filled together with it, and not where it was full before',
    bound: ['seen = []', 'for c in a:', '    x = c', '    seen.append(x)', 'if not seen:', '    return', 'use(x)'],
    loose: ['seen = [b]', 'for c in a:', '    x = c', '    seen.append(x)', 'if not seen:', '    return', 'use(x)'],
  },
  {
    name: 'values of a list are all told apart, and not where one of them is left over',
    bound: [
      "if a in ('u', 'v'):",
      "    if a == 'u':",
      '        x = 1',
      "    elif a == 'v':",
      '        x = 2',
      '    use(x)',
    ],
    loose: [
      "if a in ('u', 'w'):",
      "    if a == 'u':",
      '        x = 1',
      "    elif a == 'v':",
      '        x = 2',
      '    use(x)',
    ],
  },
  {
    name: 'all members of an enumeration are told apart, and not where one is left over',
    bound: [
      'if a == Kind.A:',
      '    x = 1',
      'elif a == Kind.B:',
      '    x = 2',
      'elif a == Kind.C:',
      '    x = 3',
      'use(x)',
    ],
    loose: ['if a == Kind.A:', '    x = 1', 'elif a == Kind.B:', '    x = 2', 'use(x)'],
  },
  {
    name: 'a match names all members of an enumeration, and not where one is left over',
    bound: ['match a:', '    case Kind.A | Kind.B:', '        x = 1', '    case Kind.C:', '        x = 2', 'use(x)'],
    loose: [
      'match a:',
      '    case Kind.A | Kind.B:',
      '        x = 1',
      '    case other if other:',
      '        x = 2',
      'use(x)',
    ],
  },
  {
    name: 'a loop runs at least once, and not where it runs over whatever there is',
    bound: ['for c in NAMES:', '    x = c', "for d in a.split(','):", '    y = d', 'use(x, y)'],
    loose: ['for c in a:', '    x = c', 'use(x)'],
  },
  {
    name: 'an error ends the program, and not where it is only written down',
    bound: ['try:', '    x = load(a)', 'except OSError as error:', '    die(error)', 'use(x)'],
    loose: ['try:', '    x = load(a)', 'except OSError as error:', '    tell(error)', 'use(x)'],
  },
  {
    name: 'what is caught comes from a later line, and not where the line itself may raise it',
    bound: ['try:', '    x = load(a)', '    x.raise_for_status()', 'except HTTPError:', '    use(x)'],
    loose: ['try:', '    x = load(a)', '    x.raise_for_status()', 'except OSError:', '    use(x)'],
  },
  {
    name: 'nothing could fail before it, and not where something could',
    bound: ['try:', '    x = 0', '    x = load(a)', 'finally:', '    use(x)'],
    loose: ['try:', '    x = load(a)', 'finally:', '    use(x)'],
  },
  {
    name: 'its absence is caught, and not where something else is',
    bound: [
      'try:',
      '    x = load(a)',
      'except OSError:',
      '    try:',
      '        x.close()',
      '    except Exception:',
      '        pass',
    ],
    loose: [
      'try:',
      '    x = load(a)',
      'except OSError:',
      '    try:',
      '        x.close()',
      '    except OSError:',
      '        pass',
    ],
  },
  {
    name: 'its use is asked for in the same expression, and not where that asks for something else',
    bound: ['if a:', '    x = 1', 'use(x if a else 0, a and x, [x for _ in b if a])'],
    loose: ['if a:', '    x = 1', 'use(x if b else 0)'],
  },
  {
    name: 'the context lets errors through, and not where it holds them back',
    bound: ['with Held():', '    x = load(a)', 'use(x)'],
    loose: ['with Silent():', '    x = load(a)', 'use(x)'],
  },
];

const HEAD = [
  'import sys',
  'from enum import Enum',
  'NAMES = ["one", "two"]',
  'class Kind(Enum):',
  '    A = 1',
  '    B = 2',
  '    C = 3',
  'class Held:',
  '    def __exit__(self, *error) -> bool:',
  '        return False',
  'class Silent:',
  '    def __exit__(self, *error) -> bool:',
  '        return error[0] is ValueError',
  'def die(error):',
  '    print(error)',
  '    sys.exit(1)',
  'def tell(error):',
  '    if error:',
  '        sys.exit(1)',
];

/** Lines of a function, and whether each use of `x` in its last statement that mentions it is cleared. */
async function isCleared(body: readonly string[]): Promise<boolean> {
  const lines = [...HEAD, 'def act(a, b):', ...body.map((line) => `    ${line}`)];
  const line = lines.findLastIndex((one) => /\bx\b/.test(one));
  const uses = [...(lines[line] ?? '').matchAll(/\bx\b/g)].map(({ index }) => ({ line, character: index, name: 'x' }));
  const text = `${lines.join('\n')}\n`;
  const cleared = await clearedUses(text, uses, new PythonTreeFacts([{ path: 'a.py', text }]));
  return cleared.length === uses.length;
}

describe('A name of Python is bound where', () => {
  it.for(pairs)('$name', async ({ bound, loose }) => {
    expect([await isCleared(bound), await isCleared(loose)]).toEqual([true, false]);
  });

  it('it was used before: one way without a value is told once', async () => {
    const lines = ['def act(a):', '    if a:', '        x = 1', '    print(x)', '    print(x)'];
    const uses = [3, 4].map((line) => ({ line, character: 10, name: 'x' }));
    expect(await clearedUses(lines.join('\n'), uses, new PythonTreeFacts([]))).toEqual(uses.slice(1));
  });

  it('functions with ways without end are left as they are, in time', async () => {
    const many = Array.from({ length: 400 }, (_, at) => [`    if a${at} == b${at}:`, `        a${at} = ${at}`]).flat();
    const lines = ['def act(a):', '    for c in a:', '        x = c', ...many, ...many, '    print(x)'];
    const uses = [{ line: lines.length - 1, character: 10, name: 'x' }];
    expect(await clearedUses(lines.join('\n'), uses, new PythonTreeFacts([]))).toEqual([]);
  });

  it('hundreds of names of one function take no more steps together than a text has', async () => {
    const names = Array.from({ length: 300 }, (_, at) => at);
    const given = names.flatMap((at) => [`    if a.x${at}:`, `        v${at} = 1`]);
    const lines = ['def act(a):', ...given, ...names.map((at) => `    print(v${at})`)];
    const uses = names.map((at) => ({ line: given.length + 1 + at, character: 10, name: `v${at}` }));
    const allowed = { steps: 1_000_000 };
    await clearedUses(lines.join('\n'), uses, new PythonTreeFacts([]), allowed);
    // The last name may begin just before the end.
    expect(1_000_000 - allowed.steps).toBeLessThan(150_000);
    const none = { steps: 0 };
    const bound = 'def act(a):\n    if a:\n        x = 1\n    if a:\n        print(x)\n';
    const use = [{ line: 4, character: 14, name: 'x' }];
    expect(await clearedUses(bound, use, new PythonTreeFacts([]))).toEqual(use);
    expect(await clearedUses(bound, use, new PythonTreeFacts([]), none)).toEqual([]);
  });
});

describe('Of Python’s types', () => {
  it('only names that may not be bound are told, once each', async () => {
    const found = await typesOf({
      'a.py': [
        'def one(a: int) -> int:',
        '    if a > 3:',
        '        x = 1',
        '    if a > 3:',
        '        return x',
        '    return 0',
        'def two(a: int) -> int:',
        '    if a > 3:',
        '        x = 1',
        '    print(x)', // 10
        '    return x',
      ],
    });
    expect(found).toEqual(['low a.py:10 reportPossiblyUnboundVariable']);
  });

  it('names that a package lists, takes from outside or works out are not missing, and others are', async () => {
    const found = await typesOf({
      'shop/__init__.py': ['__all__ = ["cart", "nowhere"]'], // nowhere
      'shop/cart.py': ['from absent import *', 'SIZE = 1'],
      'shop/plain.py': ['SIZE = 1'],
      'lazy/__init__.py': ['__all__ = ["later"]', 'def __getattr__(name: str) -> object:', '    return name'],
      'use.py': ['import shop.cart', 'import shop.plain', 'shop.cart.Given()', 'shop.plain.Given()'], // 4
      'made.py': ['def act(options: dict) -> None:', '    globals().update(options)', '    print(size)'],
      'unmade.py': ['def act(options: dict) -> None:', '    globals()["other"] = 1', '    print(size)'], // 3
    });
    expect(found).toEqual([
      'high unmade.py:3 reportUndefinedVariable',
      'high use.py:4 reportAttributeAccessIssue',
      'low shop/__init__.py:1 reportUnsupportedDunderAll',
    ]);
  });

  it('methods of an interface of Zope take no self, and those of a class do', async () => {
    const found = await typesOf({
      'a.py': [
        'from zope.interface import Interface',
        'class IReader(Interface):',
        '    def read(size: int) -> str: ...',
        'class Reader:',
        '    def read(size) -> str:', // 5
        '        return str(size)',
        'def made(base: type) -> type:',
        '    class Meta(base.__class__):',
        '        def __call__(cls, *given: object) -> object:',
        '            return given',
        '    return Meta',
      ],
    });
    expect(found).toEqual(['low a.py:5 reportSelfClsParameterName']);
  });

  it('overrides of a base that is not installed are believed, and those of a base of the tree are not', async () => {
    const method = ['    @override', '    def on_start(self) -> None:', '        pass'];
    const found = await typesOf({
      'far.py': ['from typing import override', 'import pykka', 'class Actor(pykka.ThreadingActor):', ...method],
      'near.py': ['from typing import override', 'class Base:', '    pass', 'class Actor(Base):', ...method],
    });
    expect(found).toEqual(['medium near.py:6 reportGeneralTypeIssues']);
  });

  it('functions with decorators of many lines are read in time', () => {
    const deep = Array.from({ length: 60 }, () => ['    f(', '        1,', '    )', '    )']).flat();
    const text = ['@route(', ...deep, 'class View:', '    @cached', '    def get(self): ...'].join('\n');
    expect(decoratedFunctions(text)).toEqual([{ name: 'get', decorators: ['@cached'] }]);
    expect(decoratedFunctions('@route(\n    "a",\n)\n@plain\nasync def show(): ...')).toEqual([
      { name: 'show', decorators: ['@route(', '@plain'] },
    ]);
  });
});
