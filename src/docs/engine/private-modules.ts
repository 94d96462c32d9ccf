import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { namesOffered, type Offers } from './public-names.ts';

/** By convention not for users: in Python what begins with one underscore. Go's compiler refuses others `internal`. */
const PRIVATE = /(?:^|\/)_(?!_)[^/]*(?=\/|\.pyi?$)|(?:^|\/)internal\/(?:.*\/)?[^/]+\.go$/;
const KNOWS_PRIVATE = /\.(?:pyi?|rs|go)$/;

/**
 * Modules as users see them: what a private module (Python `_client.py`, `_internal/x.py`; Rust `mod x;` without `pub`;
 * Go `internal/x.go`) defines is public only where a public module passes it on. A tree whose public modules offer
 * nothing stays as it is.
 */
export function withoutPrivate(modules: readonly ParsedFile[], offers: Offers): ParsedFile[] {
  const closed = closedCrateModules(offers);
  const isPrivate = ({ path }: ParsedFile): boolean =>
    closed.has(path) || (/\.(?:pyi?|go)$/.test(path) && PRIVATE.test(path));
  const open = modules.filter((module) => KNOWS_PRIVATE.test(module.path) && !isPrivate(module));
  // Beside a program's `main` there is nothing to pass on.
  if (!open.some((module) => module.symbols.length > 0 || module.reexports.length > 0)) return [...modules];
  const given = new Set(
    open.flatMap((module) => namesOffered(module.path, offers).map((one) => `${one.module}\0${one.symbol ?? ''}`)),
  );
  return modules.map((module) => {
    if (!isPrivate(module) || given.has(`${module.path}\0`)) return module;
    return { ...module, symbols: module.symbols.filter((symbol) => given.has(`${module.path}\0${symbol.name}`)) };
  });
}

/**
 * Modules of libraries in Rust that are reached from `lib.rs` by private `mod` statements only. A module that no
 * statement names (macros make some) is none of them.
 */
function closedCrateModules({ modules, resolver }: Offers): ReadonlySet<string> {
  const open = new Set([...modules.keys()].filter((path) => /(?:^|\/)src\/lib\.rs$/.test(path)));
  const closed = new Set<string>();
  const visit = (path: string, isOpen: boolean): void => {
    const module = modules.get(path);
    for (const statement of module?.imports ?? []) {
      if (statement.names.length > 0 || !/^self::\w+$/.test(statement.specifier)) continue;
      const target = resolver.resolve(path, statement).find((one) => one.kind === 'file')?.path;
      if (target === undefined || open.has(target)) continue;
      const isPassedOn =
        isOpen &&
        module?.reexports.some(({ specifier, imported }) => specifier === statement.specifier && imported === '*') ===
          true;
      if (!isPassedOn && closed.has(target)) continue;
      (isPassedOn ? open : closed).add(target);
      visit(target, isPassedOn);
    }
  };
  for (const path of [...open]) visit(path, true);
  return new Set([...closed].filter((path) => !open.has(path)));
}
