import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

describe('Of what a program of Python settles elsewhere', () => {
  it('a method written for its overrides promises no result, and one that says or shows its result does', async () => {
    const found = await typesOf({
      'a.py': [
        'class Api:',
        '    async def begin(self, key: str):',
        '        return NotImplemented',
        '    def size(self, key: str):',
        '        raise NotImplementedError',
        '    def close(self, key: str):',
        '        pass',
        '    def count(self, key: str) -> None:',
        '        pass',
        '    def shown(self, key: str):',
        '        return [key]',
        '    def taken(self, key: str):',
        '        return NotImplemented',
        'class Own(Api):',
        '    async def begin(self, key: str) -> None:',
        '        print(key)',
        '    def size(self, key: str) -> int:',
        '        return 1',
        '    def close(self, key: str) -> bool:',
        '        return True',
        '    def count(self, key: str) -> int:', // 21
        '        return 1',
        '    def shown(self, key: str) -> str:', // 23
        '        return key',
        '    def taken(self, key: int) -> int:', // 25
        '        return key',
      ],
    });
    expect(found).toEqual([21, 23, 25].map((line) => `medium a.py:${line} reportIncompatibleMethodOverride`));
  });

  it('a field may be filled by a function within a method, and is None where it was just emptied or asked', async () => {
    const found = await typesOf({
      'a.py': [
        'import threading',
        'class Bot:',
        '    def __init__(self) -> None:',
        '        self.begun = None',
        '        self.never = None',
        '    def run(self) -> None:',
        '        def runner() -> None:',
        '            self.begun = threading.Event()',
        '        runner()',
        '    def wait(self) -> None:',
        '        self.begun.wait()',
        '    def reset(self) -> None:',
        '        self.begun = None',
        '        self.begun.wait()', // 14
        '    def ask(self) -> None:',
        '        if self.begun is None:',
        '            self.begun.wait()', // 17
        '    def miss(self) -> None:',
        '        self.never.wait()', // 19
      ],
    });
    expect(found).toEqual([14, 17, 19].map((line) => `medium a.py:${line} reportAttributeAccessIssue`));
  });

  it('an inner function uses what the one around it has made sure of, and not what it only looked at', async () => {
    const outer = (name: string, ...body: string[]) => [
      `def ${name}(given: str) -> None:`,
      '    found = None',
      '    if given:',
      '        found = given',
      ...body,
      '    def inner() -> str:',
      '        return found.strip()',
      '    print(inner())',
      // Of a variable that is given a value further down, pyright forgets what was asked before.
      '    found = given',
      '    print(found)',
    ];
    const found = await typesOf({
      'made.py': outer('made', '    if found is None:', '        print(given)', '        found = "-"'),
      'left.py': outer('left', '    if not found:', '        return'),
      'emptied.py': outer('emptied', '    if not found:', '        found = None'),
      'looked.py': outer('looked', '    if found is None:', '        print(given)'),
      'unasked.py': outer('unasked'),
    });
    expect(found).toEqual([
      'medium emptied.py:8 reportOptionalMemberAccess',
      'medium looked.py:8 reportOptionalMemberAccess',
      'medium unasked.py:6 reportOptionalMemberAccess',
    ]);
  });

  it('a number that a base gives stands for any number, and for no text', async () => {
    const found = await typesOf({
      'a.py': [
        'class Base:',
        '    def size(self, key: str):',
        '        return 1',
        '    def parts(self, key: str):',
        '        return ()',
        'class Own(Base):',
        '    def size(self, key: str) -> int:',
        '        return len(key)',
        '    def parts(self, key: str) -> tuple[str, ...]:',
        '        return (key,)',
        'class Other(Base):',
        '    def size(self, key: str) -> str:', // 12
        '        return key',
        '    def parts(self, key: str) -> list[str]:', // 14
        '        return [key]',
      ],
    });
    expect(found).toEqual([12, 14].map((line) => `medium a.py:${line} reportIncompatibleMethodOverride`));
  });

  it('a part of a package that any file of it has loaded is there, and one that none has is not', async () => {
    const found = await typesOf({
      'shop/__init__.py': ['from .core import run'],
      'shop/core.py': [
        'from .utils.logic import act',
        'from .utils import disk',
        'def run() -> None:',
        '    act(disk)',
      ],
      'shop/utils/__init__.py': [''],
      'shop/utils/logic.py': ['def act(value: object) -> None:', '    print(value)'],
      'shop/utils/disk.py': ['SIZE = 1'],
      'shop/utils/idle.py': ['SIZE = 1'],
      'use.py': [
        'from shop import utils',
        'print(utils.logic.act(1))',
        'print(utils.disk.SIZE)',
        'print(utils.idle.SIZE)', // 4
      ],
    });
    expect(found).toEqual(['high use.py:4 reportAttributeAccessIssue']);
  });

  it('what stands in for something that is not there is not what is used, and what stands in for a bad value is', async () => {
    const file = (raised: string) => [
      'try:',
      '    import asyncio',
      '    from far import Client',
      `except ${raised}:`,
      '    asyncio = None',
      '    class Client:',
      '        pass',
      'def act(name: str) -> None:',
      '    print(asyncio.Event(), name)', // 9
      '    Client(name=name)', // 10
    ];
    const found = await typesOf({ 'far.py': file('ImportError'), 'near.py': file('ValueError') });
    expect(found).toEqual(['high near.py:10 reportCallIssue', 'medium near.py:9 reportOptionalMemberAccess']);
  });

  it('a class is made by the decorator of its name that the file takes, wherever that comes from', async () => {
    const use = (from: string, name: string) => [
      `from ${from} as dataclass`,
      '@dataclass()',
      `class ${name}:`,
      '    x: int',
      `def act() -> ${name}:`,
      `    return ${name}(x=1, z=2)`, // 6
    ];
    const found = await typesOf({
      'compat.py': [
        'from dataclasses import dataclass',
        'from typing import Any',
        'def dataclass_compat(*given: Any) -> Any:',
        '    return dataclass(*given)',
      ],
      'far.py': use('compat import dataclass_compat', 'Point'),
      'near.py': use('dataclasses import dataclass', 'Place'),
    });
    expect(found).toEqual(['high near.py:6 reportCallIssue']);
  });

  it('what a file puts on a class or on its objects is there, and what it does not is missing', async () => {
    const found = await typesOf({
      'log.py': [
        'import logging',
        'def trace(self, text: str) -> None:',
        '    """Tells more than known levels, such as logging does."""',
        '    self.log(logging.TRACE, text)',
        'logging.TRACE = 5',
        'logging.Logger.trace = trace',
      ],
      'use.py': [
        'import logging',
        'class Entry:',
        '    name = ""',
        'def act(logger: logging.Logger, entry: Entry) -> None:',
        '    logger.trace(entry.name)',
        '    logger.setLevel(logging.TRACE)',
        '    entry.key = entry.name',
        '    print(entry.key)',
        '    logger.tell(entry.number)', // 9, twice
      ],
    });
    expect(found.filter((one) => !one.startsWith('low'))).toEqual(
      Array.from({ length: 2 }, () => 'medium use.py:9 reportAttributeAccessIssue'),
    );
  });

  it('an attribute that a called method fills is full, and one that waits for its call is told less gravely', async () => {
    const found = await typesOf({
      'a.py': [
        'class Store:',
        '    kept: dict[str, str] | None',
        '    def __init__(self) -> None:',
        '        self.cache = None',
        '        self.path = None',
        '        self.kept = None',
        '    def load(self) -> bool:',
        '        self.cache = {"a": "b"}',
        '        self.path = "a"',
        '        return True',
        '    def get(self, key: str) -> str:',
        '        if self.cache is None and not self.load():',
        '            return key',
        '        return self.cache[key]',
        '    def whole(self, key: str) -> dict[str, str]:',
        '        if self.cache is None:',
        '            self.load()',
        '        return self.cache',
        '    def early(self, key: str) -> str:',
        '        print(self.path[0])', // 20
        '        return self.cache[key]', // 21
        '    def other(self, key: str) -> str:',
        '        if self.kept is None:',
        '            self.load()',
        '        return self.kept[key]', // 25
      ],
    });
    expect(found).toEqual([
      'low a.py:20 reportOptionalSubscript',
      'medium a.py:21 reportOptionalSubscript',
      'medium a.py:25 reportOptionalSubscript',
    ]);
  });

  it('what a test case fills after it was set up is told less gravely, unless somebody empties it or asks', async () => {
    const found = await typesOf({
      'kit/cases.py': [
        'from unittest import TestCase',
        'class Page:',
        '    def find(self, name: str) -> str:',
        '        return name',
        'class PageCase(TestCase):',
        '    def setUp(self) -> None:',
        '        self.page = None',
        '        self.other = None',
        '        self.third = None',
        '    def tearDown(self) -> None:',
        '        if self.page:',
        '            print("seen")',
        '    def open(self) -> None:',
        '        self.page = Page()',
        '        self.other = Page()',
        '        self.third = Page()',
        '    def leave(self) -> None:',
        '        self.other = None',
        '    def act(self, name: str) -> None:',
        '        self.page.find(name)', // 20
        '        self.other.find(name)', // 21
        '        self.third.find(name)', // 22
        '    def ask(self) -> None:',
        '        if self.third:',
        '            print("third")',
      ],
    });
    expect(found).toEqual([
      'low kit/cases.py:20 reportOptionalMemberAccess',
      'medium kit/cases.py:21 reportOptionalMemberAccess',
      'medium kit/cases.py:22 reportOptionalMemberAccess',
    ]);
  });

  it('a folder of tests between others needs no more than its name, and another one is a program', async () => {
    const text = ['def act(names: list[str] | None) -> None:', '    names.append("a")'];
    const found = await typesOf({
      'app/tests_e2e/helpers.py': text,
      'app/e2e-tests/helpers.py': text,
      'app/tests_found/helpers.py': text,
    });
    expect(found).toEqual(['medium app/tests_found/helpers.py:2 reportOptionalMemberAccess']);
  });

  it('a parameter may be given another value, which is told less gravely than of a variable', async () => {
    const found = await typesOf({
      'a.py': [
        'def act(size: str) -> str:',
        '    size = len(size)', // 2
        '    return str(size)',
        'def other(given: str) -> str:',
        '    length: str = "1"',
        '    length = len(given)', // 6
        '    return str(length)',
      ],
    });
    expect(found).toEqual(['low a.py:2 reportAssignmentType', 'medium a.py:6 reportAssignmentType']);
  });

  it('a parameter whose default is None takes None, which is told where it is declared', async () => {
    const found = await typesOf({
      'a.py': [
        'def act(size: int, parent: type = None, names: dict[str, int] = dict(), last: str = None) -> str:', // 1
        '    return str(size)',
        'def strict(parent: type) -> str:',
        '    return str(parent)',
        'class Own:',
        '    def put(self, name: str = None) -> None:', // 6
        '        print(name)',
        'class Other:',
        '    def put(self, name: str) -> None:',
        '        print(name)',
        'def use(given: str | None, number: int | None) -> None:',
        '    act(1, None)',
        '    act(1, last=given)',
        '    act(None)', // 14
        '    act(1, last=number)', // 15
        '    act(1, names=None)', // 16
        '    strict(None)', // 17
        '    Other().put(None)', // 18
      ],
    });
    expect(found).toEqual([
      'low a.py:1 reportArgumentType',
      'low a.py:1 reportArgumentType',
      'low a.py:6 reportArgumentType',
      ...[14, 15, 16, 17, 18].map((line) => `medium a.py:${line} reportArgumentType`),
    ]);
  });

  it('an annotation that is a value is told once, and more gravely where something reads it', async () => {
    const found = await typesOf({
      'a.py': [
        'from dataclasses import dataclass',
        'from functools import cache',
        'def act(ids: [int], given: any) -> [str]:', // 3, three times
        '    return [str(one) for one in ids]',
        '@dataclass',
        'class Plain:',
        '    ids: [int]', // 7
        '@cache',
        'def kept(given: any) -> None:', // 9
        '    print(given)',
        'class Own(Plain):',
        '    def act(self) -> None:',
        '        given: any = self.ids', // 13
        '        print(given)',
      ],
      'b.py': [
        'from fastapi import APIRouter',
        'from pydantic import BaseModel',
        'router = APIRouter()',
        'class Order(BaseModel):',
        '    ids: [int]', // 5
        '    def own(self, given: any) -> None:', // 6
        '        print(given)',
        '@router.get("/")',
        'def read(', // 9
        '    given: any,', // 10
        '    ids: [int],', // 11
        ') -> [str]:', // 12
        '    print(given)',
      ],
    });
    expect(found).toEqual([
      'low a.py:13 reportGeneralTypeIssues',
      'low a.py:3 reportGeneralTypeIssues',
      'low a.py:3 reportInvalidTypeForm',
      'low a.py:3 reportInvalidTypeForm',
      'low a.py:7 reportInvalidTypeForm',
      'low a.py:9 reportGeneralTypeIssues',
      'low b.py:6 reportGeneralTypeIssues',
      'medium b.py:10 reportGeneralTypeIssues',
      'medium b.py:11 reportInvalidTypeForm',
      'medium b.py:12 reportInvalidTypeForm',
      'medium b.py:5 reportInvalidTypeForm',
    ]);
  });

  it('a call is settled by the same call in its condition, or by what is caught', async () => {
    const found = await typesOf({
      'a.py': [
        'import os',
        'def act(given: dict[str, str]) -> str:',
        '    first = given.get("a").strip() if given.get("a") else ""',
        '    second = (',
        '        given.get("b").strip()',
        '        if given.get("b")',
        '        else ""',
        '    )',
        '    third = given.get("c").strip()', // 9
        '    if given.get("c"):',
        '        print(third)',
        '    try:',
        '        size = float(',
        '            given.get("d")',
        '        )',
        '    except (TypeError, ValueError):',
        '        size = 0',
        '    try:',
        '        size = float(given.get("e"))', // 19
        '    except ValueError:',
        '        size = 0',
        '    return os.sep.join([first, second, third, str(size)])',
      ],
    });
    expect(found).toEqual(['medium a.py:19 reportArgumentType', 'medium a.py:9 reportOptionalMemberAccess']);
  });

  it('a project that tests run on brings no modules, and one beside the program does', async () => {
    const project = (root: string) => ({
      [`${root}/pyproject.toml`]: ['[project]', 'name = "extended"'],
      [`${root}/extended/__init__.py`]: [''],
      [`${root}/build.py`]: ['def build() -> None:', '    pass'],
    });
    const use = { 'use.py': ['from build import ProjectBuilder', 'print(ProjectBuilder())'] };
    expect(await typesOf({ ...use, ...project('tests/fixtures/extended') })).toEqual([]);
    expect(await typesOf({ ...use, ...project('services/extended') })).toEqual([
      'high use.py:1 reportAttributeAccessIssue',
    ]);
  });
});
