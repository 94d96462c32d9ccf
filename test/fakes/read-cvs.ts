import { readFileSync } from 'node:fs';
import { parseProfile } from '../../src/cv/engine/profile/profile.ts';
import { CvFileError } from '../../src/cv/engine/reading/refusal.ts';
import { createCvThreads, readCvFile } from '../../src/cv/reading.ts';

// Reads the CVs whose paths it is given, one after the other, as a process of its own whose memory can be looked at.
// Prints a line of JSON for each, and at the end the most memory the process ever had.
const threads = createCvThreads(1);
for (const path of process.argv.slice(2)) {
  const before = performance.now();
  let end = 'read';
  let message = '';
  try {
    const reading = await readCvFile(readFileSync(path), { threads });
    parseProfile(reading, { year: 2026, month: 11 });
  } catch (error) {
    end = error instanceof CvFileError ? error.reason : 'crashed';
    message = error instanceof Error ? error.message : String(error);
  }
  const milliseconds = Math.round(performance.now() - before);
  process.stdout.write(
    `${JSON.stringify({ end, message, milliseconds, megabytes: Math.round(process.memoryUsage.rss() / 1048576) })}\n`,
  );
}
await threads.close();
process.stdout.write(`${JSON.stringify({ mostMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`);
