import { describe, expect, test } from 'vitest';
import { importResolver } from '../src/code/imports.ts';
import { type ParsedSource, parseSource, type SourceSymbol } from '../src/code/symbols.ts';

/** Kind, name, signature and summary on one line each, members indented. */
function outline(symbols: readonly SourceSymbol[], indent = ''): string[] {
  return symbols.flatMap((symbol) => [
    `${indent}${symbol.line}-${symbol.endLine} ${symbol.isStatic ? 'static ' : ''}${symbol.kind} ${symbol.name}: ${symbol.signature} | ${symbol.doc?.summary ?? ''}`,
    ...outline(symbol.members, `${indent}  `),
  ]);
}

function find(parsed: ParsedSource, ...names: readonly string[]): SourceSymbol {
  let symbols = parsed.symbols;
  let found: SourceSymbol | undefined;
  for (const name of names) {
    found = symbols.find((one) => one.name === name);
    symbols = found?.members ?? [];
  }
  if (found === undefined) throw new Error(`No symbol ${names.join(' ')}`);
  return found;
}

describe('Go', () => {
  const source = `// Package shop sells.
package shop

import (
	"fmt"
	money "example.com/money/v2"
)

// Cart holds items.
//
// Deprecated: use Basket.
type Cart struct {
	Items, Gifts []string // what is in it
	secret int
}

//go:noinline
func hidden() {}

// Add puts one in.
func (c *Cart) Add(name string, counts ...int) (total int, err error) { return 0, fmt.Errorf("x") }
func (c *Cart) drop() {}

// Sizes of carts.
const (
	// Small is small.
	Small = iota
	Large
)

type Seller interface {
	// Sell sells.
	Sell(c *Cart) error
}

// a gap below: this documents nothing

func New[T any](x T) *Cart { return nil }
`;

  test('gives what begins with a capital letter, methods with their type, and comments that touch', async () => {
    const parsed = await parseSource('shop/cart.go', source);
    expect(outline(parsed.symbols)).toEqual([
      '12-15 class Cart: type Cart struct | Cart holds items.',
      '  13-13 property Items: Items []string | what is in it',
      '  13-13 property Gifts: Gifts []string | what is in it',
      '  21-21 method Add: func (c *Cart) Add(name string, counts ...int) (total int, err error) | Add puts one in.',
      '27-27 constant Small: const Small = iota | Small is small.',
      '28-28 constant Large: const Large | Sizes of carts.',
      '31-34 interface Seller: type Seller interface | ',
      '  33-33 method Sell: Sell(c *Cart) error | Sell sells.',
      '38-38 function New: func New[T any](x T) *Cart | ',
    ]);
    expect(parsed.doc?.summary).toBe('Package shop sells.');
    expect(find(parsed, 'Cart').doc?.deprecated).toBe('use Basket.');
    expect(find(parsed, 'Cart', 'Add').parameters.map(({ name, type, rest }) => [name, type, rest])).toEqual([
      ['name', 'string', false],
      ['counts', '...int', true],
    ]);
    expect(find(parsed, 'Cart', 'Add').returns).toBe('(total int, err error)');
    expect(parsed.imports.map((one) => one.specifier)).toEqual(['fmt', 'example.com/money/v2']);
    expect(parsed.declared).toEqual(expect.arrayContaining(['hidden', 'secret', 'drop', 'counts']));
    expect(parsed.problems).toEqual([]);
  });
});

