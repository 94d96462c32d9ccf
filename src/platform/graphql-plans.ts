import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { type LoadedField, loadedFieldOf } from './loaded-columns.ts';

/** The schema a document is for, and the document's fragments by name. */
export interface PlanGround {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

/** The places where one field of an answer is asked for. */
type Nodes = [FieldNode, ...FieldNode[]];

/** What becomes of a value, by its type: one of the four last is there. */
export interface ValuePlan {
  readonly isRequired: boolean;
  readonly leaf: GraphQLLeafType | undefined;
  /** What becomes of each item of a list. */
  readonly item: ValuePlan | undefined;
  readonly object: GraphQLObjectType | undefined;
  readonly abstract: GraphQLAbstractType | undefined;
}

/**
 * Whether the selections of a document are the same each time it runs: what directives leave out follows the variables.
 * An answer's name that objects know is not for plans either.
 */
export function canBePlanned(document: DocumentNode): boolean {
  let isFixed = true;
  visit(document, {
    Directive: ({ name }) => {
      if (name.value === 'skip' || name.value === 'include') isFixed = false;
    },
    Field: ({ name, alias }) => {
      if ((alias ?? name).value === '__proto__') isFixed = false;
    },
  });
  return isFixed;
}

/** What is asked of a type at one place, selections and fragments written out, in the order of the answer. */
export function planSelection(
  ground: PlanGround,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): readonly FieldPlan[] {
  const found = new Map<string, Nodes>();
  const spread = new Set<string>();
  for (const set of sets) collect(ground, type, set, found, spread);
  return Array.from(found.values(), (nodes) => new FieldPlan(ground, type, nodes));
}

/** The algorithm CollectFields of the GraphQL specification, but for directives. */
function collect(
  ground: PlanGround,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  found: Map<string, Nodes>,
  spread: Set<string>,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const nodes = found.get(name);
      if (nodes === undefined) found.set(name, [selection]);
      else nodes.push(selection);
      continue;
    }
    let fragment: FragmentDefinitionNode | InlineFragmentNode | undefined;
    if (selection.kind === Kind.INLINE_FRAGMENT) fragment = selection;
    else if (!spread.has(selection.name.value)) {
      spread.add(selection.name.value);
      fragment = ground.fragments[selection.name.value];
    }
    if (fragment === undefined || !isMeant(ground.schema, type, fragment)) continue;
    collect(ground, type, fragment.selectionSet, found, spread);
  }
}

/** Whether a fragment is about a type. */
function isMeant(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  { typeCondition }: FragmentDefinitionNode | InlineFragmentNode,
): boolean {
  const named = typeCondition && schema.getType(typeCondition.name.value);
  return named === undefined || named === type || (isAbstractType(named) && schema.isSubType(named, type));
}

/** A field of a selection on one type, with all that the document and the schema say of it. */
export class FieldPlan {
  /** Its name in the answer. */
  readonly name: string;
  /** Where it is asked for: at several places when selections meet. */
  readonly nodes: Nodes;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, object>;
  readonly parentType: GraphQLObjectType;
  readonly value: ValuePlan;
  /** The value of `__typename`. */
  readonly typeName: string | undefined;
  /** What property of its source is its value, unless that is undefined. Of leaves only. */
  readonly property: string | undefined;
  /** What a loaded row answers by itself. */
  readonly loaded: LoadedField | undefined;
  readonly #ground: PlanGround;
  readonly #selections = new Map<GraphQLObjectType, readonly FieldPlan[]>();
  #isSelfContained: boolean | undefined;

  constructor(ground: PlanGround, parentType: GraphQLObjectType, nodes: Nodes) {
    const [{ alias, name }] = nodes;
    const definition = definitionOf(ground.schema, parentType, name.value);
    if (definition === undefined) throw new Error(`${parentType.name} has no field ${name.value}`);
    this.name = (alias ?? name).value;
    this.nodes = nodes;
    this.definition = definition;
    this.resolve = definition.resolve ?? defaultFieldResolver;
    this.parentType = parentType;
    this.value = valuePlan(definition.type);
    this.typeName = definition === TypeNameMetaFieldDef ? parentType.name : undefined;
    this.loaded = definition.resolve && loadedFieldOf(definition.resolve);
    this.property = this.value.leaf && propertyOf(definition, this.loaded);
    this.#ground = ground;
  }

  /** What is asked of its value, once that has turned out to be of a type. */
  selectionOn(type: GraphQLObjectType): readonly FieldPlan[] {
    let selection = this.#selections.get(type);
    if (selection === undefined) {
      const sets = this.nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      selection = planSelection(this.#ground, type, sets);
      this.#selections.set(type, selection);
    }
    return selection;
  }

  /**
   * Whether the rows it leads to answer all that is asked of them. Else something below looks up by its path in the
   * answer what the Prisma plugin has noted at the fields above.
   */
  get isSelfContained(): boolean {
    this.#isSelfContained ??= this.#possibleTypes().every((type) => this.selectionOn(type).every(isAnsweredByRow));
    return this.#isSelfContained;
  }

  #possibleTypes(): readonly GraphQLObjectType[] {
    const { object, abstract } = this.value;
    if (abstract !== undefined) return this.#ground.schema.getPossibleTypes(abstract);
    return object === undefined ? [] : [object];
  }
}

function isAnsweredByRow(field: FieldPlan): boolean {
  if (field.loaded !== undefined) return !field.loaded.leadsToRow || field.isSelfContained;
  return field.typeName !== undefined || (field.value.leaf !== undefined && isUnwrapped(field.definition));
}

/** Whether nothing stands around the resolver that the schema was given. */
function isUnwrapped({ extensions }: GraphQLField<unknown, unknown>): boolean {
  return extensions.pothosResolveWrapped === false;
}

function propertyOf(definition: GraphQLField<unknown, unknown>, loaded: LoadedField | undefined): string | undefined {
  if (definition.resolve === undefined) return definition.name;
  const exposed: unknown = definition.extensions.pothosExposedField;
  if (typeof exposed !== 'string') return undefined;
  return isUnwrapped(definition) || loaded?.column === exposed ? exposed : undefined;
}

function valuePlan(type: GraphQLOutputType): ValuePlan {
  const nullable = getNullableType(type);
  return {
    isRequired: isNonNullType(type),
    leaf: isLeafType(nullable) ? nullable : undefined,
    item: isListType(nullable) ? valuePlan(nullable.ofType) : undefined,
    object: isObjectType(nullable) ? nullable : undefined,
    abstract: isAbstractType(nullable) ? nullable : undefined,
  };
}

function definitionOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parentType.getFields()[name];
}
