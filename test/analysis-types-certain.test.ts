import { describe, expect, it } from 'vitest';
import { typesOf } from './types-of.ts';

const settings = { 'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true } }) };

describe('What the tree declares itself holds whatever the types of absent packages are', () => {
  it('so an argument that is missing is told, and not where the package may say that none is needed', async () => {
    const found = await typesOf({
      ...settings,
      'src/made.ts': [
        "import { Base, parse, type Empty, type Section } from 'pack';",
        'export function sized(text: string, most: Base) { return parse(text, most); }',
        'export function held<Kind>(value: Kind) { return parse(value); }',
        'export function left(value: Empty | void) { return parse(value); }',
        'export function either(text: string): Base;',
        'export function either(text: string, more: Base, most: Base): Base;',
        'export function either(text: string, more?: Base, most?: Base) { return parse(text, more, most); }',
        'export class Maker extends Base {',
        '  writes(section: Section) { return parse(section); }',
        '  reads(section?: Section) { return parse(section); }',
        '}',
      ],
      'src/index.ts': "export * from './made';",
      'src/use.ts': [
        "import { either, held, left, Maker, sized } from './index';",
        "import type { Empty } from 'pack';",
        "export const one = sized('a');", // 3
        'export const two = held<Empty>();',
        'export const three = left();',
        "export const four = either('a');",
        'export class Writer extends Maker {',
        '  all() { return [this.writes(), this.reads()]; }', // 8
        '}',
      ],
    });
    expect(found).toEqual(['medium src/use.ts:3 TS2554', 'medium src/use.ts:8 TS2554']);
  });

  it('so a member that a class does not have is told, and not of one that inherits or is added to', async () => {
    const using = [
      "import type { Added, Context, Open } from '../src/made';",
      "import { Base } from 'pack';",
      'export const read = (context: Context<Base>, open: Open<Base>, added: Added<Base>) =>',
      '  [context.headerr, open.headerr, added.headerr, new Base().headerr];', // 4
    ];
    const found = await typesOf({
      ...settings,
      'src/made.ts': [
        "import { Base } from 'pack';",
        'export class Context<Kind> { constructor(readonly header: string, readonly kind: Kind) {} }',
        'export class Open<Kind> extends Base { readonly header = 1; kind: Kind | null = null; }',
        'export interface Added<Kind> { readonly header: string; readonly kind: Kind }',
      ],
      'src/more.ts': "import 'pack';\ndeclare module './made' { interface Added<Kind> { readonly more: Kind } }",
      'src/use.ts': using,
      // A runner adds to every object there is.
      'test/use.test.ts': using,
    });
    expect(found).toEqual(['medium src/use.ts:4 TS2551']);
  });

  it('so a plain value that is given for an object is told, and not one for what a package makes', async () => {
    const found = await typesOf({
      ...settings,
      'src/made.ts': [
        "import { Base } from 'pack';",
        'export interface Section<Kind> extends Base { readonly blocks: Kind[] }',
        'export interface Sized<Kind> extends Base { readonly length: number; readonly kind?: Kind }',
        'export const write = (section: Section<Base>) => new Base(section);',
        'export const writeAll = (sections: readonly Section<Base>[]) => new Base(sections);',
        'export const writeSized = (sized: Sized<any>) => new Base(sized);',
        'write(5);', // 7
        "writeAll('all');", // 8
        "writeSized('all');",
        'write(new Base());',
      ],
    });
    expect(found).toEqual(['medium src/made.ts:7 TS2345', 'medium src/made.ts:8 TS2345']);
  });
});
