import type { Node } from 'web-tree-sitter';
import { children } from './syntax-tree.ts';

/** The body of a class or module while it is read: what is said of visibility changes from line to line. */
export interface Scope {
  /** `A::B`; empty at the margin. */
  readonly path: string;
  /** Methods belong to the class itself: in `class << self`, and after `module_function`. */
  readonly isSingleton: boolean;
  /** What is declared now is public. */
  readonly open: boolean;
  /** Names that were made private by name; `self.` stands before those of the class. */
  readonly hidden: ReadonlySet<string>;
  /** `private`, `protected`, `public` or `module_function` on a line of its own. */
  turn(word: string): void;
  hide(names: readonly string[]): void;
  show(names: readonly string[]): void;
}

/** A body at whose beginning everything is public. */
export function scopeOf(path: string, isSingleton: boolean): Scope {
  const hidden = new Set<string>();
  const state = { open: true, isSingleton };
  // A class may hide its own methods by their bare names in `class << self`.
  const key = (name: string): string => (state.isSingleton && !name.startsWith('self.') ? `self.${name}` : name);
  return {
    path,
    get isSingleton() {
      return state.isSingleton;
    },
    get open() {
      return state.open;
    },
    hidden,
    turn(word) {
      if (word === 'private' || word === 'protected') state.open = false;
      else if (word === 'public') state.open = true;
      else if (word === 'module_function') state.isSingleton = true;
    },
    hide(names) {
      for (const name of names) hidden.add(key(name.replace(/=$/, '')));
    },
    show(names) {
      for (const name of names) hidden.delete(key(name.replace(/=$/, '')));
    },
  };
}

/** Arguments of a call. */
export function argumentsOf(call: Node): Node[] {
  const list = call.childForFieldName('arguments');
  return list === null ? [] : children(list);
}

/** Names that an argument gives as symbols or strings, alone or in a list. */
export function symbolNames(argument: Node): string[] {
  if (argument.type === 'simple_symbol') return [argument.text.replace(/^:/, '')];
  if (argument.type === 'string') return [argument.text.replace(/^['"]|['"]$/g, '')];
  if (argument.type === 'array') return children(argument).flatMap(symbolNames);
  return argument.type === 'bare_symbol' ? [argument.text] : [];
}
