import { joined, type Way } from './python-ways.ts';

/** How the ways through a piece of a program leave it. */
export interface Ends {
  readonly next: readonly Way[];
  readonly breaks: readonly Way[];
  readonly continues: readonly Way[];
  readonly returns: readonly Way[];
}

/** Nothing gets through. */
export const NOWHERE: Ends = { next: [], breaks: [], continues: [], returns: [] };

/** What is left in any of several ways. */
export function together(...all: readonly Ends[]): Ends {
  return {
    next: joined(...all.map(({ next }) => next)),
    breaks: joined(...all.map(({ breaks }) => breaks)),
    continues: joined(...all.map(({ continues }) => continues)),
    returns: joined(...all.map(({ returns }) => returns)),
  };
}
