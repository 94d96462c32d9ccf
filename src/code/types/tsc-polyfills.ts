import { roleOf } from '../file-roles.ts';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';

/** `BigInt.prototype.toJSON =`, `(Array.prototype as any).last =` and `Math.clamp =`. */
const ASSIGNED =
  /(?<![\w$.])([A-Z][\w$]*)(\.prototype)?(?: as \w+)?\)?(?:\.([A-Za-z_$][\w$]*)|\[['"]([\w$]+)['"]\])\s*(?:\?\?|\|\|)?=(?![=>])/g;
const DEFINED = /\bObject\.defineProperty\(\s*([A-Z][\w$]*)(\.prototype)?(?: as \w+)?\s*,\s*['"]([\w$]+)['"]/g;

/** What is a class of the language to the compiler by another name, and of which class it is a value. */
const VALUES: readonly (readonly [type: RegExp, name: string])[] = [
  [/^(?:string$|["'`])/, 'String'],
  [/^-?\d[\d.]*n$|^bigint$/, 'BigInt'],
  [/^-?\d|^number$/, 'Number'],
  [/^(?:boolean|true|false)$/, 'Boolean'],
  [/^(?:unique )?symbol$/, 'Symbol'],
  [/\[\]$|^(?:readonly )?\[|^ReadonlyArray</, 'Array'],
  [/ => /, 'Function'],
];

/**
 * Members that the tree itself gives to classes of the language or of browsers. The compiler knows of them only where
 * they are declared as well; when the program runs they are there.
 */
export class Polyfills {
  /** Files that give a member, by `Class#member` and `Class.member`. */
  readonly #given = new Map<string, string[]>();

  constructor(files: readonly MirroredFile[]) {
    for (const { path, text } of files) {
      if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
      for (const [, owner, inner, name, quoted] of text.matchAll(ASSIGNED)) {
        this.#add(path, `${owner}${inner === undefined ? '.' : '#'}${name ?? quoted}`);
      }
      for (const [, owner, inner, name] of text.matchAll(DEFINED)) {
        this.#add(path, `${owner}${inner === undefined ? '.' : '#'}${name}`);
      }
    }
  }

  /** Whether a member that is said to be missing is such a one, or is given here. What a test gives, tests have. */
  hold({ file, rule, message }: Diagnostic, isGlobal: (name: string) => boolean): boolean {
    if (!/^TS(?:2339|2551)$/.test(rule)) return false;
    const [, member, type = ''] =
      /^Property '([^']+)' does not exist on type '([^\n]*?)'\.(?: |\n|$)/.exec(message) ?? [];
    if (member === undefined) return false;
    const owners = keysOf(type, member).filter((key) => isGlobal(/^[\w$]*/.exec(key)?.[0] ?? ''));
    return owners.some((key) =>
      this.#given.get(key)?.some((path) => roleOf(path) !== 'test' || roleOf(file) === 'test'),
    );
  }

  #add(path: string, key: string): void {
    const known = this.#given.get(key);
    if (known === undefined) this.#given.set(key, [path]);
    else known.push(path);
  }
}

/** Where a member of a type may come from. */
function keysOf(type: string, member: string): string[] {
  const keys = [`Object#${member}`];
  const name = VALUES.find(([pattern]) => pattern.test(type))?.[1] ?? /^([A-Za-z_$][\w$]*)(?:<.*)?$/.exec(type)?.[1];
  if (name === undefined) return keys;
  const made = /^(\w+)Constructor$/.exec(name)?.[1];
  keys.push(`${name}#${member}`);
  if (made !== undefined) keys.push(`${made}.${member}`);
  // An object that only holds functions.
  if (/^(?:Math|JSON|Reflect|Atomics|Intl)$/.test(name)) keys.push(`${name}.${member}`);
  return keys;
}
