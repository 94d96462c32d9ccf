import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { depthLimit } from './builder.ts';

/** Largest body of a GraphQL request and of a message on a socket, in bytes. */
export const bodyLimit = 1_000_000;

const limits = { tokens: 2000, aliases: 15, directives: 9, repeats: 50, variableDepth: 32, variableValues: 20_000 };

/**
 * What an operation may look like, over HTTP, SSE and socket alike: tokens, depth, aliases, directives, repetition,
 * and the size of its variables. Cost is limited by the schema itself.
 */
export function limitPlugins(): Plugin[] {
  return [
    maxTokensPlugin({ n: limits.tokens }),
    maxDepthPlugin({ n: depthLimit, flattenFragments: true }),
    maxAliasesPlugin({ n: limits.aliases, allowList: [] }),
    maxDirectivesPlugin({ n: limits.directives }),
    {
      onValidate: ({ addValidationRule }) => {
        addValidationRule(noRepetition);
        addValidationRule(noNulCharacters);
      },
      onExecute: ({ args, setResultAndStopExecution }) => {
        const error = variableError(args.variableValues);
        if (error !== null) setResultAndStopExecution({ errors: [error] });
      },
      onSubscribe: ({ args, setResultAndStopExecution }) => {
        const error = variableError(args.variableValues);
        if (error !== null) setResultAndStopExecution({ errors: [error] });
      },
    },
  ];
}

/** The same field more than 50 times in one selection costs validation quadratic time. */
function noRepetition(context: ValidationContext): ASTVisitor {
  return {
    SelectionSet(node) {
      const seen = new Map<string, number>();
      for (const selection of node.selections) {
        const name = selection.kind === 'InlineFragment' ? '... on' : `${selection.kind} ${selection.name.value}`;
        const count = (seen.get(name) ?? 0) + 1;
        seen.set(name, count);
        if (count > limits.repeats) {
          context.reportError(
            new GraphQLError(`The same selection more than ${limits.repeats} times`, { nodes: selection }),
          );
          return;
        }
      }
    },
  };
}

/** PostgreSQL cannot hold U+0000 in a text. */
function noNulCharacters(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      if (node.value.includes('\0')) {
        context.reportError(new GraphQLError('A string must not hold the character U+0000', { nodes: node }));
      }
    },
  };
}

/** Walks the variables without recursion, so that no depth can exhaust the stack. */
function variableError(variables: unknown): GraphQLError | null {
  const refuse = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  const open: { value: unknown; depth: number }[] = [{ value: variables, depth: 0 }];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    count += 1;
    if (count > limits.variableValues) return refuse(`The variables hold more than ${limits.variableValues} values`);
    if (depth > limits.variableDepth) return refuse(`The variables are nested deeper than ${limits.variableDepth}`);
    if (typeof value === 'string' && value.includes('\0')) {
      return refuse('A string must not hold the character U+0000');
    }
    if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) open.push({ value: child, depth: depth + 1 });
    }
  }
  return null;
}