describe('Java', () => {
  test('gives public and protected members and Javadoc taken apart', async () => {
    const parsed = await parseSource(
      'a/Store.java',
      `package a;
import b.Item;
import static b.Prices.of;
/** Licence-like comment that is not the file's. */
public class Store<T> extends Base {
  /**
   * Finds an item by {@code id}.
   * <p>Never null, see {@link Item#name() its name}.
   * @param id the <b>key</b>
   * @param <R> what comes out
   * @return the item
   * @throws MissingException when there is none
   * @deprecated use {@link #get}
   */
  @Override
  public <R> Item find(String id, int... more) throws MissingException { return null; }
  protected Store() {}
  void hidden() {}
  private int secret;
  public static final int MAX = 3;
  public interface Part { int SIZE = 1; void run(); }
}
class Inner { public void no() {} }
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      "5-22 class Store: public class Store<T> extends Base | Licence-like comment that is not the file's.",
      '  15-16 method find: public <R> Item find(String id, int... more) throws MissingException | Finds an item by `id`.',
      '  17-17 constructor Store: protected Store() | ',
      '  20-20 static constant MAX: public static final int MAX = 3 | ',
      '  21-21 interface Part: public interface Part | ',
      '    21-21 static constant SIZE: int SIZE = 1 | ',
      '    21-21 method run: void run() | ',
    ]);
    const method = find(parsed, 'Store', 'find');
    expect(method.doc?.description).toBe('Finds an item by `id`.\n\nNever null, see its name.');
    expect(method.doc).toMatchObject({
      style: 'javadoc',
      params: [{ name: 'id', text: 'the **key**', line: 9 }],
      typeParams: [{ name: 'R', text: 'what comes out' }],
      returns: { text: 'the item', line: 11 },
      throws: [{ name: 'MissingException', text: 'when there is none' }],
      deprecated: 'use `get`',
    });
    expect(method.decorators).toEqual(['@Override']);
    expect(parsed.imports.map(({ specifier, names }) => [specifier, names])).toEqual([
      ['b.Item', ['Item']],
      ['b.Prices', ['of']],
    ]);
  });
});

describe('Rust', () => {
  test('gives what is pub without a limit, methods of impl blocks and items of traits', async () => {
    const parsed = await parseSource(
      'src/lib.rs',
      `//! A crate.
mod part;
pub use part::{Thing, other as another};
/// A point.
#[derive(Debug)]
pub struct Point<T> { /// across
    pub x: T, y: T }
impl<T> Point<T> {
    /// Makes one.
    ///
    /// # Errors
    /// When it is full.
    ///
    /// # Arguments
    /// * \`x\` - across
    pub fn new(x: T, y: T) -> Result<Self, Error> { todo!() }
    pub(crate) fn inside(&self) {}
    pub fn size(&self) -> usize { 0 }
}
impl Clone for Point<u8> { fn clone(&self) -> Self { todo!() } }
pub(crate) fn hidden() {}
pub trait Shape { /// How large.
    fn area(&self) -> f64; }
#[cfg(test)]
mod tests { pub fn no() {} }
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      '5-7 class Point: pub struct Point<T> | A point.',
      '  7-7 property x: pub x: T | across',
      '  16-16 static method new: pub fn new(x: T, y: T) -> Result<Self, Error> | Makes one.',
      '  18-18 method size: pub fn size(&self) -> usize | ',
      '22-23 interface Shape: pub trait Shape | ',
      '  23-23 method area: fn area(&self) -> f64 | How large.',
    ]);
    const made = find(parsed, 'Point', 'new').doc;
    expect(made?.throws).toMatchObject([{ text: 'When it is full.' }]);
    expect(made?.params).toMatchObject([{ name: 'x', text: 'across', line: 15 }]);
    expect(made?.description).toBe('Makes one.');
    expect(parsed.doc?.summary).toBe('A crate.');
    expect(parsed.reexports.map(({ specifier, imported, exported }) => [specifier, imported, exported])).toEqual([
      ['part', 'Thing', 'Thing'],
      ['part', 'other', 'another'],
    ]);
  });
});

describe('C and C++', () => {
  test('a C header gives what it declares; export macros and extern "C" do not hide it', async () => {
    const parsed = await parseSource(
      'include/x.h',
      `/* Copyright */
#ifndef X_H
#define X_H
#ifdef __cplusplus
extern "C" {
#endif
/** Largest size. */
#define X_MAX 10
/**
 * \\brief Opens a file.
 * \\param[in] path where it is
 * \\return a handle, or \\c NULL
 */
X_API struct handle *x_open(const char *path, void (*done)(int));
typedef struct { int a; /**< first */ } pair;
static int shared(void);
#ifdef __cplusplus
}
#endif
#endif
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      '8-8 constant X_MAX: #define X_MAX 10 | Largest size.',
      '14-14 function x_open: struct handle *x_open(const char *path, void (*done)(int)) | Opens a file.',
      '15-15 class pair: typedef struct pair | ',
      '  15-15 property a: int a | first',
      '16-16 function shared: static int shared(void) | ',
    ]);
    const open = find(parsed, 'x_open');
    expect(open.doc).toMatchObject({
      style: 'doxygen',
      params: [{ name: 'path', text: 'where it is', line: 11 }],
      returns: { text: 'a handle, or `NULL`' },
    });
    expect(open.parameters.map((one) => one.name)).toEqual(['path', 'done']);
    expect(parsed.problems).toEqual([]);
  });

  test('a C source file gives its functions that are not static', async () => {
    const parsed = await parseSource(
      'x.c',
      '#include "x.h"\nstatic int a(void) { return 1; }\n/* B. */\nint b(int n) { return n; }\n',
    );
    expect(outline(parsed.symbols)).toEqual(['4-4 function b: int b(int n) | B.']);
    expect(parsed.imports.map((one) => one.specifier)).toEqual(['"x.h"']);
  });

  test('C++ classes show public and protected members under their namespace', async () => {
    const parsed = await parseSource(
      'y.hpp',
      `namespace shop { namespace detail { void no(); }
/// A cart.
template <typename T> class Cart {
  int secret;
 public:
  /// @param n how many
  explicit Cart(int n = 1) : secret(n) {}
  Cart(const Cart&) = delete;
  static int count(const T& one);
 private:
  void hidden();
};
struct Item { int price; };
}
void shop::Cart<int>::hidden() {}
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      '3-12 class shop::Cart: template <typename T> class Cart | A cart.',
      '  7-7 constructor Cart: explicit Cart(int n = 1) | ',
      '  9-9 static method count: static int count(const T& one) | ',
      '13-13 class shop::Item: struct Item | ',
      '  13-13 property price: int price | ',
    ]);
    expect(find(parsed, 'shop::Cart', 'Cart').doc?.params).toMatchObject([{ name: 'n', text: 'how many' }]);
  });
});

