import { describe, expect, it } from 'vitest';
import { judgePyright } from '../src/code/types/pyright-rules.ts';
import { checkedElsewhere } from '../src/code/types/python-checked.ts';
import { typesOf } from './types-of.ts';

const overriding = [
  'class Base:',
  '    def read(self, size: int) -> int:',
  '        return size',
  'class Own(Base):',
  '    def read(self, size: str) -> int:', // 5
  '        return len(size)',
];

describe('Of Python that stands on what is not installed', () => {
  it('texts in the brackets of something missing are its own, and those of a list of the tree are types', async () => {
    const found = await typesOf({
      'job.py': [
        'from typing import TYPE_CHECKING, List, Optional',
        'if TYPE_CHECKING:',
        '    from frappe.types import DF',
        'class Job:',
        '    status: DF.Literal["Pending", "In progress", ""]',
        '    kind: Optional[DF.Literal[',
        '        "AWS EC2", "Generic", 16, True,',
        '    ]]',
        '    def act(self) -> int:',
        '        return later()', // 10
        'class Step:',
        '    jobs: List["Jobs"]', // 12
        '    job: "DF.Data | Nowhere"', // 13
      ],
      'broken.py': ['from frappe.types import DF', 'from typing import List', 'steps: List["In progress"] = []'],
    });
    expect(found).toEqual([
      'high job.py:10 reportUndefinedVariable',
      'high job.py:12 reportUndefinedVariable',
      'high job.py:13 reportUndefinedVariable',
    ]);
  });

  it('a property that a package makes may be called, and a function of the tree takes what it takes', async () => {
    const maker = (module: string) => [
      'from collections.abc import Callable',
      `from ${module} import cached_property`,
      'class Page:',
      '    @cached_property',
      `    def ${module}_parser(self) -> Callable[[], str]:`,
      '        return str',
      '    def read(self) -> str:',
      '        return ""',
      '    def act(self, source: str) -> str:',
      `        return self.${module}_parser(source) + self.read(source)`, // 10
    ];
    const found = await typesOf({ 'far.py': maker('werkzeug'), 'near.py': maker('functools') });
    expect(found).toEqual([
      'high far.py:10 reportCallIssue',
      'high near.py:10 reportCallIssue',
      'high near.py:10 reportCallIssue',
    ]);
  });

  it('a function in the place of a class converts what a package brings, and is no class elsewhere', async () => {
    const found = await typesOf({
      'cog.py': [
        'from discord.ext import commands',
        'class Cog:',
        '    @commands.command(name="a")',
        '    async def act(self, ctx: str, *, name: str.lower, size: int = 1) -> str:',
        '        other: str.lower = name', // 5
        '        return ctx',
        '    @commands.command()',
        '    async def far(',
        '        self,',
        '        name: str.lower,', // 10
        '    ) -> str:',
        '        return ""',
        '    def plain(self, name: str.lower) -> str:', // 13
        '        return ""',
        '    @staticmethod',
        '    def still(name: str.lower) -> str:', // 16
        '        return ""',
      ],
    });
    expect(found).toEqual([
      'medium cog.py:13 reportGeneralTypeIssues',
      'medium cog.py:16 reportGeneralTypeIssues',
      'medium cog.py:5 reportGeneralTypeIssues',
    ]);
  });

  it('the function around a line is not one that stands above it inside of the same function', async () => {
    const act = (type: string, value: string) => [
      'import re',
      'from discord import Channel',
      `def act(text: str, given: ${type}) -> None:`,
      '    found = re.match("a", text)',
      '    def inner(one: str) -> str:', // 5
      '        return one',
      `    print(inner(text), given, ${value})`,
      '    print(found.group())', // 8
    ];
    const found = await typesOf({ 'far.py': act('Channel', 'Channel'), 'near.py': act('str', 'text') });
    expect(found).toEqual(['medium near.py:8 reportOptionalMemberAccess']);
  });

  it('what stands in for a package may be no exception, and a class of the tree may not', async () => {
    const found = await typesOf({
      'serve.py': [
        'try:',
        '    from aiohttp.web import NotFound, Resource',
        'except ImportError:',
        '    NotFound = Resource = object',
        'class Wrong:',
        '    pass',
        'class Static(Resource):',
        '    def find(self, path: str) -> str:',
        '        try:',
        '            return path',
        '        except NotFound:',
        '            return ""',
        '        except Wrong:', // 13
        '            return ""',
        '        raise NotFound()',
      ],
    });
    expect(found).toEqual(['medium serve.py:13 reportGeneralTypeIssues']);
  });

  it('examples for rules of Semgrep are wrong on purpose, and other files are not', async () => {
    const text = (comment: string) => ['def act() -> None:', `    # ${comment}`, '    nowhere()'];
    const found = await typesOf({ 'checks/a.py': text('ruleid: no-nowhere'), 'checks/b.py': text('ruled out') });
    expect(found).toEqual(['high checks/b.py:3 reportUndefinedVariable']);
  });

  it('a statement may call something under a condition, and a value that nobody takes is told', async () => {
    const found = await typesOf({
      'a.py': [
        'def act(tracker: dict[str, int]) -> None:',
        '    tracker and tracker.clear()',
        '    tracker or (len(tracker) > 3 and print("none"))',
        '    tracker and len(tracker) == 3', // 4
        '    tracker == {}', // 5
      ],
    });
    expect(found).toEqual(['low a.py:4 reportUnusedExpression', 'low a.py:5 reportUnusedExpression']);
  });
});

