import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import { type AnyRow, row } from '../route.ts';
import { envelope, paged, pageMeta, pageQuery, succeeded } from './envelope.ts';

const listRow = row({
  method: 'GET',
  path: '/api/repositories',
  summary: "The caller's repositories, newest first",
  auth: 'required',
  status: 200,
  response: paged({
    repositories: z.array(
      z.object({
        id: z.uuid(),
        githubId: z.int().nullable(),
        name: z.string(),
        fullName: z.string(),
        description: z.string().nullable(),
        isPrivate: z.boolean().nullable().describe('Null where it is not known'),
        defaultBranch: z.string().nullable(),
        language: z.string().nullable(),
        url: z.string(),
        isActive: z.boolean(),
        createdAt: z.iso.datetime(),
      }),
    ),
  }),
  request: {
    query: pageQuery.extend({
      search: z.string().max(200).optional().describe('Text in owner, name or description'),
      connected: z
        .enum(['true', 'false'])
        .transform((word) => word === 'true')
        .optional()
        .describe('Only those at GitHub, or only all others'),
    }),
  },
  document: graphql(`
    query AsyncCoderRepositories($first: Int!, $offset: Int!, $search: String, $connected: Boolean) {
      r: repositories(first: $first, offset: $offset, search: $search, connected: $connected) {
        __typename
        totalCount
        nodes {
          databaseId
          githubId
          namespace
          name
          description
          isPrivate
          defaultBranch
          language
          url
          isActive
          connectedAt
        }
      }
    }
  `),
  variables: ({ query: { page, limit, search, connected } }) => ({
    first: limit,
    offset: (page - 1) * limit,
    search: search ?? null,
    connected: connected ?? null,
  }),
  reply: ({ totalCount, nodes }, { query: { page, limit } }) => ({
    ...succeeded({
      repositories: nodes.map(({ databaseId, namespace, name, connectedAt, ...repository }) => ({
        id: databaseId,
        name,
        fullName: `${namespace}/${name}`,
        ...repository,
        createdAt: connectedAt,
      })),
    }),
    meta: pageMeta({ page, limit, total: totalCount }),
  }),
});

const syncRow = row({
  method: 'POST',
  path: '/api/repositories/sync',
  summary: "Brings the caller's repositories in step with the connected GitHub account",
  auth: 'required',
  status: 200,
  response: envelope(
    z.object({
      synced: z.int(),
      added: z.int(),
      updated: z.int(),
      deactivated: z.int().describe('Gone from GitHub, or no longer seen'),
      message: z.string(),
    }),
  ),
  request: { body: z.object({ force: z.boolean().default(false) }).default({ force: false }) },
  document: graphql(`
    mutation AsyncCoderSync($force: Boolean!) {
      r: syncRepositories(force: $force) {
        __typename
        ... on RepositorySyncResult {
          synced
          added
          updated
          deactivated
        }
        ...Refusal
      }
    }
  `),
  variables: ({ body: { force } }) => ({ force }),
  reply: ({ synced, added, updated, deactivated }) =>
    succeeded({ synced, added, updated, deactivated, message: 'Repositories synced successfully' }),
});

const branchesRow = row({
  method: 'GET',
  path: '/api/repositories/{repositoryId}/branches',
  summary: 'The branches of a repository, as they are now',
  auth: 'required',
  status: 200,
  response: envelope(
    z.object({
      branches: z.array(
        z.object({
          name: z.string(),
          commit: z.object({ sha: z.string(), url: z.string().nullable().describe('Null where it is not at GitHub') }),
          protected: z.boolean().nullable().describe('Null where it is not at GitHub'),
        }),
      ),
    }),
  ),
  request: { params: z.object({ repositoryId: z.uuid('must be a UUID') }) },
  document: graphql(`
    query AsyncCoderBranches($id: UUID!, $after: String) {
      r: repository(id: $id) {
        __typename
        branches(first: 1000, after: $after) {
          nodes {
            name
            commit {
              sha
              url
            }
            protected
          }
          endCursor
        }
      }
    }
  `),
  variables: ({ params: { repositoryId } }) => ({ id: repositoryId, after: null }),
  names: { id: 'repositoryId' },
  missing: 'Repository',
  following: {
    next: ({ branches: { endCursor } }, variables) => (endCursor === null ? null : { ...variables, after: endCursor }),
    join: (present, { branches: { nodes, endCursor } }) => ({
      ...present,
      branches: { nodes: [...present.branches.nodes, ...nodes], endCursor },
    }),
  },
  reply: ({ branches: { nodes } }) => succeeded({ branches: nodes }),
});

/** Repositories. */
export const repositoryRows: readonly AnyRow[] = [listRow, syncRow, branchesRow];