describe('C#', () => {
  test('gives public and protected members with XML documentation', async () => {
    const parsed = await parseSource(
      'Store.cs',
      `using System.Text;
namespace Shop;
/// <summary>Sells <see cref="Item"/>.</summary>
#pragma warning disable S1694
public sealed class Store(int size) : Base
{
    /// <summary>Finds one.</summary>
    /// <param name="id">The key &amp; more.</param>
    /// <returns>An item, or <c>null</c>.</returns>
    /// <exception cref="System.ArgumentException">When empty.</exception>
    public Item? Find(string id, params int[] more) => null;
    public string Name { get; private set; } = "";
    internal void Hidden() { }
    int secret;
}
public interface IPart { void Run(); }
class Inner { public void No() { } }
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      '5-15 class Store: public sealed class Store(int size) : Base | Sells `Item`.',
      '  11-11 method Find: public Item? Find(string id, params int[] more) | Finds one.',
      '  12-12 property Name: public string Name { get; private set; } | ',
      '16-16 interface IPart: public interface IPart | ',
      '  16-16 method Run: void Run() | ',
    ]);
    expect(find(parsed, 'Store', 'Find').doc).toMatchObject({
      style: 'xmldoc',
      params: [{ name: 'id', text: 'The key & more.', line: 8 }],
      returns: { text: 'An item, or `null`.' },
      throws: [{ name: 'ArgumentException', text: 'When empty.' }],
    });
    expect(parsed.problems).toEqual([]);
  });
});

describe('Ruby', () => {
  test('keeps to private, protected, module_function and :nodoc:', async () => {
    const parsed = await parseSource(
      'lib/shop.rb',
      `# frozen_string_literal: true
require 'json'
require_relative 'shop/item'
module Shop
  # A cart.
  class Cart < Base
    # Most items.
    MAX = 3
    attr_reader :items
    # Adds one.
    # @param item [Item] what to add
    # @raise [FullError] when it is full
    # @return [Integer] how many there are
    def add(item, *more, at: 0); end
    def self.open; end
    def helper; end # :nodoc:
    class << self
      def all; end
      private
      def secret_one; end
    end
    private
    def hidden; end
    public def shown; end
    private :items
  end
  module Tools
    module_function
    def run; end
  end
end
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      '6-26 class Shop::Cart: class Shop::Cart < Base | A cart.',
      '  8-8 constant MAX: MAX = 3 | Most items.',
      '  14-14 method add: def add(item, *more, at: 0) | Adds one.',
      '  15-15 static method open: def self.open | ',
      '  18-18 static method all: def self.all | ',
      '  24-24 method shown: def shown | ',
      '27-30 namespace Shop::Tools: module Shop::Tools | ',
      '  29-29 static method run: def self.run | ',
    ]);
    expect(find(parsed, 'Shop::Cart', 'add').doc).toMatchObject({
      style: 'yard',
      params: [{ name: 'item', type: 'Item', text: 'what to add', line: 11 }],
      throws: [{ name: 'FullError', text: 'when it is full' }],
      returns: { type: 'Integer', text: 'how many there are' },
    });
    expect(parsed.imports.map((one) => one.specifier)).toEqual(['json', './shop/item']);
  });
});

