import { posix } from 'node:path';
import type { DocumentLink, MarkdownDocument } from './markdown-document.ts';
import type { Fault, HealthRule } from './rules.ts';
import type { HealthSubject } from './subject.ts';

const FEW = 5;
const MOST_SHARE = 0.25;

/** So many different things that have a shape in common are no slips. */
const MOST_OF_A_SHAPE = 3;
/** The same of one document, by rule: it tells of something else than this repository as it is. */
const MOST_OF_A_DOCUMENT: Readonly<Partial<Record<HealthRule, number>>> = {
  'docs/unknown-name': 4,
  'docs/unknown-path': 4,
  'docs/unknown-command': 4,
  'docs/unknown-setting': 5,
};
/** So many of one rule in all documents of a repository are a way to write that is not known. */
const MOST_OF_A_RULE = 15;
const OF_DOCUMENTS = /^docs\/(?:broken|unknown|unparsable)-/;
/** Named in so many documents, it is something that readers have. */
const MOST_DOCUMENTS = 4;

/**
 * The faults without those that are too many to be slips: many with one thing in common, or a quarter of all addresses,
 * of all fragments or of all blocks of a language. The likeliest reason is a convention that is not understood here,
 * and nothing is said of them but that, in `limits`.
 */
export function withoutClusters(faults: readonly Fault[], subject: HealthSubject, limits: Set<string>): Fault[] {
  const shares = withoutShares(faults, subject, limits);
  const clusters = Map.groupBy(
    shares.flatMap((fault) => shapesOf(fault).map((shape) => ({ fault, shape }))),
    ({ shape }) => shape.name,
  );
  const dropped = new Set<Fault>();
  for (const some of clusters.values()) {
    const [first] = some;
    if (first === undefined || new Set(some.map(({ shape }) => shape.member)).size <= first.shape.most) continue;
    for (const { fault } of some) dropped.add(fault);
    limits.add(
      `${some.length} findings of ${first.fault.rule.replace('docs/', '')} have one thing in common (${first.shape.name.split('\0').at(-1)}), which is likelier a convention that is not known than so many slips: not judged.`,
    );
  }
  return shares.filter((one) => !dropped.has(one));
}

interface Shape {
  readonly name: string;
  /** What is counted once. */
  readonly member: string;
  readonly most: number;
}

function shapesOf({ rule, file, line, subject, shapes = [] }: Fault): Shape[] {
  const ofDocument = MOST_OF_A_DOCUMENT[rule];
  if (ofDocument === undefined && shapes.length === 0 && !OF_DOCUMENTS.test(rule)) return [];
  // The same sign in many blocks is one thing in common, the same name twice is one slip.
  const member =
    rule === 'docs/broken-link'
      ? subject.replace(/[?#].*$/, '')
      : rule === 'docs/unparsable-code'
        ? `${line}`
        : `${subject}\0${ofDocument === undefined ? file : ''}`;
  return [
    ...shapes.map((shape) => ({ name: `${rule}\0${shape}`, member, most: MOST_OF_A_SHAPE })),
    ...(OF_DOCUMENTS.test(rule)
      ? [{ name: `${rule}\0all documents`, member: `${file}\0${line}`, most: MOST_OF_A_RULE }]
      : []),
    ...(ofDocument === undefined
      ? []
      : [
          { name: `${rule}\0\0${file}`, member, most: ofDocument },
          { name: `${rule}\0\0\0${subject}`, member: file, most: MOST_DOCUMENTS },
        ]),
  ];
}

/** Without kinds of which too large a share of all there are is wrong. */
function withoutShares(faults: readonly Fault[], subject: HealthSubject, limits: Set<string>): Fault[] {
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
