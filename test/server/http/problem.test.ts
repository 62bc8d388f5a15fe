import { describe, expect, test } from 'vitest'
import { AuditError, RefusalError, refusalCodes } from '../../../src/errors.ts'
import { codesOf, outcomeOf } from '../../../src/outcomes.ts'
import { problemOf, problemStatuses, RequestProblem } from '../../../src/server/http/problem.ts'

describe('a problem (RFC 9457)', () => {
  test('has status, turn and retry of its code, and a title in English', () => {
    const errors = [
      ...refusalCodes.map((code) => new RefusalError(code, 'why')),
      ...codesOf('RequestProblem').map((code) => new RequestProblem(code, 'why')),
    ]
    for (const error of errors) {
      const { code } = error
      const { status = 422, turn, retry } = outcomeOf(code)
      const { body } = problemOf(error)
      expect(body).toEqual({
        type: `urn:jpki-card:error:${code}`,
        title: expect.stringMatching(/^[\x20-\x7e]+$/),
        ...{ status, detail: 'why', code, turn, retry },
      })
    }
  })

  test('names the failed check of a certificate, and the certificate', () => {
    const refused = new RefusalError('ERR_CERTIFICATE_REFUSED', 'why', { check: 'signature', depth: 1 })
    expect(problemOf(refused).body).toMatchObject({ code: 'ERR_CERTIFICATE_REFUSED', check: 'signature', depth: 1 })
    expect(problemOf(new RefusalError('ERR_TOKEN', 'why')).body).not.toHaveProperty('check')
  })

  test('shows nothing of an unexpected error, and nothing of the audit log', () => {
    for (const error of [new Error('secret'), new AuditError('secret', { file: 'secret' }), 'secret', undefined]) {
      expect(JSON.stringify(problemOf(error))).not.toContain('secret')
    }
    expect(problemOf(new Error('secret')).body).toMatchObject({ status: 500, code: 'ERR_INTERNAL' })
    expect(problemOf(new AuditError('secret')).body).toMatchObject({ status: 503, code: 'ERR_AUDIT' })
  })

  test('is of 42 codes, none of a PIN of a card or of a terminal', () => {
    expect(Object.keys(problemStatuses)).toHaveLength(42)
    const others = /(?<!^ERR_MUNICIPAL_)PIN|ANSWER_MISMATCH|SEAL|PRINTER/
    expect(Object.keys(problemStatuses).filter((code) => others.test(code))).toEqual([])
  })
})
