import { describe, expect, it } from 'vitest';
import { mypyFolders } from '../src/code/types/python-checked.ts';
import { typesOf } from './types-of.ts';

const rule = 'reportAttributeAccessIssue';
const generated = '# This file is auto-generated, do not edit.';

describe('Of modules of Python that the tree has', () => {
  it('one that was left out as generated is there, and one that no file is of is not', async () => {
    const found = await typesOf({
      'shop/__init__.py': ['name = "shop"'],
      'shop/signs/__init__.py': ['from .plain import *', 'from .made import *'],
      'shop/signs/plain.py': ['one = 1'],
      'shop/signs/made.py': [generated, 'two = 2'],
      'shop/bare/__init__.py': ['from .known import *'],
      'shop/bare/known.py': ['three = 3'],
      'shop/use.py': [
        'from shop.signs import made',
        'from .signs import made as again',
        'from . import signs',
        'from shop.signs import (',
        '    plain,',
        '    two,',
        ')',
        'from shop.signs import gone', // 8, taken for a name of what was left out
        'from shop.bare import made as missing', // 9
        'from shop import nothing', // 10
        'from .bare import (',
        '    known,',
        '    two as other,', // 13
        ')',
        'print(made, again, signs, plain, two, gone, missing, nothing, known, other)',
      ],
    });
    expect(found).toEqual([10, 13, 9].map((line) => `high shop/use.py:${line} ${rule}`));
  });

  it('one that is asked for before it is loaded need not be there', async () => {
    const found = await typesOf({
      'shop/__init__.py': ['name = "shop"'],
      'use.py': [
        'import os',
        'site = "a"',
        'if os.path.exists("shop/local.py"):',
        '    from shop import local',
        '    site = getattr(local, "SITE", site)',
        'if not os.path.exists("shop/other.py"):',
        '    from shop import other', // 7
        '    site = other.SITE',
        'if os.environ.get("SHOP"):',
        '    from shop import third', // 10
        '    site = third.SITE',
      ],
    });
    expect(found).toEqual([`high use.py:10 ${rule}`, `high use.py:7 ${rule}`]);
  });

  it('a package whose own file was left out may have any name, and one whose file is there has what it says', async () => {
    const found = await typesOf({
      'made/__init__.py': [generated, 'run = print'],
      'made/part.py': ['one = 1'],
      'kept/__init__.py': ['run = print'],
      'kept/part.py': ['one = 1'],
      'use.py': ['from made import part, run', 'from kept import part as other, ran', 'print(part, run, other, ran)'],
    });
    expect(found).toEqual([`high use.py:2 ${rule}`]);
  });

  it('an extension is what its declarations say, not the folder of its project, and has private names beside', async () => {
    const files = {
      'fast/fast.pyi': ['def lex(text: str) -> int: ...'],
      'fast/src/lib.rs': ['fn lex() {}'],
      'shop/__init__.py': ['name = "shop"'],
      'shop/use.py': [
        'import fast',
        'from fast import lex',
        'from fast import lexer', // 3
        'print(lex("a"), fast._size(), lexer)',
        'print(fast._lex, fast.size)', // 5, twice: one is nearly the name of what is declared
      ],
    };
    const declared = [3, 5, 5].map((line) => `high shop/use.py:${line} ${rule}`);
    const own = ['[project]', 'name = "fast"'];
    const mypy = ['[tool.mypy]', 'mypy_path = "$MYPY_CONFIG_FILE_DIR/fast"'];
    expect(await typesOf({ ...files, 'pyproject.toml': mypy })).toEqual(declared);
    expect(await typesOf({ ...files, 'fast/pyproject.toml': own })).toEqual(declared);
  });

  it('a project without declarations is not installed, and a folder of modules lacks what it has not', async () => {
    const use = ['from fast import lex', 'from parts import one', 'from parts import two', 'print(lex, one, two)'];
    const files = {
      'fast/tests/test_lex.py': ['print(1)'],
      'parts/one.py': ['x = 1'],
      'parts/pyproject.toml': ['[project]', 'name = "parts"'],
      'shop/use.py': use,
    };
    const absent = (line: number) => `high shop/use.py:${line} ${rule}`;
    expect(await typesOf({ ...files, 'fast/pyproject.toml': ['[project]', 'name = "fast"'] })).toEqual([absent(3)]);
    expect(await typesOf(files)).toEqual([absent(1), absent(3)]);
  });
});

describe('The folders that mypy looks for modules in', () => {
  it('are read from each of its configurations, and those outside of the tree are none', () => {
    const folders = (path: string, ...lines: string[]) => mypyFolders(new Map([[path, lines.join('\n')]]));
    expect(folders('mypy.ini', '[mypy]', 'mypy_path = stubs:$MYPY_CONFIG_FILE_DIR/lib/,', '    more', 'a = b')).toEqual(
      ['stubs', 'lib', 'more'],
    );
    expect(folders('setup.cfg', '[mypy]', 'mypy_path=../other:/usr/lib:$HOME/stubs:.')).toEqual([]);
    expect(folders('pyproject.toml', '[tool.mypy]', 'mypy_path = ["typings", "a/../../b"]')).toEqual(['typings']);
    expect(folders('pyproject.toml', '[tool.other]', 'mypy_path = "typings"')).toEqual([]);
  });
});
