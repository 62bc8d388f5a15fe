/**
 * Black-box evaluation of any issuance server that accepts the token over HTTP: what it must accept, and what it must
 * refuse. Shares no code with the server of this package.
 */

export type { CaseDescription, EvaluationCase, Family, Incident, Language, Text } from './cases/case.ts'
export {
  type ControlCommands,
  controlNames,
  type EvaluateIssuanceOptions,
  parseControl,
} from './issuance/options.ts'
export { evaluateIssuance, issuanceCases } from './issuance/run.ts'
export { type TownAddress, townPaths } from './issuance/town.ts'
export type { EvaluateOptions, EvaluationTerminal, EvaluationTerminals } from './options.ts'
export { parseTerminals } from './options.ts'
export { createEvaluationPki, type EvaluationPki, type PkiName, type PreparedPki } from './pki/create.ts'
export { type PreparedEvaluation, prepareEvaluation, readEvaluationPki } from './pki/folder.ts'
export { reportToHtml, reportToJson, reportToJunit } from './report.ts'
export { type ReportTexts, reportTexts } from './report-texts.ts'
export { type CaseOutcome, type EvaluationReport, evaluate, evaluationCases } from './run.ts'
export type { Reason, Verdict } from './verdict.ts'