describe('Of members of Python’s classes and modules', () => {
  it('what another file puts into a module is there, and what a test puts there or nobody is not', async () => {
    const found = await typesOf({
      'shop/__init__.py': '',
      'shop/helpers.py': 'SIZE = 1',
      'shop/main.py': ['from . import helpers', 'def begin(write: object) -> None:', '    helpers.write = write'],
      'tests/test_main.py': ['from shop import helpers', 'helpers.faked = print'],
      'shop/use.py': [
        'from shop import helpers',
        'helpers.write("a")',
        'helpers.faked("a")', // 3
        'helpers.rewrite("a")', // 4
      ],
    });
    expect(found).toEqual([
      'high shop/use.py:3 reportAttributeAccessIssue',
      'high shop/use.py:4 reportAttributeAccessIssue',
    ]);
  });

  it('a module that puts another one in its place has what it says of that one, and no more', async () => {
    const names = ['tables = {"shop.parts": ["Order"]}'];
    const found = await typesOf({
      'shop/__init__.py': ['from . import local', 'local.recreate_module(  # lazy', '    __name__,', ...names, ')'],
      'shop/local.py': ['def recreate_module(name: str, tables: object) -> None:', '    print(name, tables)'],
      'shop/plain.py': names,
      'use.py': [
        'from shop import Order',
        'from shop import Parcel', // 2
        'from shop.plain import Order as Other', // 3
        'print(Order, Parcel, Other)',
      ],
    });
    expect(found).toEqual(['high use.py:2 reportAttributeAccessIssue', 'high use.py:3 reportAttributeAccessIssue']);
  });

  it('private names from outside are those of the class, and what a class makes otherwise is what it makes', async () => {
    const found = await typesOf({
      'a.py': [
        'from ftplib import FTP, FTP_TLS',
        'class Plugin:',
        '    __dist: str = ""',
        'class Link:',
        '    def __init__(self) -> None:', // 5
        '        self.con = self.make()',
        '        self.other = self.build()',
        '    def make(self):',
        '        return FTP()',
        '    def build(self) -> FTP:', // 10
        '        return FTP()',
        'class Safe(Link):',
        '    def make(self):',
        '        return FTP_TLS()',
        '    def build(self):', // 15
        '        return FTP_TLS()',
        '    def act(self, plugin: Plugin) -> None:',
        '        self.con.prot_p()',
        '        self.other.prot_p()', // 19
        '        plugin._Plugin__dist = "a"',
        '        plugin._Plugin__size = 1', // 21
        'class Plain(Link):',
        '    def act(self) -> None:',
        '        self.con.prot_p()', // 24
      ],
    });
    expect(found).toEqual([
      'low a.py:21 reportAttributeAccessIssue',
      'medium a.py:19 reportAttributeAccessIssue',
      'medium a.py:24 reportAttributeAccessIssue',
    ]);
  });

  it('a None that only names an attribute is filled before its use, and one that comes back is not', async () => {
    const found = await typesOf({
      'a.py': [
        'import logging',
        'class Command:',
        '    logger = None',
        '    reader = None',
        '    asked = None', // 5
        '    def set_site(self) -> None:',
        '        self.logger = logging.getLogger("a")',
        '        self.reader = open("a")',
        '        self.asked = open("b")',
        '    def close(self) -> None:', // 10
        '        self.reader = None',
        '        if self.asked is not None:',
        '            self.asked.close()',
        'class Own(Command):',
        '    async def act(self, name: str) -> None:', // 15
        '        self.logger.info(name)',
        '        self.reader.read()', // 17
        '        self.asked.read()', // 18
      ],
    });
    expect(found).toEqual(['medium a.py:17 reportOptionalMemberAccess', 'medium a.py:18 reportOptionalMemberAccess']);
  });

  it('a stream that was asked for is there, and another one is not', async () => {
    const found = await typesOf({
      'a.py': [
        'import asyncio',
        'import subprocess',
        'async def act(names: list[str]) -> None:',
        '    one = await asyncio.create_subprocess_exec(*names, stderr=subprocess.PIPE)',
        '    await one.stderr.read()', // 5
        '    await one.stdout.read()', // 6
        '    with subprocess.Popen(',
        '        names, stdout=subprocess.PIPE',
        '    ) as two:',
        '        two.stdout.read()', // 10
        '        two.stdin.close()', // 11
      ],
    });
    expect(found).toEqual(['medium a.py:11 reportOptionalMemberAccess', 'medium a.py:6 reportOptionalMemberAccess']);
  });

  it('Ellipsis by its name is a look like any other, and without it the value may be that', async () => {
    const found = await typesOf({
      'a.py': [
        'def act(kept: dict[str, str], name: str) -> str:',
        '    found = kept.get(name, Ellipsis)',
        '    if found is not Ellipsis: return found.upper()',
        '    other = kept.get(name, Ellipsis)',
        '    return other.upper()', // 5
      ],
    });
    expect(found).toEqual(['medium a.py:5 reportAttributeAccessIssue']);
  });

  it('a class that only declares a name has that of the module, and a function has its own', async () => {
    const found = await typesOf({
      'a.py': [
        'size = 1',
        'class Source:',
        '    size: int',
        '    missing: int',
        '    value = size + 1', // 5
        '    other = missing + 1', // 6
        'def act() -> None:',
        '    size: int',
        '    print(size)', // 9
      ],
    });
    expect(found).toEqual(['high a.py:6 reportUnboundVariable', 'high a.py:9 reportUnboundVariable']);
  });

  it('the default of a parameter has the name of the module, whatever slot of the class is called so', async () => {
    const found = await typesOf({
      'a.py': [
        'from os import (',
        '    path as separator,',
        '    sep as size,',
        ')',
        'class Source:', // 5
        '    __slots__ = ("size", "missing", "late", "separator")',
        '    depth: int',
        '    def __init__(',
        '        self,',
        '        size: str = size,', // 10
        '        missing: str = missing,', // 11
        '        *,',
        '        late: str = late,', // 13
        '        keep=lambda: separator,',
        '    ) -> None:',
        '        self.size = size',
        '    def named(self, given: str = missing) -> str:', // 17
        '        depth: int',
        '        def inner(given: int = depth) -> int:', // 19
        '            return given',
        '        return given + str(inner())',
        'late = "a"',
      ],
    });
    expect(found).toEqual([
      'high a.py:11 reportUndefinedVariable',
      'high a.py:13 reportUnboundVariable',
      'high a.py:17 reportUndefinedVariable',
      'high a.py:19 reportUnboundVariable',
    ]);
  });

  it('a class that only declares a name of Python’s own has what Python calls so, and a function has its own', async () => {
    const found = await typesOf({
      'a.py': [
        'class Source:',
        '    type: str',
        '    max: int',
        '    kinds: int',
        '    kind = type(3)', // 5
        '    top = max(1, 2)', // 6
        '    other = kinds + 1', // 7
        'def act() -> None:',
        '    type: str',
        '    print(type)', // 10
      ],
    });
    expect(found).toEqual(['high a.py:10 reportUnboundVariable', 'high a.py:7 reportUnboundVariable']);
  });

  it('functions that the body of a class uses itself take no self, and methods do', async () => {
    const found = await typesOf({
      'a.py': [
        'class Figure:',
        '    def width(argument: str) -> str:',
        '        return argument',
        '    def action(status: str):',
        '        return lambda function: function', // 5
        '    def loose(argument: str) -> str:', // 6
        '        return argument',
        '    options = {}',
        '    options["width"] = width',
        '    @action("Active")',
        '    def act(self) -> None:',
        '        pass',
      ],
    });
    expect(found).toEqual(['low a.py:6 reportSelfClsParameterName', 'medium a.py:6 reportGeneralTypeIssues']);
  });

  it('names of Python 2 are for Python 2 only where the code asks for it', async () => {
    const found = await typesOf({
      'a.py': ['import sys', 'if sys.version[0] == "2":', '    sys.setdefaultencoding("a")'],
      'b.py': ['import sys', 'if sys.version[0] == "3":', '    sys.setdefaultencoding("a")'], // 3
    });
    expect(found).toEqual(['high b.py:3 reportAttributeAccessIssue']);
  });
});

