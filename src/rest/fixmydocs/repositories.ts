import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import { row } from '../route.ts';

/** Connecting repositories. */
export const repositoryRows = [
  row({
    method: 'POST',
    path: '/api/repos/connect',
    summary: 'Connect a repository by its URL',
    auth: 'required',
    status: 200,
    response: z.object({
      repo_id: z.string(),
      owner: z.string(),
      name: z.string(),
      connected_at: z.iso.datetime(),
    }),
    request: { body: z.object({ repository_url: z.string() }) },
    document: graphql(`
      mutation FixMyDocsConnect($address: String!) {
        r: connectRepository(address: $address) {
          __typename
          ... on Repository {
            number
            namespace
            name
            connectedAt
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ address: body.repository_url }),
    names: { address: 'repository_url' },
    reply: ({ number, namespace, name, connectedAt }) => ({
      repo_id: String(number),
      owner: namespace,
      name,
      connected_at: connectedAt,
    }),
  }),
];
