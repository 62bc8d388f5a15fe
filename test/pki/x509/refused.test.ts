import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CertificateError, type DecodeError } from '../../../src/errors.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { type CertificatePlan, certificateOf, contextOf } from '../../support/plan/certificate.ts'
import { type DerEdit, editDer, encodeDer, nodeAt, parseDer } from '../../support/plan/der-tree.ts'
import { mergePatch } from '../../support/plan/patch.ts'

interface Case {
  readonly id: string
  readonly fault: string
  /** Change of the plan, before anything is written. */
  readonly change?: unknown
  /** Change of the bytes. */
  readonly edit?: DerEdit
  /** Where reading stops: `path@start`, `@inner` (the content) or `@end`, and so many bytes on. */
  readonly offset?: string
  /** What a certificate that is read is noted for. */
  readonly findings?: readonly string[]
}
interface RefusedFile {
  readonly at: string
  readonly keys: Readonly<Record<string, string>>
  readonly base: CertificatePlan
  readonly cases: readonly Case[]
}

const file = JSON.parse(
  readFileSync(new URL('../../../vectors/x509/refused.json', import.meta.url), 'utf8'),
) as RefusedFile

function make({ change = {}, edit, offset }: Omit<Case, 'id' | 'fault' | 'findings'>): {
  bytes: Buffer
  stop: number | undefined
} {
  const plan = mergePatch(file.base, change)
  const [root] = parseDer(certificateOf(plan, contextOf(file.keys, new Date(file.at))))
  const nodes = edit === undefined ? [root!] : editDer(root!, edit)
  const bytes = encodeDer(nodes)
  if (offset === undefined) return { bytes, stop: undefined }
  const [, path, edge, more] = /^(.*)@(start|inner|end)(?:\+(\d+))?$/.exec(offset)!
  const place = nodes.includes(root!) ? nodeAt(root!, path!).node : root!
  return { bytes, stop: place[edge as 'start' | 'inner' | 'end'] + Number(more ?? 0) }
}

function outcome(bytes: Uint8Array): Certificate | CertificateError {
  try {
    return Certificate.fromDer(bytes)
  } catch (error) {
    if (error instanceof CertificateError) return error
    throw error
  }
}

test('the certificate all cases begin with is read', () => {
  expect(outcome(make({}).bytes)).toBeInstanceOf(Certificate)
})

describe('a certificate with one fault in its bytes is refused where the fault is', () => {
  test.each(file.cases.filter(({ offset }) => offset !== undefined))('$id: $fault', (one) => {
    const { bytes, stop } = make(one)
    const error = outcome(bytes)
    expect(error).toMatchObject({ code: 'ERR_CERTIFICATE', cause: { code: 'ERR_DER' } })
    expect((error as { cause: DecodeError }).cause.offset).toBe(stop)
  })
})

describe('a certificate is read in spite of', () => {
  test.each(file.cases.filter(({ offset }) => offset === undefined))('$id: $fault', (one) => {
    const read = outcome(make(one).bytes)
    expect(read).toBeInstanceOf(Certificate)
    expect((read as Certificate).findings.map(({ kind }) => kind)).toEqual(one.findings ?? [])
  })
})
