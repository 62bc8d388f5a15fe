/**
 * Tests on site: a smoke test of reader and card, a soak test of many sessions, and their reports.
 */

export type { ReportLanguage } from '../report/index.ts'
export { smokeToJunit, soakToJunit } from './report/junit.ts'
export { smokeToHtml } from './report/smoke-html.ts'
export type { SmokeTable } from './report/smoke-table.ts'
export { smokeToJson } from './report/smoke-table.ts'
export { machineRows, type SmokeTexts, smokeTexts } from './report/smoke-texts.ts'
export type { SoakTable } from './report/soak-texts.ts'
export { soakTexts, soakToJson } from './report/soak-texts.ts'
export { maskReader } from './smoke/context.ts'
export type { FailureReason, SkipReason, SmokeFacts } from './smoke/finding.ts'
export type { SmokeReport, SmokeRun, SmokeStatus, SmokeStepReport, TestMachine } from './smoke/report.ts'
export { runSmoke, type SmokeOptions } from './smoke/run.ts'
export { type SmokeGroup, type SmokeStepId, smokeGroups, smokeStepIds } from './smoke/step-ids.ts'
export {
  type ProcessSample,
  type SoakCheck,
  type SoakCheckId,
  type SoakError,
  type SoakProgress,
  type SoakReport,
  type SoakStage,
  type SoakTenth,
  soakCheckIds,
} from './soak/report.ts'
export type { SoakHands, SoakOptions } from './soak/run.ts'
export { runSoak } from './soak/run.ts'
export type { CommandTiming, Timing } from './timing.ts'
