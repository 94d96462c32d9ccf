import type { Parameter, SourceSymbol } from './symbols.ts';
import type { TypeScriptSource } from './typescript-source.ts';

/** Types that a JavaScript file declares in comments alone: `@typedef` and `@callback` of JSDoc. */
export function commentTypes(source: TypeScriptSource): SourceSymbol[] {
  if (!/@(?:typedef|callback)\b/.test(source.text)) return [];
  return source.docsWith(/@(?:typedef|callback)\b/).flatMap(({ doc, typedefs }) =>
    typedefs.map(({ name, type, isCallback }): SourceSymbol => {
      const parameters = isCallback ? doc.params.map(parameterOf) : [];
      const returns = isCallback ? (doc.returns?.type ?? null) : null;
      const list = parameters.map((one) => `${one.name}${one.type === null ? '' : `: ${one.type}`}`).join(', ');
      return {
        ...NOTHING,
        kind: 'type',
        name,
        signature: `type ${name} = ${isCallback ? `(${list}) => ${returns ?? 'void'}` : (type ?? 'object')}`,
        parameters,
        returns,
        doc: doc.description === '' && doc.params.length === 0 && doc.attributes.length === 0 ? null : doc,
        line: doc.line,
        endLine: doc.endLine,
        members: doc.attributes.map(({ name: property, type: of, line }) => ({
          ...NOTHING,
          kind: 'property',
          name: property,
          signature: of === null ? property : `${property}: ${of}`,
          doc: null,
          line,
          endLine: line,
        })),
      };
    }),
  );
}

const NOTHING = {
  parameters: [],
  returns: null,
  body: null,
  isDefault: false,
  isStatic: false,
  decorators: [],
  members: [],
} as const;

function parameterOf({ name, type }: { readonly name: string; readonly type: string | null }): Parameter {
  return { name, type, default: null, optional: false, rest: false };
}
