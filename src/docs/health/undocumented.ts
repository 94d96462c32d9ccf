import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ProjectModel } from '../engine/project-model.ts';
import type { Fault } from './rules.ts';

/** Every public symbol without a comment: what users of a package get from an entry first, all else is untidy. */
export function checkUndocumented({ coverage, entries }: ProjectModel, files: readonly ParsedFile[]): Fault[] {
  const given = new Set(entries.flatMap(({ names }) => names.map(({ module, symbol }) => `${module}\0${symbol}`)));
  const inParts = typesToldInParts(files);
  return coverage.modules.flatMap(({ path, undocumented }) =>
    undocumented
      .filter(({ name }) => !(path.endsWith('.cs') && inParts.has(name)))
      .map(({ name, kind, line }) => ({
        rule: 'docs/undocumented-symbol' as const,
        severity:
          given.has(`${path}\0${name}`) && (kind === 'function' || kind === 'class')
            ? ('medium' as const)
            : ('low' as const),
        file: path,
        line,
        message: `The public ${kind} \`${name}\` has no documentation.`,
        suggestion: null,
        subject: `${kind} ${name}`,
      })),
  );
}

/** Types of C# that stand in several parts: told of at one of them, the type is told of. */
function typesToldInParts(files: readonly ParsedFile[]): ReadonlySet<string> {
  return new Set(
    files
      .filter(({ path }) => path.endsWith('.cs'))
      .flatMap(({ symbols }) => symbols)
      .filter(({ doc, signature }) => doc !== null && /\bpartial\b/.test(signature))
      .map(({ name }) => name),
  );
}
