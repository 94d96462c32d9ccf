import type { Manifest } from '../../code/manifests.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ProjectModel, RepositoryFacts } from '../engine/project-model.ts';
import type { KnownNames } from './known-names.ts';
import type { MarkdownDocument } from './markdown-document.ts';
import type { PathIndex } from './path-index.ts';
import type { Sites } from './sites.ts';

/** Everything that documents are held against. */
export interface HealthSubject {
  readonly root: string;
  readonly repository: RepositoryFacts;
  readonly model: ProjectModel;
  readonly manifests: readonly Manifest[];
  /** Every parsed file, tests and tools too. */
  readonly files: readonly ParsedFile[];
  readonly paths: PathIndex;
  readonly documents: ReadonlyMap<string, MarkdownDocument>;
  readonly sites: Sites;
  readonly names: KnownNames;
  /** Text of a file of the checkout; null when it cannot be read. */
  readonly read: (path: string) => string | null;
}
