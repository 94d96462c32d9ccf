import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

describe('Of what Python knows of a value and pyright does not', () => {
  it('a part of a package is loaded with those in it, and one that the build writes is there when that has run', async () => {
    const found = await typesOf({
      'app/__init__.py': ['import app.parts.first'],
      'app/parts/__init__.py': [],
      'app/parts/first/__init__.py': ['size = 1'],
      'app/proto/__init__.py': [],
      'run.py': [
        'import app',
        'from app.proto import Block_pb2, Block_pb2_grpc, Block', // 2
        'from app.proto import Block_pb3', // 3
        'print(app.parts.first.size, Block_pb2, Block_pb2_grpc, Block)',
        'print(Block_pb3, app.idle)', // 5
      ],
      'app/idle/__init__.py': [],
    });
    expect(found).toEqual([2, 3, 5].map((line) => `high run.py:${line} reportAttributeAccessIssue`));
  });

  it('a module has names that the declarations beside it leave out, and no others', async () => {
    const found = await typesOf({
      'app/__init__.py': [],
      'app/parts/__init__.py': ['__all__ = ["find"]', 'def find(name: str) -> str:', '    return name'],
      'app/parts/__init__.pyi': ['class Part: ...'],
      'run.py': [
        'import app.parts',
        'from app.parts import find, lose', // 2
        'print(app.parts.__all__, find, lose)',
      ],
    });
    expect(found).toEqual(['high run.py:2 reportAttributeAccessIssue']);
  });

  it('a variable that is only declared is bound by a function that takes it over, and not before there is one', async () => {
    const found = await typesOf({
      'a.py': [
        'def work() -> None:',
        '    result: int',
        '    early: int',
        '    print(early)', // 4
        '    def act() -> None:',
        '        nonlocal result, early',
        '        result = early = 1',
        '    act()',
        '    print(result)',
      ],
    });
    expect(found).toEqual(['high a.py:4 reportUnboundVariable']);
  });

  it('what was sorted out by types that are worked out is not any more what it was, and the rest is', async () => {
    const found = await typesOf({
      'a.py': [
        'KINDS = {int: "whole", float: "real"}',
        'def spread(given: list[int] | None) -> int:',
        '    value = 0 if given is None else given',
        '    if isinstance(value, tuple(KINDS.keys())):',
        '        value = [1]',
        '    first, second = value',
        '    return value[0] + first + second',
        'def lost(given: list[int] | None) -> int:',
        '    value = 0 if given is None else given',
        '    if isinstance(value, str):',
        '        value = [1]',
        '    return value[0]', // 12
      ],
    });
    expect(found).toEqual(['high a.py:12 reportIndexIssue']);
  });

  it('an attribute that holds a parameter has its type, and one that is given more has not', async () => {
    const found = await typesOf({
      'a.py': [
        'from typing import Literal',
        'def show(side: Literal["left", "right"]) -> str:',
        '    return side',
        'class Box:',
        '    def __init__(self, side: Literal["left", "right"], other: str) -> None:',
        '        self.side = side',
        '        self.mixed = side',
        '        self.other = other',
        '    def turn(self, name: str) -> None:',
        '        self.mixed = name',
        '    def draw(self) -> None:',
        '        show(side=self.side)',
        '        show(self.mixed)', // 13
        '        show(self.other)', // 14
      ],
    });
    expect(found).toEqual([13, 14].map((line) => `medium a.py:${line} reportArgumentType`));
  });

  it('a method that says whether something is there, or has it made, is believed, and one that does not is not', async () => {
    const found = await typesOf({
      'a.py': [
        'class Repo:',
        '    size = 1',
        'class Held:',
        '    _single: "Held | None" = None',
        '    repo: Repo | None',
        '    def __init__(self, repo: Repo | None) -> None:',
        '        self.repo = repo',
        '        Held._single = self',
        '    @classmethod',
        '    def current(cls):',
        '        if cls._single is None:',
        '            Held(None)',
        '        return cls._single',
        '    @classmethod',
        '    def latest(cls):',
        '        if cls._single is None:',
        '            print("none yet")',
        '            return None',
        '        return cls._single',
        '    def is_valid(self) -> bool:',
        '        return self.repo is not None and self.repo.size > 0',
        '    def is_large(self) -> bool:',
        '        return self.repo is None',
        '    def valid_size(self) -> int:',
        '        if not self.is_valid():',
        '            return 0',
        '        return self.repo.size',
        '    def passed_size(self) -> int:',
        '        if not self.is_valid():',
        '            print("none")',
        '        return self.repo.size', // 31
        '    def large_size(self) -> int:',
        '        if not self.is_large():',
        '            return 0',
        '        return self.repo.size', // 35
        'def use() -> None:',
        '    held = Held.current()',
        '    print(held.repo, Held.current().repo)',
        '    last = Held.latest()',
        '    print(last.repo)', // 40
      ],
    });
    expect(found).toEqual([31, 35, 40].map((line) => `medium a.py:${line} reportOptionalMemberAccess`));
  });

  it('any dataclass may have what it is asked for, keys are asked for by their method, and a type may be left open', async () => {
    const found = await typesOf({
      'a.py': [
        'import dataclasses',
        'from collections.abc import Iterable, MutableMapping',
        'from cachetools import TTLCache',
        'def name_of(made: type) -> str:',
        '    if dataclasses.is_dataclass(made):',
        '        return made.__name__',
        '    return ""',
        'def first(given: Iterable[str] | dict[str, str]) -> str:',
        '    if hasattr(given, "__getitem__"):',
        '        return given["a"]',
        '    return ""',
        'def second(given: Iterable[str]) -> str:',
        '    return given[0]', // 13
        'class Held:',
        '    def __init__(self) -> None:',
        '        self.known: MutableMapping[str, int] = TTLCache(maxsize=1, ttl=2)',
        '        self.other: MutableMapping[str, int] = {1: 2}', // 17
      ],
    });
    expect(found).toEqual(['medium a.py:13 reportIndexIssue', 'medium a.py:17 reportAttributeAccessIssue']);
  });

  it('a method of the class takes the place of a static one, a value that of what a package makes one', async () => {
    const found = await typesOf({
      'a.py': [
        'from helpers import cached',
        'class Base:',
        '    @staticmethod',
        '    def expand(names: str) -> str:',
        '        return names',
        '    @staticmethod',
        '    def reduce(names: str) -> str:',
        '        return names',
        '    @cached',
        '    def shown(self) -> bool:',
        '        return True',
        '    def hidden(self) -> bool:',
        '        return True',
        'class Own(Base):',
        '    shown = True',
        '    hidden = True', // 16
        '    @classmethod',
        '    def expand(cls, names: str) -> str:',
        '        return cls.__name__ + names',
        '    def reduce(self, names: str) -> str:', // 20
        '        return names',
        'def walk(mode: list[int] | int) -> None:',
        '    for mode in ["a"]:', // 23
        '        print(mode)',
      ],
    });
    expect(found).toEqual([
      'low a.py:23 reportAssignmentType',
      'medium a.py:16 reportAssignmentType',
      'medium a.py:20 reportIncompatibleMethodOverride',
    ]);
  });
});
