import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

/** Asks for types in comments, so that the file is checked. */
const typed = ['/** @param {string} text', ' *  @returns {number} */', 'function size(text) { return text.length; }'];

describe('What only the first value of something in JavaScript says is no declared type', () => {
  it('of a variable that is given another kind of value, and is where a comment declares it', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        'let last = false;',
        "last = 'x';",
        'let reply = false;',
        "if (size('a') > 2) reply = String(last);",
        'size(reply);',
        '/** @type {boolean} */',
        'let done = false;',
        "done = 'yes';", // 11
        'let count = 1;',
        'if (done) count = 2;',
        'size(count);', // 14
        'const fixed = 5;',
        'size(fixed);', // 16
      ],
    });
    expect(found).toEqual(['medium a.js:11 TS2322', 'medium a.js:14 TS2345', 'medium a.js:16 TS2345']);
  });

  it('of a name that a block has for itself, whatever the same name means elsewhere', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        '/** @param {string} mark */',
        'function one(mark) { return mark; }',
        'function other() {',
        '  let mark = false;',
        "  mark = 'x';",
        '  return mark;',
        '}',
        '/** @type {number} */',
        'let mark = 0;',
        "mark = 'x';", // 13
      ],
    });
    expect(found).toEqual(['medium a.js:13 TS2322']);
  });

  it('of a property, through objects and calls, and is where a comment declares one or what holds it', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        'class Limit {',
        '  constructor() {',
        '    this.state = { since: false };',
        '    /** @type {boolean} */',
        '    this.open = false;',
        '  }',
        '  encoding() {',
        '    let found = false;',
        "    if (this.open) found = 'base64';",
        '    return found;',
        '  }',
        '  look() {',
        '    this.state.since = Date.now();',
        '    if (this.state.since <= 5) return;',
        '    size(this.encoding());',
        '    this.open = 5;', // 19
        '  }',
        '}',
        '/** @typedef {{ port: number }} Options */',
        '/** @param {Options} options */',
        'function read(options) {',
        "  options.port = 'http';", // 25
        '  const made = { port: false };',
        '  made.port = 80;',
        '}',
      ],
    });
    expect(found).toEqual(['medium a.js:19 TS2322', 'medium a.js:25 TS2322']);
  });

  it('of a parameter that is used for something else afterwards, and is of one that stays what it is', async () => {
    const text = (first: string) => [
      ...typed,
      '/** @param {string} input */',
      'function encode(input) {',
      `  ${first}`,
      '  let most = 0;',
      '  for (const value of input) if (value >= 80 && value < most) most = value;', // 8
      '  return input < 5;', // 9
      '}',
    ];
    expect(await typesOf({ 'a.js': text('input = JSON.parse(input);') })).toEqual([]);
    expect(await typesOf({ 'a.js': text('JSON.parse(input);') })).toEqual([
      'medium a.js:8 TS2365',
      'medium a.js:9 TS2365',
    ]);
  });

  it('of a parameter with a default, and is where a comment or another file’s comment says more', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        "const { wait, pause } = require('./b');",
        "function step(by = 1) { return by + size('a'); }",
        "step('all');",
        "wait('long');",
        "pause('long');", // 8
        'size(pause(1));', // 9
        'size(wait(1));',
      ],
      'b.js': [
        'let left = 0;',
        'function wait(time = 0) { let given = false; given = time; return given; }',
        '/** @param {number} time @returns {number} */',
        'function pause(time = 0) { left = time; return left; }',
        'module.exports = { wait, pause };',
      ],
    });
    expect(found).toEqual(['medium a.js:8 TS2345', 'medium a.js:9 TS2345']);
  });

  it('of a key that is compared with a number, and is of a text that is none or where the check is asked for', async () => {
    const text = [
      ...typed,
      '/** @param {string[]} events */',
      'function fade(events) {',
      '  const start = events.length * 0.5;',
      '  for (const index in events) if (index >= start) size(events[index]);',
      "  for (const event of events) if (event >= start) size('a');", // 8
      "  for (const index in events) { const index = 'a'; if (index >= start) size(index); }", // 9
      '  for (const index in events) if (index === true) size(index);', // 9
      '}',
    ];
    const checked = { compilerOptions: { checkJs: true, strict: true }, include: ['src'] };
    expect(await typesOf({ 'a.js': text })).toEqual(['medium a.js:8 TS2365', 'medium a.js:9 TS2365']);
    expect(await typesOf({ 'tsconfig.json': JSON.stringify(checked), 'src/a.js': text })).toEqual([
      'medium src/a.js:10 TS2367',
      'medium src/a.js:7 TS2365',
      'medium src/a.js:8 TS2365',
      'medium src/a.js:9 TS2365',
    ]);
  });

  it('of an element of a list, and is where a comment says what it holds', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        'function pad(place) {',
        '  const padding = [0, 0, 0, 0];',
        "  padding[place === 'top' ? 0 : 1] = '20px';",
        '  /** @type {number[]} */',
        '  const margin = [0, 0];',
        "  margin[place === 'top' ? 0 : 1] = '20px';", // 9
        '}',
        '/** @param {number[]} widths */',
        "function widen(widths = [0]) { widths[0] = '20px'; }", // 12
      ],
    });
    expect(found).toEqual(['medium a.js:12 TS2322', 'medium a.js:9 TS2322']);
  });

  it('of a property with the name of another function’s parameter, and is of its own function’s', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        '/** @param {number} known */',
        'function isKnown(known) { return known > 1; }',
        'class Box {',
        '  constructor() { this.known = false; }',
        '  sync() {',
        '    this.known = Number(size(String(this))) || 0;',
        '    return isKnown(this.known);',
        '  }',
        '}',
        'class Other {',
        '  /** @param {boolean} open */',
        '  constructor(open) { this.open = open; }',
        '  sync() { this.open = 5; }', // 16
        '}',
      ],
      'b.js': [
        ...typed,
        '/**',
        ' * @param {object} options',
        ' * @param {number} options.port',
        ' */',
        'function serve(options) {}',
        'class Server {',
        '  constructor() { this.port = 80; }',
        "  move() { this.port = 'http'; }", // 11
        '}',
      ],
    });
    expect(found).toEqual(['medium a.js:16 TS2322', 'medium b.js:11 TS2322']);
  });
});

