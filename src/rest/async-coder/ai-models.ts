import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { ModelProvider, TaskType } from '../../gql/graphql.ts';
import { type AnyRow, row } from '../route.ts';
import { envelope, succeeded } from './envelope.ts';

const provider = z.enum(['local', 'openai', 'anthropic', 'google']);
const capability = z.enum(['debug', 'ask', 'documentation', 'architect', 'pr_review', 'async']);

const providers: Record<ModelProvider, z.infer<typeof provider>> = {
  LOCAL: 'local',
  OPENAI: 'openai',
  ANTHROPIC: 'anthropic',
  GOOGLE: 'google',
};
const capabilities: Record<TaskType, z.infer<typeof capability>> = {
  DEBUG: 'debug',
  ASK: 'ask',
  DOCUMENTATION: 'documentation',
  ARCHITECT: 'architect',
  PR_REVIEW: 'pr_review',
  ASYNC: 'async',
};

/** The catalogue of AI models. */
export const aiModelRows: readonly AnyRow[] = [
  row({
    method: 'GET',
    path: '/api/ai-models',
    summary: 'The AI models tasks can ask for; those without a key here are not active',
    auth: 'none',
    status: 200,
    response: envelope(
      z.object({
        models: z.array(
          z.object({
            id: z.uuid(),
            name: z.string(),
            displayName: z.string(),
            provider,
            description: z.string(),
            costPerToken: z.number().describe('US dollars'),
            maxTokens: z.int(),
            capabilities: z.array(capability),
            isActive: z.boolean(),
          }),
        ),
      }),
    ),
    document: graphql(`
      query AsyncCoderModels {
        r: aiModels {
          __typename
          databaseId
          name
          displayName
          provider
          description
          costPerToken
          maxTokens
          capabilities
          isActive
        }
      }
    `),
    variables: () => ({}),
    reply: (models) =>
      succeeded({
        models: models.map(({ databaseId, __typename, ...model }) => ({
          id: databaseId,
          ...model,
          provider: providers[model.provider],
          capabilities: model.capabilities.map((type) => capabilities[type]),
        })),
      }),
  }),
];