it('where pyright gives up on a type is not told, and a class that is none is', () => {
  const verdictOf = (message: string) =>
    judgePyright(
      { severity: 'error', rule: 'reportGeneralTypeIssues', message },
      {
        ...{ typed: true, annotated: true, hasForeign: false, takesAll: false, usesForeign: false },
        ...{ namesForeign: false, isTest: false, incomplete: false, checked: false, callsMaker: false },
        ...{ line: '', rebinds: false, importedFrom: null, isDynamic: () => false, isWhole: () => true },
        ...{ isBundled: () => false, absence: () => 'high' },
      },
    ).kind;
  expect(verdictOf('Type of "act" could not be determined because it refers to itself')).toBe('consequence');
  expect(verdictOf('Expected class but received "(self: str) -> str"')).toBe('finding');
});

describe('Where mypy checks a project’s types', () => {
  const pyproject = [
    '[tool.mypy]',
    'ignore_errors = true',
    '[[tool.mypy.overrides]]',
    'module = ["shop.checked", "shop.parts.*"]',
    'ignore_errors = false',
    '[[tool.mypy.overrides]]',
    'module = "shop.parts.old"',
    'ignore_errors = true',
  ];

  it('only of the modules it checks that is left out which the two see differently', async () => {
    const package_ = { 'shop/__init__.py': '', 'shop/parts/__init__.py': '' };
    const found = await typesOf({
      ...package_,
      'pyproject.toml': pyproject,
      'shop/checked.py': [...overriding, 'nowhere()'],
      'shop/parts/new.py': overriding,
      'shop/parts/old.py': overriding,
      'shop/plain.py': overriding,
    });
    expect(found).toEqual([
      'high shop/checked.py:7 reportUndefinedVariable',
      'medium shop/parts/old.py:5 reportIncompatibleMethodOverride',
      'medium shop/plain.py:5 reportIncompatibleMethodOverride',
    ]);
  });

  it('a folder of the project may be set up for itself, and what stands beside it is not', async () => {
    const found = await typesOf({
      'lib/mypy.ini': '[mypy]\nstrict = False\n',
      'lib/shop/checked.py': [...overriding, 'nowhere()'],
      'tools/plain.py': overriding,
      'tools/setup.cfg': '[metadata]\nname = tools\n',
    });
    expect(found).toEqual([
      'high lib/shop/checked.py:7 reportUndefinedVariable',
      'medium tools/plain.py:5 reportIncompatibleMethodOverride',
    ]);
  });

  it('it is told how many files these are', () => {
    const files = ['src/shop/__init__.py', 'src/shop/checked.py', 'src/shop/parts/__init__.py', 'src/other.py'];
    const texts = (more: Record<string, string>) =>
      new Map([...files.map((file) => [file, ''] as const), ...Object.entries(more)]);
    const reasonOf = (more: Record<string, string>) => checkedElsewhere(texts(more)).reason;
    expect(reasonOf({ 'pyproject.toml': pyproject.join('\n') })).toMatch(/the types of 2 of its 4 Python files/);
    const ini = '[mypy]\nignore_errors = True\n\n[mypy-shop.*,other]\nignore_errors = False\n';
    expect(reasonOf({ 'mypy.ini': ini })).toMatch(/4 of its 4/);
    expect(
      reasonOf({ 'mypy.ini': '[mypy]\nignore_errors = True\n\n[mypy-django.*]\nignore_errors = False\n' }),
    ).toBeNull();
    expect(reasonOf({ 'mypy.ini': '[mypy]\nignore_errors = True\n' })).toBeNull();
    expect(reasonOf({ 'mypy.ini': '[mypy]\nstrict = True\n' })).toMatch(/^The project has mypy check its types/);
    expect(reasonOf({})).toBeNull();
  });

  it('rules that only pyright has are left out, and told elsewhere', async () => {
    const text = [
      'from typing import TypedDict',
      'class Log(TypedDict, total=False):',
      '    time: str',
      'def act(log: Log) -> str:',
      '    return log["time"]', // 5
    ];
    expect(await typesOf({ 'a.py': text })).toEqual(['low a.py:5 reportTypedDictNotRequiredAccess']);
    expect(await typesOf({ 'a.py': text, 'mypy.ini': '[mypy]\nstrict = True' })).toEqual([]);
  });
});
