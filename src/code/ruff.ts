import { createRequire } from 'node:module';
import { z } from 'zod';

const place = z.object({ row: z.int(), column: z.int() });
const diagnostic = z.object({
  /** `S608`, `invalid-syntax`; null for none. */
  code: z.string().nullable(),
  message: z.string(),
  start_location: place,
  end_location: place,
  /** How ruff would mend it; null where it would not. It does not tell here which of these are safe. */
  fix: z
    .object({ edits: z.array(z.object({ content: z.string().nullable(), location: place, end_location: place })) })
    .nullable(),
});

/** What ruff says of one place. Lines and columns count from 1, columns in UTF-16 units. */
export type RuffDiagnostic = z.infer<typeof diagnostic>;

const diagnostics = z.array(diagnostic);

/** Ruff with fixed settings. */
export interface Ruff {
  readonly version: string;
  /** What it says of a text, its own `noqa` comments honoured. Throws when the engine breaks. */
  check(text: string): readonly RuffDiagnostic[];
}

/**
 * Loads ruff's module, which stays loaded in this thread. `settings` are those of `ruff.toml`, as an object.
 * Blocks while it works, so it belongs into a thread.
 */
export function loadRuff(settings: object): Ruff {
  const required: typeof import('@astral-sh/ruff-wasm-nodejs') = createRequire(import.meta.url)(
    '@astral-sh/ruff-wasm-nodejs',
  );
  const workspace = new required.Workspace(settings, required.PositionEncoding.Utf16);
  return {
    version: required.Workspace.version(),
    check: (text) => diagnostics.parse(workspace.check(text)),
  };
}