describe('What runs as it is meant to is no error of JavaScript', () => {
  it('where a browser makes a text of it, and is where a function of the tree is given it', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        "const element = document.createElement('p');",
        "element.setAttribute('hidden', true);",
        "element.style.setProperty('--scale', size('a'));",
        "new URL('x:y').searchParams.set('page', 5);",
      ],
      'b.js': [
        'class Sheet {',
        '  /** @param {string} name @param {string} value */',
        '  setProperty(name, value) { return name + value; }',
        '}',
        "new Sheet().setProperty('a', 5);", // 5
      ],
    });
    expect(found).toEqual(['medium b.js:5 TS2345']);
  });

  it('where a number is made of a text, and is where a list is asked for its place', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        "for (const code in { '0xfffd': 1 }) String.fromCharCode(0, code);",
        "String.fromCodePoint('0x20');",
        "'text'.charCodeAt('1');",
      ],
    });
    expect(found).toEqual([expect.stringMatching(/^medium a.js:\d+ TS2345$/)]);
  });

  it('where the class of an object is made again, and is where a text is', async () => {
    const found = await typesOf({
      'a.js': [
        ...typed,
        '/** @param {Error} error @param {Function} Kind */',
        'function again(error, Kind) {',
        '  const Own = error.constructor;',
        '  return [new Own(error.message), new Kind(), new error.constructor()];',
        '}',
        "const name = 'x';",
        'new name();', // 10
      ],
    });
    expect(found).toEqual(['high a.js:10 TS2351']);
  });

  it('where members are put on a prototype, or a function makes objects, under settings of its own', async () => {
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ compilerOptions: { checkJs: true, strict: true }, include: ['src'] }),
      'src/a.js': [
        'export class Node { read() { return this.parser; } }',
        'Node.prototype.parser = undefined;',
        'export const Context = function () { this.depth = 1; };',
        'export const context = new Context();',
        'export const wrong = new Node().writer;', // 5
      ],
    });
    expect(found).toEqual(['medium src/a.js:5 TS2339']);
  });

  it('nothing of a comment throws when it is run', async () => {
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ compilerOptions: { checkJs: true, strict: true }, include: ['src'] }),
      'src/a.js': [
        '/**',
        ' * @param {Collectoin} all',
        ' * @param {string} name',
        ' */',
        'export const first = ({ all, name }) => all[name] ?? fallback;', // 5
      ],
    });
    expect(found.filter((one) => !one.includes('TS7031'))).toEqual([
      'high src/a.js:5 TS2304',
      'low src/a.js:3 TS8024',
      'medium src/a.js:2 TS2304',
    ]);
  });
});

