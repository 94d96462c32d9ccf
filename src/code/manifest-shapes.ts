import { z } from 'zod';
import { compareBytes } from './source-tree.ts';

/** A string, or null for anything else: one wrong field does not make a manifest unreadable. */
export const text = z.string().nullable().catch(null).default(null);
/** Strings by name. */
export const texts = z.record(z.string(), z.string().catch('')).catch({}).default({});
/** A list of strings. */
export const list = z.array(z.string()).catch([]).default([]);

/** Entries in byte order of their names. */
export function sortedEntries(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => compareBytes(a, b));
}

/** Whether a value is a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
