import type { TakenInventory } from './inventory.ts';

const COUNT_BYTES = 4;

/** What is kept of an inventory: how many files are to be parsed, before the pack. */
export function keptInventory({ packed, parsable }: Pick<TakenInventory, 'packed' | 'parsable'>): Uint8Array {
  const bytes = Buffer.allocUnsafe(COUNT_BYTES + packed.length);
  bytes.writeUInt32LE(parsable);
  bytes.set(packed, COUNT_BYTES);
  return bytes;
}

/** The inventory that was kept. */
export function inventoryFrom(kept: Uint8Array): Pick<TakenInventory, 'packed' | 'parsable'> {
  const view = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
  return { parsable: view.readUInt32LE(0), packed: new Uint8Array(view.subarray(COUNT_BYTES)) };
}