describe('PHP', () => {
  test('gives functions, constants and types with their public and protected members', async () => {
    const parsed = await parseSource(
      'src/Store.php',
      `<?php
namespace Shop;
use Other\\{Item, Price as P};
/** Sells. */
final class Store implements Part {
    public const int MAX = 3;
    private $secret;
    /**
     * Finds one.
     * @param array<string, int> $ids the keys
     * @return Item|null what was found
     * @throws \\RuntimeException when closed
     */
    public static function find(array $ids, ?int &$n = null, ...$more): ?Item { return null; }
    private function hidden() {}
    public function __construct(protected readonly string $name) {}
}
enum Suit: string {
    const Wild = self::A;
    case A = 'a';
    public function label(): string { return ''; }
}
`,
    );
    expect(outline(parsed.symbols)).toEqual([
      '5-17 class Store: final class Store implements Part | Sells.',
      '  6-6 constant MAX: public const int MAX = 3 | ',
      '  14-14 static method find: public static function find(array $ids, ?int &$n = null, ...$more): ?Item | Finds one.',
      '  16-16 constructor __construct: public function __construct(protected readonly string $name) | ',
      '  16-16 property $name: protected readonly string $name | ',
      '18-22 enum Suit: enum Suit: string | ',
      "  20-20 enum member A: case A = 'a' | ",
      '  21-21 method label: public function label(): string | ',
    ]);
    expect(find(parsed, 'Store', 'find').doc).toMatchObject({
      style: 'phpdoc',
      params: [{ name: '$ids', type: 'array<string, int>', text: 'the keys', line: 10 }],
      returns: { type: 'Item|null', text: 'what was found' },
      throws: [{ name: '\\RuntimeException', text: 'when closed' }],
    });
    expect(parsed.problems).toEqual([]);
  });
});

describe('Text that does not parse', () => {
  test.each(['a.go', 'A.java', 'a.rs', 'a.c', 'a.hpp', 'A.cs', 'a.php'])(
    'is told and never fatal: %s',
    async (path) => {
      const parsed = await parseSource(
        path,
        `${path.endsWith('php') ? '<?php ' : ''}}}} class { ((( fn pub\n`.repeat(50),
      );
      expect(parsed.problems.length).toBeGreaterThan(0);
      expect(parsed.problems.length).toBeLessThanOrEqual(20);
    },
  );
});

describe('Imports inside the tree', () => {
  const files = [
    'include/x/y.h',
    'src/main.c',
    'lib/shop.rb',
    'lib/shop/item.rb',
    'java/src/main/java/a/b/Item.java',
    'java/src/main/java/a/Store.java',
    'crate/src/lib.rs',
    'crate/src/part.rs',
    'crate/src/part/deep.rs',
    'src/A/Item.php',
    'src/A/Store.php',
  ];
  const resolver = importResolver(files, []);
  const where = async (from: string, text: string): Promise<string[]> =>
    (await parseSource(from, text)).imports
      .flatMap((one) => resolver.resolve(from, one))
      .map((one) => (one.kind === 'file' ? one.path : one.kind === 'package' ? `package ${one.name}` : '?'));

  test('lead to the file that the language would take', async () => {
    expect(await where('src/main.c', '#include "x/y.h"\n#include <stdio.h>\n')).toEqual(['include/x/y.h', '?']);
    expect(await where('lib/shop.rb', "require 'shop/item'\nrequire_relative 'shop/item'\nrequire 'rack'\n")).toEqual([
      'lib/shop/item.rb',
      'lib/shop/item.rb',
      'package rack',
    ]);
    expect(
      await where(
        'java/src/main/java/a/Store.java',
        'import a.b.Item;\nimport java.util.List;\nimport org.junit.Test;\nclass X {}',
      ),
    ).toEqual(['java/src/main/java/a/b/Item.java', '?', 'package org.junit']);
    expect(
      await where(
        'crate/src/part/deep.rs',
        'use super::Thing;\nuse crate::part::deep::X;\nuse serde::Value;\nuse std::fmt;',
      ),
    ).toEqual(['crate/src/part.rs', 'crate/src/part/deep.rs', 'package serde', '?']);
    expect(await where('crate/src/lib.rs', 'mod part;')).toEqual(['crate/src/part.rs']);
    expect(await where('src/A/Store.php', '<?php\nuse A\\Item;\nuse Psr\\Log\\Logger;\nuse Closure;')).toEqual([
      'src/A/Item.php',
      'package Psr\\Log',
      '?',
    ]);
  });
});
