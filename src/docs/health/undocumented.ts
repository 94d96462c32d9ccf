import type { ProjectModel } from '../engine/project-model.ts';
import type { Fault } from './rules.ts';

/** Every public symbol without a comment: what users of a package get from an entry first, all else is untidy. */
export function checkUndocumented({ coverage, entries }: ProjectModel): Fault[] {
  const given = new Set(entries.flatMap(({ names }) => names.map(({ module, symbol }) => `${module}\0${symbol}`)));
  return coverage.modules.flatMap(({ path, undocumented }) =>
    undocumented.map(({ name, kind, line, isProtected }) => ({
      rule: 'docs/undocumented-symbol' as const,
      severity:
        given.has(`${path}\0${name}`) && (kind === 'function' || kind === 'class')
          ? ('medium' as const)
          : ('low' as const),
      file: path,
      line,
      message: `The ${isProtected === true ? 'protected' : 'public'} ${kind} \`${name}\` has no documentation.`,
      suggestion: null,
      subject: `${kind} ${name}`,
    })),
  );
}
