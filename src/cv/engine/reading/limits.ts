/** What a CV file may ask of the reader. All are far above what a real CV needs. */
export interface CvLimits {
  /** Bytes of the file. */
  readonly fileBytes: number;
  /** Pages of a PDF. */
  readonly pages: number;
  /** Characters of text. */
  readonly characters: number;
  /** Runs of text of a PDF; some producers write each letter as a run of its own. */
  readonly textRuns: number;
  /** Entries of a zip archive. */
  readonly zipEntries: number;
  /** Bytes a zip archive unpacks to. */
  readonly zipBytes: number;
  /** Unpacked bytes for one packed byte. */
  readonly zipRatio: number;
  /** Bytes of one XML part of a document. */
  readonly xmlBytes: number;
  /** Bytes of the largest buffer a decoder may take. */
  readonly bufferBytes: number;
  /** Bytes of all buffers a decoder may take for one file. */
  readonly buffersBytes: number;
  /** Milliseconds of work on one file, once a thread has taken it up. */
  readonly milliseconds: number;
}

export const DEFAULT_CV_LIMITS: CvLimits = {
  fileBytes: 10 * 1024 * 1024,
  pages: 50,
  characters: 200_000,
  textRuns: 120_000,
  zipEntries: 500,
  zipBytes: 50 * 1024 * 1024,
  zipRatio: 100,
  xmlBytes: 8 * 1024 * 1024,
  bufferBytes: 32 * 1024 * 1024,
  buffersBytes: 160 * 1024 * 1024,
  milliseconds: 1_700,
};
