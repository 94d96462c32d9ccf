import { z } from 'zod';

/** A moment as JSON: ISO 8601, UTC. */
export const moment = z.iso.datetime();

export const userRead = z.object({
  id: z.uuid(),
  email: z.string(),
  full_name: z.string().nullable(),
  is_active: z.boolean(),
  is_superuser: z.boolean(),
  role: z.enum(['user', 'admin']),
  created_at: moment,
  updated_at: moment,
});

export const tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
});

export const itemRead = z.object({
  id: z.uuid(),
  title: z.string(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  created_at: moment,
  updated_at: moment,
});

export const sessionRead = z.object({
  id: z.uuid(),
  device_name: z.string().nullable(),
  device_type: z.enum(['mobile', 'tablet', 'desktop']),
  ip_address: z.string().nullable(),
  is_current: z.boolean(),
  created_at: moment,
  last_used_at: moment,
});

/** A page counted from 1. */
export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(50),
});

/** An empty field of a form counts as absent. */
export const formText = z.preprocess((value) => (value === '' ? undefined : value), z.string());
