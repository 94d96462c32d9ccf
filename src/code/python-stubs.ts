import type { ParsedSource, SourceSymbol } from './symbols.ts';

type PythonFile = Pick<ParsedSource, 'symbols'> & { readonly path: string };

/**
 * Files with the signatures of stubs (`mod.pyi`) put into the modules that they describe (`mod.py` beside it): a stub
 * says the types, the module has the comments, the lines and the bodies. A stub whose module is there is left out.
 */
export function withStubSignatures<File extends PythonFile>(files: readonly File[]): File[] {
  const stubs = new Map(
    files.filter(({ path }) => path.endsWith('.pyi')).map((file) => [file.path.slice(0, -1), file]),
  );
  if (stubs.size === 0) return [...files];
  const modules = new Set(files.map(({ path }) => path));
  return files
    .filter(({ path }) => !(path.endsWith('.pyi') && modules.has(path.slice(0, -1))))
    .map((file) => {
      const stub = stubs.get(file.path);
      return stub === undefined ? file : { ...file, symbols: merged(file.symbols, stub.symbols) };
    });
}

function merged(symbols: readonly SourceSymbol[], stubs: readonly SourceSymbol[]): SourceSymbol[] {
  const byName = new Map(stubs.map((stub) => [stub.name, stub]));
  return symbols.map((symbol) => {
    const stub = byName.get(symbol.name);
    if (stub === undefined || (stub.kind === 'class') !== (symbol.kind === 'class')) return symbol;
    return {
      ...symbol,
      signature: stub.signature,
      parameters: stub.parameters,
      returns: stub.returns ?? symbol.returns,
      doc: symbol.doc ?? stub.doc,
      members: merged(symbol.members, stub.members),
    };
  });
}
