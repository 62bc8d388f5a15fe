import { createEvaluationPki, type PreparedPki } from '../../src/server-test/index.ts'

/** One throw-away PKI for all tests of a file. */
export const prepared: PreparedPki = await createEvaluationPki()
