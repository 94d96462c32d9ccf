import type { Config } from '../platform/config.ts';
import { asyncCoder } from './async-coder/dialect.ts';
import { automations } from './automations/dialect.ts';
import { cvAnalysis } from './cv-analysis/dialect.ts';
import type { Dialect } from './dialect.ts';
import { fixMyDocs } from './fixmydocs/dialect.ts';
import { phase2 } from './phase2/dialect.ts';

/** The five old backends. */
export function createDialects(config: Config): readonly Dialect[] {
  return [fixMyDocs(config), asyncCoder(), phase2(), automations(config), cvAnalysis(config)];
}
