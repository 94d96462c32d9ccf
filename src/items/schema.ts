import { z } from 'zod';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { newestFirst, offset, skipping } from '../platform/pages.ts';
import { findRow, findRows } from '../platform/rows.ts';
import { ownedBy } from '../platform/viewer.ts';
import { createItem, deleteItem, updateItem } from './service.ts';

const title = z.string().trim().min(1, 'must not be empty').max(255, 'must have at most 255 characters');
const description = z.string().max(10_000, 'must have at most 10000 characters');

/** Items: the smallest feature, to copy. */
export function addItems(builder: Builder): void {
  const ItemRef = builder.prismaNode('Item', {
    description: 'The smallest thing a user can own.',
    id: { field: 'id' },
    nullable: true,
    findUnique: (id, context) => ({ id, ...ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      title: t.exposeString('title', { description: 'What it is called, at most 255 characters.' }),
      description: t.exposeString('description', { nullable: true, description: 'More words; null when none.' }),
      isActive: t.exposeBoolean('isActive', { description: 'Whether it is in use.' }),
      owner: t.relation('owner', { description: 'Whose it is.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    }),
  });

  const CreateItemInput = builder.inputType('CreateItemInput', {
    description: 'What a new item is.',
    fields: (t) => ({
      title: t.string({ validate: title, description: '1 to 255 characters.' }),
      description: t.string({ required: false, validate: description, description: 'At most 10000 characters.' }),
    }),
  });
  const UpdateItemInput = builder.inputType('UpdateItemInput', {
    description: 'What to change; absent fields stay.',
    fields: (t) => ({
      id: t.field({ type: 'UUID', description: 'Its databaseId.' }),
      title: t.string({ required: false, validate: title, description: '1 to 255 characters.' }),
      description: t.string({ required: false, validate: description, description: 'Null removes it.' }),
      isActive: t.boolean({ required: false, description: 'Whether it is in use.' }),
    }),
  });

  builder.queryFields((t) => ({
    item: t.prismaField({
      type: ItemRef,
      nullable: true,
      description: 'An item by its databaseId; null when there is none or it is not yours.',
      authScopes: { permission: 'item:read' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) => {
        const { database } = context.app;
        const asked = { ...query, where: { id, ...ownedBy(await signedIn(context)) } };
        return findRow(database, 'Item', asked, () => database.prisma.item.findFirst(asked));
      },
    }),
    items: t.prismaConnection({
      type: ItemRef,
      cursor: 'id',
      totalCount: async (_root, _args, context) =>
        context.app.database.prisma.item.count({ where: { ownerId: (await signedIn(context)).id } }),
      description: "The viewer's items, newest first.",
      authScopes: { permission: 'item:read' },
      args: {
        offset: t.arg.int({
          required: false,
          validate: offset,
          description: 'How many to skip before the page begins: for pages by number. Goes with `first` only.',
        }),
      },
      resolve: async (query, _root, args, context) => {
        const { database } = context.app;
        const asked = skipping(newestFirst(query, { ownerId: (await signedIn(context)).id }), args);
        return findRows(database, 'Item', asked, () => database.prisma.item.findMany(asked));
      },
    }),
  }));

  builder.mutationFields((t) => ({
    createItem: t.field({
      type: ItemRef,
      errors: {},
      description: 'Makes an item.',
      authScopes: { permission: 'item:write' },
      args: {
        input: t.arg({ type: CreateItemInput, description: 'What it is.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (_root, { input, idempotencyKey }, context) =>
        createItem(context.app, await signedIn(context), input, idempotencyKey ?? context.idempotencyKey),
    }),
    updateItem: t.field({
      type: ItemRef,
      errors: {},
      description: 'Changes an item.',
      authScopes: { permission: 'item:write' },
      args: { input: t.arg({ type: UpdateItemInput, description: 'What to change.' }) },
      resolve: async (_root, { input: { id, ...change } }, context) =>
        updateItem(context.app, await signedIn(context), id, change),
    }),
    deleteItem: t.field({
      type: ItemRef,
      errors: {},
      description: 'Deletes an item and gives back what it was.',
      authScopes: { permission: 'item:write' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (_root, { id }, context) => deleteItem(context.app, await signedIn(context), id),
    }),
  }));
}
