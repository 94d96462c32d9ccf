import type { Prisma } from '../generated/prisma/client.ts';
import type { Viewer } from '../platform/viewer.ts';

export interface RepositoryFilter {
  /** Text in the name, the owner, both of them, or the description. */
  readonly search?: string | null | undefined;
  /** Whether it is at GitHub. */
  readonly connected?: boolean | null | undefined;
}

/** The condition of the viewer's own repositories that pass a filter. */
export function ownRepositories({ id: ownerId }: Viewer, filter: RepositoryFilter): Prisma.RepositoryWhereInput {
  const { search, connected } = filter;
  return {
    ownerId,
    ...(typeof connected === 'boolean' && { provider: connected ? 'GITHUB' : { not: 'GITHUB' } }),
    ...(search && { OR: places(search) }),
  };
}

function places(search: string): Prisma.RepositoryWhereInput[] {
  const mode = 'insensitive';
  const anywhere = { contains: escaped(search), mode } as const;
  const found = [{ name: anywhere }, { namespace: anywhere }, { description: anywhere }];
  // The last part of owner/name, as `git@` and group/subgroup forms have several.
  const slash = search.lastIndexOf('/');
  if (slash < 0) return found;
  const namespace = { endsWith: escaped(search.slice(0, slash)), mode } as const;
  return [...found, { namespace, name: { startsWith: escaped(search.slice(slash + 1)), mode } }];
}

/** Prisma hands the wildcards of LIKE on as they are. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
