import { resolve } from 'node:path';
import { createApp } from '../app.ts';
import { generateDocs } from '../docs/service.ts';
import type { DocsOptions } from './docs.ts';
import { holdThresholds, writeSarifFile } from './docs-health.ts';
import { checkPlace, writePages } from './docs-pages.ts';
import { printDocsReport, readDocsReport } from './docs-report.ts';
import { addressHere, followToEnd } from './job-following.ts';
import { operator } from './operator.ts';
import type { Output } from './output.ts';
import { hereFolder, readQuietSettings } from './settings.ts';
import { closeInTime } from './stopping.ts';

/** Documents a repository while showing how far it is, and prints what came of it. */
export async function runDocs(
  named: string,
  { ref, out, force, pullRequest = false, sarif, minCoverage, failOn, all = false }: DocsOptions,
  output: Output,
): Promise<void> {
  const address = await addressHere(named);
  const folder = out === undefined ? undefined : resolve(hereFolder(), out);
  if (folder !== undefined) await checkPlace(folder);
  // Whoever types here can read the folders of this machine anyway.
  const config = readQuietSettings();
  const app = await createApp({ config, working: true });
  try {
    const viewer = await operator(app);
    output.print(`Documenting ${address}${ref === undefined ? '' : ` at ${ref}`}`);
    const jobId = await generateDocs(app, viewer, { address, ref, pullRequest });
    await followToEnd(app, viewer, jobId, output);
    const report = await readDocsReport(app, jobId);
    const written = await writePages(app, report, { folder, force: force === true });
    printDocsReport(report, written, all, output);
    if (sarif !== undefined) await writeSarifFile(app, report, sarif, output);
    holdThresholds(report, { minCoverage, failOn });
  } finally {
    app.beginClosing();
    await closeInTime(() => app.close());
  }
}
