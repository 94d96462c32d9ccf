import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { App } from '../app.ts';
import type { Item } from '../generated/prisma/client.ts';
import { idempotently } from '../jobs/service.ts';
import { isMissingRow } from '../platform/database.ts';
import { NotFoundError } from '../platform/errors.ts';
import { insertStatement } from '../platform/row-inserts.ts';
import { queryOf } from '../platform/statements.ts';
import { inTransaction } from '../platform/transactions.ts';
import { ownedBy, requirePermission, type Viewer } from '../platform/viewer.ts';

export interface NewItem {
  readonly title: string;
  readonly description?: string | null | undefined;
}

export interface ItemChange {
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly isActive?: boolean | null | undefined;
}

/** Makes an item of the viewer's. @throws ForbiddenError, IdempotencyKeyReusedError */
export async function createItem(
  app: App,
  viewer: Viewer,
  input: NewItem,
  idempotencyKey?: string | null | undefined,
): Promise<Item> {
  requirePermission(viewer, 'item:write');
  if (idempotencyKey === null || idempotencyKey === undefined) {
    const item = newItem(viewer, input);
    await app.database.pool.query(queryOf(insertStatement('Item', item)));
    return item;
  }
  const id = await idempotently(app, viewer, {
    operation: 'createItem',
    key: idempotencyKey,
    input,
    answer: z.uuid(),
    work: async (remember) => {
      const item = newItem(viewer, input);
      const insert = insertStatement('Item', item);
      await inTransaction(app.database, (writing) => Promise.all([writing.run(insert), remember(writing, item.id)]));
      return item.id;
    },
  });
  return getItem(app, viewer, id);
}

/** The row of a new item. No column is left to the database, so that none has to be read back. */
function newItem(viewer: Viewer, { title, description = null }: NewItem): Item {
  const now = new Date();
  return { id: uuidv7(), ownerId: viewer.id, title, description, isActive: true, createdAt: now, updatedAt: now };
}

/** An item the viewer may see. @throws NotFoundError */
export async function getItem(app: App, viewer: Viewer, id: string): Promise<Item> {
  requirePermission(viewer, 'item:read');
  const item = await app.database.prisma.item.findFirst({ where: { id, ...ownedBy(viewer) } });
  if (item === null) throw new NotFoundError('Item');
  return item;
}

/** Changes the given fields of an own item; an absent or null title stays. @throws NotFoundError, ForbiddenError */
export async function updateItem(app: App, viewer: Viewer, id: string, change: ItemChange): Promise<Item> {
  requirePermission(viewer, 'item:write');
  const data = {
    ...(typeof change.title === 'string' && { title: change.title }),
    ...(change.description !== undefined && { description: change.description }),
    ...(typeof change.isActive === 'boolean' && { isActive: change.isActive }),
  };
  return present(app.database.prisma.item.update({ where: { id, ownerId: viewer.id }, data }));
}

/** Deletes an own item and gives back what it was. @throws NotFoundError, ForbiddenError */
export async function deleteItem(app: App, viewer: Viewer, id: string): Promise<Item> {
  requirePermission(viewer, 'item:write');
  return present(app.database.prisma.item.delete({ where: { id, ownerId: viewer.id } }));
}

/** A change whose row is not there, or was deleted at the same moment, is a refusal and no bug. */
async function present(change: Promise<Item>): Promise<Item> {
  try {
    return await change;
  } catch (error) {
    throw isMissingRow(error) ? new NotFoundError('Item') : error;
  }
}
