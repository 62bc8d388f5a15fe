import { bodyCases } from './body.ts'
import type { EvaluationCase } from './case.ts'
import { certificateCases } from './certificate.ts'
import { claimCases } from './claims.ts'
import { concurrencyCases } from './concurrency.ts'
import { connectionCases } from './connection.ts'
import { goodCases, lastCase } from './good.ts'
import { nonceCases } from './nonce.ts'
import { privacyCase } from './privacy.ts'
import { signatureCases } from './signature.ts'

/** Every case, in the order of the reports. */
export const evaluationCases: readonly EvaluationCase[] = [
  ...goodCases,
  ...nonceCases,
  ...claimCases,
  ...certificateCases,
  ...signatureCases,
  ...bodyCases,
  ...connectionCases,
  ...concurrencyCases,
  privacyCase,
  lastCase,
]
