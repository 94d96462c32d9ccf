import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

describe('Of what other classes and modules bring to those of a program', () => {
  it('a call over several lines is that of the class before its parenthesis, whoever writes its constructor', async () => {
    const found = await typesOf({
      'a.py': [
        'from abc import ABC',
        'from models import Model, cached',
        'class Own(ABC):',
        '    def copy(self, name: str) -> str:',
        '        return name',
        'class Message(Own, Model):',
        '    name: str',
        'class Plain(Own):',
        '    size = 1',
        'class Menu(Own):',
        '    @cached',
        '    def item_class(self) -> type[Plain]:',
        '        return Plain',
        '    def plain_class(self) -> Plain:',
        '        return Plain()',
        '    def made(self) -> None:',
        '        print(self.item_class(',
        '            label=str(1),',
        '        ))',
        '        print(self.plain_class(',
        '            label=str(1),', // 21
        '        ))',
        'def said(name: str) -> list[object]:',
        '    return [',
        '        Message(',
        '            name=name,',
        '        ),',
        '        Plain(',
        '            name=name,', // 29
        '        ),',
        '        Message(',
        '            name=Plain(  # )',
        '                name="(",', // 33
        '            ),',
        '        ),',
        '    ]',
      ],
    });
    expect(found).toEqual([21, 29, 33].map((line) => `high a.py:${line} reportCallIssue`));
  });

  it('a decorator that may be given its arguments first gives a function, and another one what it gives', async () => {
    const found = await typesOf({
      'a.py': [
        'from collections.abc import Callable',
        'def cached(act: Callable[..., int] | None = None, *, size: int = 1):',
        '    def decorate(given: Callable[..., int]):',
        '        return given',
        '    if act is not None:',
        '        return decorate(act)',
        '    return decorate',
        'def plain(size: int):',
        '    def decorate(given: Callable[..., int]):',
        '        return given',
        '    return decorate',
        'def add(first: int, second: int) -> int:',
        '    return first + second',
        'cached(add)(1, 2)',
        'plain(1)(add, 2)', // 15
      ],
    });
    expect(found).toEqual(['high a.py:15 reportCallIssue']);
  });

  it('what is above a class that is mixed in, and what its objects have, is for those that mix it', async () => {
    const found = await typesOf({
      'a.py': [
        'class Base:',
        '    def __init__(self, name: str) -> None:',
        '        self.name = name',
        'class Pooled(object):',
        '    def __init__(self, name: str, size: int) -> None:',
        '        super(Pooled, self).__init__(name)',
        '        self.size = size',
        '    def path(self) -> str:',
        '        return self.file.path',
        '    def link(self) -> str:',
        '        return self.target', // 11
        'class Between(Pooled):',
        '    def __init__(self, name: str) -> None:',
        '        super().__init__(',
        '            name,',
        '            size=len(name),',
        '        )',
        'class Database(Between, Base):',
        '    file = open("a")',
        'class Alone(object):',
        '    def __init__(self, name: str) -> None:',
        '        super(Alone, self).__init__(name)', // 22
        '    def path(self) -> str:',
        '        return self.file.path', // 24
        'class Below(Alone, object):',
        '    file = open("a")',
      ],
    });
    expect(found).toEqual([
      'high a.py:22 reportCallIssue',
      ...[11, 24].map((line) => `medium a.py:${line} reportAttributeAccessIssue`),
    ]);
  });

  it('a module has what it takes from one that is not installed, and not what one of Python lacks', async () => {
    const found = await typesOf({
      'shop/__init__.py': [],
      'shop/search/__init__.py': ['from searching.backends import *'],
      'shop/search/index.py': ['from .parts import *'],
      'shop/search/parts.py': ['from searching.index import *', 'from .index import *'],
      'shop/search/plain.py': ['from .own import *', 'from socket import *'],
      'shop/search/own.py': ['import searching.backends', 'size = 1', 'if size:', '    from helpers import Case'],
      'shop/views.py': [
        'import shop.search.plain',
        'import shop.search.index',
        'from shop.search import get_backend',
        'from shop.search.index import is_indexed',
        'from shop.search.plain import Case, socket, get_backend', // 5
        'from .search import (',
        '    get_backends,',
        ')',
        'print(shop.search.index.named, shop.search.plain.named)', // 9
        'print(get_backend, is_indexed, Case, socket, get_backends)',
      ],
    });
    expect(found).toEqual([
      ...[5, 9].map((line) => `high shop/views.py:${line} reportAttributeAccessIssue`),
      'low shop/search/plain.py:2 reportWildcardImportFromLibrary',
    ]);
  });

  it('a name that a block takes with all others of a module is there, but where that block was not run', async () => {
    const found = await typesOf({
      'tool/__init__.py': [],
      'tool/constants.py': ['EXIT = 0', 'LIMIT = 1'],
      'tool/main.py': [
        'import sys',
        'try:',
        '    from .constants import *',
        'except ImportError:',
        '    print("broken")',
        'print(LIMIT)', // 6
        'def main() -> None:',
        '    sys.exit(EXIT)',
        'def stop() -> None:',
        '    print(code)', // 10
        '    code = 1',
      ],
    });
    expect(found).toEqual(['high tool/main.py:10 reportUnboundVariable', 'low tool/main.py:6 reportUnboundVariable']);
  });
});
