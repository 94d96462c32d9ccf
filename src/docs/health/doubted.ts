import { posix } from 'node:path';
import type { DocumentLink, MarkdownDocument } from './markdown-document.ts';
import type { Fault } from './rules.ts';
import type { HealthSubject } from './subject.ts';

const FEW = 5;
const MOST_SHARE = 0.25;

/**
 * The faults without those that are too many to be slips: where a quarter of all addresses, of all fragments or of all
 * blocks of a language are wrong, they follow a convention that is not understood here, and nothing is said of them but
 * that, in `limits`.
 */
export function withoutDoubted(faults: readonly Fault[], subject: HealthSubject, limits: Set<string>): Fault[] {
  const totals = countedKinds(subject.documents.values());
  const found = Map.groupBy(faults, kindOf);
  const doubted = new Set<string>();
  for (const [kind, some] of found) {
    if (kind === null || some.length <= FEW || some.length <= MOST_SHARE * (totals.get(kind) ?? 0)) continue;
    // Files that are gone are gone, however many; those that are there from another folder are not.
    if (kind === 'links to files' && !haveOtherBase(some, subject)) continue;
    doubted.add(kind);
    limits.add(`Too many ${kind} cannot be followed to be slips (${some.length} of ${totals.get(kind)}): not judged.`);
  }
  return faults.filter((one) => !doubted.has(kindOf(one) ?? ''));
}

function kindOf({ rule, subject }: Fault): string | null {
  if (rule === 'docs/broken-anchor') return 'fragments';
  if (rule === 'docs/broken-link' && !subject.startsWith('[')) return linkKind(subject);
  return rule === 'docs/unparsable-code' ? `${subject.split(' ')[0]} blocks` : null;
}

function linkKind(target: string): string {
  return /\.\w+$/.test(target.replace(/[?#].*$/, '')) ? 'links to files' : 'addresses of pages';
}

function countedKinds(documents: Iterable<MarkdownDocument>): Map<string, number> {
  const totals = new Map<string, number>();
  const count = (kind: string): void => {
    totals.set(kind, (totals.get(kind) ?? 0) + 1);
  };
  for (const { links, blocks } of documents) {
    for (const link of links.filter(isRelative)) {
      if (!link.target.startsWith('#')) count(linkKind(link.target));
      if (link.target.includes('#')) count('fragments');
    }
    for (const { language } of blocks) count(`${language} blocks`);
  }
  return totals;
}

function isRelative({ target }: DocumentLink): boolean {
  return target !== '' && !/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target);
}

/** Most of them lead somewhere when they are followed from another folder than that of their document. */
function haveOtherBase(faults: readonly Fault[], { paths }: HealthSubject): boolean {
  const found = faults.filter(({ subject }) => {
    const path = posix.normalize(subject.replace(/[?#].*$/, '')).replace(/^(?:\.{0,2}\/)+/, '');
    return path.includes('/') && paths.endingWith(path).length > 0;
  });
  return found.length * 2 > faults.length;
}
