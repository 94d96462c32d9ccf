import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { AutomationsItemFragment } from '../../gql/graphql.ts';
import { row } from '../route.ts';
import { itemRead, pageQuery } from './shapes.ts';

graphql(`
  fragment AutomationsItem on Item {
    databaseId
    title
    description
    isActive
    createdAt
    updatedAt
  }
`);

function itemReadOf(item: AutomationsItemFragment): z.infer<typeof itemRead> {
  return {
    id: item.databaseId,
    title: item.title,
    description: item.description,
    is_active: item.isActive,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
  };
}

const params = z.object({ id: z.uuid() });

/** The example CRUD. */
export const itemRows = [
  row({
    method: 'GET',
    path: '/api/v1/items',
    summary: 'List items, by page',
    auth: 'required',
    status: 200,
    response: z.object({
      items: z.array(itemRead),
      total: z.int(),
      page: z.int(),
      size: z.int(),
      pages: z.int(),
    }),
    request: { query: pageQuery },
    document: graphql(`
      query AutomationsItems($first: Int!, $offset: Int!) {
        r: items(first: $first, offset: $offset) {
          __typename
          totalCount
          nodes {
            ...AutomationsItem
          }
        }
      }
    `),
    variables: ({ query: { page, size } }) => ({ first: size, offset: (page - 1) * size }),
    reply: ({ totalCount, nodes }, { query: { page, size } }) => ({
      items: nodes.map(itemReadOf),
      total: totalCount,
      page,
      size,
      pages: Math.ceil(totalCount / size),
    }),
  }),
  row({
    method: 'POST',
    path: '/api/v1/items',
    summary: 'Create an item',
    auth: 'required',
    status: 201,
    response: itemRead,
    request: { body: z.object({ title: z.string(), description: z.string().nullish() }) },
    document: graphql(`
      mutation AutomationsCreateItem($title: String!, $description: String) {
        r: createItem(input: { title: $title, description: $description }) {
          __typename
          ...AutomationsItem
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ title: body.title, description: body.description ?? null }),
    reply: itemReadOf,
  }),
  row({
    method: 'GET',
    path: '/api/v1/items/{id}',
    summary: 'Get an item',
    auth: 'required',
    status: 200,
    response: itemRead,
    request: { params },
    document: graphql(`
      query AutomationsItemById($id: UUID!) {
        r: item(id: $id) {
          __typename
          ...AutomationsItem
        }
      }
    `),
    variables: ({ params: { id } }) => ({ id }),
    missing: 'Item',
    reply: itemReadOf,
  }),
  row({
    method: 'PATCH',
    path: '/api/v1/items/{id}',
    summary: 'Update an item',
    auth: 'required',
    status: 200,
    response: itemRead,
    request: {
      params,
      body: z.object({
        title: z.string().optional(),
        description: z.string().nullish(),
        is_active: z.boolean().optional(),
      }),
    },
    document: graphql(`
      mutation AutomationsUpdateItem($input: UpdateItemInput!) {
        r: updateItem(input: $input) {
          __typename
          ...AutomationsItem
          ...Refusal
        }
      }
    `),
    variables: ({ params: { id }, body: { is_active, ...rest } }) => ({
      input: { id, ...rest, ...(is_active !== undefined && { isActive: is_active }) },
    }),
    names: { isActive: 'is_active' },
    reply: itemReadOf,
  }),
  row({
    method: 'DELETE',
    path: '/api/v1/items/{id}',
    summary: 'Delete an item',
    auth: 'required',
    status: 204,
    request: { params },
    document: graphql(`
      mutation AutomationsDeleteItem($id: UUID!) {
        r: deleteItem(id: $id) {
          __typename
          ... on Item {
            databaseId
          }
          ...Refusal
        }
      }
    `),
    variables: ({ params: { id } }) => ({ id }),
    reply: () => undefined,
  }),
];
