import { getResolvedPDFJS } from 'unpdf';
import { enterPhase } from '../phases.ts';
import { type CvReading, layOut } from './blocks.ts';
import { readDocx } from './docx.ts';
import { detectContainer } from './format.ts';
import type { CvLimits } from './limits.ts';
import { installMemoryFuse } from './memory-fuse.ts';
import { readPdf } from './pdf.ts';
import { readPlainText } from './plain-text.ts';
import { type CvRefusal, CvUnreadable, damaged } from './refusal.ts';

/** What a thread is asked to read. */
export interface CvReadingTask {
  readonly bytes: Uint8Array;
  readonly limits: CvLimits;
  /** Says when the work begins: the time a file waits for a thread is not its own. */
  readonly phase: SharedArrayBuffer;
}

/** What a thread made of a file, or why it could not. */
export type CvThreadAnswer<Made> = { readonly made: Made } | { readonly refusal: CvRefusal };

const fuse = installMemoryFuse();
// Loading the PDF reader takes longer than reading a CV: it is done before the clock of the first file runs.
await getResolvedPDFJS();

/** Reads one file inside a thread. Never throws for what the file holds. */
export default async function read({ bytes, limits, phase }: CvReadingTask): Promise<CvThreadAnswer<CvReading>> {
  enterPhase(phase, 'reading');
  fuse.reset(limits);
  try {
    const reading = await readingOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), limits);
    return fuse.blown ? { refusal: swollen() } : { made: reading };
  } catch (error) {
    if (fuse.blown) return { refusal: swollen() };
    const known = error instanceof CvUnreadable ? error : damaged('file');
    return { refusal: { reason: known.reason, message: known.message } };
  }
}

async function readingOf(bytes: Buffer, limits: CvLimits): Promise<CvReading> {
  const container = detectContainer(bytes);
  if (container === 'text') {
    const { drafts, warnings } = readPlainText(bytes);
    return finished({ ...layOut(drafts, limits), pages: null, format: 'txt', links: [], warnings });
  }
  if (container === 'pdf') {
    const { drafts, ...rest } = await readPdf(bytes, limits);
    return finished({ ...layOut(drafts, limits), format: 'pdf', ...rest });
  }
  const { drafts, links, warnings } = await readDocx(bytes, limits);
  return finished({ ...layOut(drafts, limits), pages: null, format: 'docx', links, warnings });
}

function finished(reading: CvReading): CvReading {
  if (!/[\p{L}\p{N}]/u.test(reading.text)) throw new CvUnreadable('empty', 'The file holds no text');
  return reading;
}

function swollen(): CvRefusal {
  return {
    reason: 'zip-bomb',
    message: 'The file unpacks to far more data than a CV needs, and was not read',
  };
}