describe('A value that a package which is not installed is asked about', () => {
  it('fits the overloads of what is called then, and one that it is not asked about or that fits none does not', async () => {
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true }, include: ['src'] }),
      'src/a.ts': [
        "import _ from 'lodash';",
        'export function isUtc(date?: string) {',
        '  if (_.isNil(date)) return false;',
        '  return new Date(date).toUTCString() === date;',
        '}',
        'export const ofOther = (time?: string) => new Date(time);', // 6
        'export const ofNone = (date: boolean) => new Date(date);', // 7
      ],
    });
    expect(found).toEqual(['medium src/a.ts:6 TS2769', 'medium src/a.ts:7 TS2769']);
  });
});

describe('A class whose base is written wrongly', () => {
  it('is told of once, and not again wherever it is made or asked for', async () => {
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, module: 'esnext', target: 'es2022' } }),
      'src/a.ts': [
        'export class Flow<T> { constructor(readonly start: (value: T) => void) {} }',
        'export class Own extends Flow {', // 2
        '  static of() { return new this(() => 1); }',
        '}',
        'export const own = new Own(() => 1);',
        'export const isOwn = (one: unknown) => one instanceof Own;',
        'namespace Space { export const size = 1; }',
        'export const space = new Space();', // 8
        'export const isSpace = (one: unknown) => one instanceof Space.size;', // 9
      ],
    });
    expect(found).toEqual(['high src/a.ts:8 TS2351', 'medium src/a.ts:2 TS2314', 'medium src/a.ts:9 TS2359']);
  });
});

describe('A name that nothing declares', () => {
  const text = 'export const a: Missing = gone;';
  const under = async (settings: object, more: Readonly<Record<string, string>> = {}) =>
    typesOf({ 'tsconfig.json': JSON.stringify(settings), 'src/a.ts': text, ...more });
  const high = ['high src/a.ts:1 TS2304', 'high src/a.ts:1 TS2304'];
  const medium = ['medium src/a.ts:1 TS2304', 'medium src/a.ts:1 TS2304'];

  it('may be one of generated declarations that the settings ask for and the tree does not hold', async () => {
    expect(await under({ include: ['.next/types/**/*.ts', 'src'] })).toEqual(medium);
    expect(await under({ include: ['src', 'env-env.d.ts'] })).toEqual(medium);
    expect(await under({ files: ['src/a.ts', 'src/made.d.ts'] })).toEqual(medium);
    expect(await under({ extends: './.nuxt/tsconfig.json', include: ['src'] })).toEqual(medium);
    expect(await under({ include: ['src', 'env.d.ts'] }, { 'env.d.ts': 'declare const there: number;' })).toEqual(high);
  });

  it('may be one of a package of types that the settings name, and not of Node.js’ or of the tree’s own', async () => {
    expect(await under({ compilerOptions: { types: ['google.maps'] }, include: ['src'] })).toEqual(medium);
    expect(await under({ compilerOptions: { types: ['node'] }, include: ['src'] })).toEqual(high);
    expect(
      await under(
        { compilerOptions: { types: ['own'], typeRoots: ['types'] }, include: ['src'] },
        { 'types/own/index.d.ts': 'declare const there: number;' },
      ),
    ).toEqual(high);
  });

  it('may be asked for, which never throws, and may not be used or be a type', async () => {
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({ include: ['src'] }),
      'src/a.ts': [
        "export const asked = typeof Chart !== 'undefined';",
        "export const turned = () => 'function' == typeof Chart && new Chart();",
        'export const used = Chart;', // 3
        'export let type: typeof Chart;', // 4
        "export const other = typeof Chart === 'object' ? new Chert() : 1;", // 5
      ],
    });
    expect(found).toEqual(['high src/a.ts:3 TS2304', 'high src/a.ts:4 TS2304', 'high src/a.ts:5 TS2304']);
  });
});
