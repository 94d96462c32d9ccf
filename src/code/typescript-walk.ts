import { type Node, type Program, visitorKeys } from 'oxc-parser';
import { catchLetsThrough, FunctionFrame } from './typescript-body.ts';

/** Where a node stands: in which function, and whether what is thrown there is caught there. */
export interface Frame {
  readonly within: FunctionFrame | null;
  readonly caught: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** How nodes of one type are walked. */
interface Plan {
  /** Fields that hold other nodes, last one first. */
  readonly keys: readonly string[];
  readonly isShown: boolean;
}

const TOP: Frame = { within: null, caught: false };

/** Types that nobody asks about: they are walked, but not shown. They make up most of a tree. */
const SILENT: ReadonlySet<string> = new Set(
  (
    'ArrayExpression ArrayPattern BinaryExpression BlockStatement ChainExpression ClassBody ConditionalExpression ' +
    'ExpressionStatement NewExpression ObjectExpression ObjectPattern Program SequenceExpression SpreadElement ' +
    'TemplateLiteral TSArrayType TSInterfaceBody TSTypeAnnotation TSTypeLiteral TSTypeParameterInstantiation ' +
    'TSTypeReference TSUnionType'
  ).split(' '),
);

const PLANS: ReadonlyMap<string, Plan> = new Map(
  Object.entries(visitorKeys).map(([type, keys]) => [type, { keys: keys.toReversed(), isShown: !SILENT.has(type) }]),
);

/**
 * Shows the nodes of a program to `visit`, a node before what is in it, in source order; names without an annotation,
 * literals and the `SILENT` types are passed over. Gives what each function's own body was seen to do. Walks without
 * recursion: real code nests deeper than the stack likes.
 */
export function walkProgram(
  text: string,
  program: Program,
  visit: (node: Node, frame: Frame) => void,
): ReadonlyMap<Node, FunctionFrame> {
  const frames = new Map<Node, FunctionFrame>();
  const waiting: Fields[] = [];
  const places: Frame[] = [];
  const push = (value: unknown, frame: Frame): void => {
    if (!isFields(value)) return;
    if (Array.isArray(value)) {
      for (let at = value.length - 1; at >= 0; at -= 1) push(value[at], frame);
    } else if (!isLeaf(value)) {
      waiting.push(value);
      places.push(frame);
    }
  };
  push(program.body, TOP);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const frame = places.pop() ?? TOP;
    if (!isNode(node)) continue;
    const plan = PLANS.get(node.type);
    if (plan === undefined) continue;
    let inner = frame;
    if (plan.isShown) {
      visit(node, frame);
      inner = frameInside(node, frame, frames);
    }
    for (const key of plan.keys) {
      const guarded = key === 'block' && node.type === 'TryStatement' && !catchLetsThrough(text, node);
      push(node[key], guarded ? { within: inner.within, caught: true } : inner);
    }
  }
  return frames;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isNode(value: Fields): value is Fields & Node {
  return typeof value.type === 'string';
}

/** Nothing is in it, and nobody asks about it. Names and literals are half of a tree. */
function isLeaf({ type, typeAnnotation }: Fields): boolean {
  if (type === 'Identifier') return typeAnnotation === undefined || typeAnnotation === null;
  return type === 'Literal' || type === 'TemplateElement' || type === 'ThisExpression' || type === 'TSStringKeyword';
}

function frameInside(node: Node, frame: Frame, frames: Map<Node, FunctionFrame>): Frame {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const within = new FunctionFrame(node);
      frames.set(node, within);
      return { within, caught: false };
    }
    default:
      frame.within?.take(node, frame.caught);
      return frame;
  }
}
