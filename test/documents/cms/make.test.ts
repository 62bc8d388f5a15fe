import { expect, test } from 'vitest'
import { createCms, type DocumentTrust, keyDocumentSigner, verifyCms } from '../../../src/documents/index.ts'
import { Certificate } from '../../../src/pki/index.ts'
import { identity } from '../../support/virtual.ts'

const bytes = new TextEncoder().encode('a document')

test('smoke', async () => {
  const { sign, signCa } = await identity()
  const trust: DocumentTrust = {
    anchors: [Certificate.fromDer(signCa.certificate)],
    revocation: { mode: 'none' },
    use: 'sign',
    hierarchies: ['virtual'],
  }
  const signer = keyDocumentSigner(sign.privateKey, sign.certificate)
  const { der } = await createCms({ signer, content: { bytes, attach: true } })
  const found = await verifyCms(der, { trust })
  expect(found.problems).toEqual([])
  expect(found.signatures[0]!.problems).toEqual([])
  expect(found.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', integrity: 'intact', profile: 'CAdES-B-B' })
})
