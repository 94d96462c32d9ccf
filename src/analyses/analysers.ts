import type { Analyser } from '../code/analyser.ts';
import { analyseQuality } from '../code/quality/quality.ts';
import { analyseSecurity } from '../code/security/security.ts';
import { analyseTypes } from '../code/types/types.ts';
import type { AnalysisType } from '../generated/prisma/enums.ts';

/** The analyser of each type. */
export const analysers: Readonly<Record<AnalysisType, Analyser>> = {
  QUALITY: analyseQuality,
  SECURITY: analyseSecurity,
  TYPES: analyseTypes,
};
