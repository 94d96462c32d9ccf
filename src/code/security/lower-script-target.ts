import type {
  AssignmentTarget,
  AssignmentTargetMaybeDefault,
  AssignmentTargetRest,
  BindingPattern,
  BindingRestElement,
  JSXElement,
  JSXFragment,
  ParamPattern,
} from 'oxc-parser';
import type { ScriptLowering } from './lower-script-expression.ts';
import type { Entry, Expression, Target } from './syntax.ts';

/** Whatever stands where a value goes. */
export type ScriptPattern =
  | AssignmentTarget
  | AssignmentTargetMaybeDefault
  | AssignmentTargetRest
  | BindingPattern
  | BindingRestElement
  | ParamPattern;

/** Where an assignment, a declaration or a parameter puts its value. */
export function lowerTargetWith(to: ScriptLowering, node: ScriptPattern): Target {
  switch (node.type) {
    case 'Identifier':
      return { kind: 'place', place: { kind: 'name', name: node.name, start: node.start, end: node.end } };
    case 'MemberExpression': {
      const place = to.expression(node);
      return place.kind === 'member' ? { kind: 'place', place } : { kind: 'nowhere' };
    }
    case 'AssignmentPattern':
      return to.target(node.left);
    case 'RestElement':
      return to.target(node.argument);
    case 'TSParameterProperty':
      return to.target(node.parameter);
    case 'ArrayPattern':
      return { kind: 'list', items: node.elements.map((one) => (one === null ? null : to.target(one))) };
    case 'ObjectPattern': {
      const entries = node.properties.flatMap((one) => {
        if (one.type === 'RestElement') return [];
        const key = one.key.type === 'Identifier' && !one.computed ? one.key.name : null;
        return [{ key, target: to.target(one.value) }];
      });
      const last = node.properties.at(-1);
      return { kind: 'record', entries, rest: last?.type === 'RestElement' ? to.target(last.argument) : null };
    }
    default:
      return { kind: 'nowhere' };
  }
}

/** An element of JSX. */
export function lowerMarkupWith(to: ScriptLowering, node: JSXElement | JSXFragment): Expression {
  const { start, end } = node;
  const children = node.children.flatMap((child): Expression[] => {
    if (child.type === 'JSXExpressionContainer') return [to.expression(child.expression)];
    return child.type === 'JSXElement' || child.type === 'JSXFragment' ? [to.markup(child)] : [];
  });
  if (node.type === 'JSXFragment') return { kind: 'markup', name: '', properties: [], children, start, end };
  const { name, attributes } = node.openingElement;
  const properties = attributes.flatMap((one): Entry[] => {
    const at = { start: one.start, end: one.end };
    if (one.type === 'JSXSpreadAttribute')
      return [{ key: null, computed: null, value: to.expression(one.argument), ...at }];
    if (one.name.type !== 'JSXIdentifier' || one.value === null) return [];
    const inner = one.value.type === 'JSXExpressionContainer' ? one.value.expression : one.value;
    return [{ key: one.name.name, computed: null, value: to.expression(inner), ...at }];
  });
  return { kind: 'markup', name: name.type === 'JSXIdentifier' ? name.name : '', properties, children, start, end };
}
