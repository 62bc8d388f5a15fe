import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  type DocumentSigner,
  documentReportHtml,
  documentReportJson,
  documentVerdict,
  keyDocumentSigner,
} from '../../../src/documents/index.ts'
import { problemTexts } from '../../../src/documents/report-texts.ts'
import { type SignXmlOptions, signXml } from '../../../src/documents/xml/index.ts'
import { Certificate } from '../../../src/pki/index.ts'
import { bytesOf, folder, isAccepted, person, problemsOf, verified, xmlsecVerifies } from './fixture.ts'

const document = `<?xml version="1.0" encoding="UTF-8"?>
<!-- 見本 -->
<申請 xmlns="urn:example:shinsei" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xml:lang="ja">
  <氏名 xsi:type="名前">架空 花子 &amp; 𠮷</氏名>
  <p:part xmlns:p="urn:example:part" xmlns:unused="urn:example:unused" Id="p1" b="2" a="1"><![CDATA[<x>]]></p:part>
  <empty/>
</申請>
`
const plain = '<doc xmlns:q="urn:example:q"><part Id="p1" t="q:name">text</part><other/></doc>'

const hashes = ['SHA-256', 'SHA-384', 'SHA-512'] as const
const methods = ['exclusive', 'inclusive'] as const
const profiles = ['xades', 'xml-dsig'] as const

describe('what is signed here is verified by xmlsec1 and here', () => {
  const cases = methods.flatMap((canonicalization) =>
    profiles.flatMap((profile) => hashes.map((hash) => ({ canonicalization, profile, hash }))),
  )

  test.each(cases)('enveloped, the whole document: $canonicalization $profile $hash', async (options) => {
    const { signer, trust, signCa } = await person()
    const signed = await signXml(document, signer, { form: 'enveloped', comments: true, ...options })
    expect(xmlsecVerifies(folder(), signed.bytes, signCa.certificate)).toMatchObject({ ok: true })
    const report = await verified(signed.bytes, trust)
    expect(report.signatures[0]).toMatchObject({
      indication: 'TOTAL-PASSED',
      integrity: 'intact',
      hash: options.hash,
      coverage: { extent: 'whole' },
      profile: options.profile === 'xades' ? 'XAdES-BES' : 'XML-DSig',
      verifiedAt: { by: options.profile === 'xades' ? 'claimed' : 'verification' },
    })
    expect(isAccepted(report)).toBe(true)
  })

  test.each<[string, string, SignXmlOptions, 'whole' | 'part', readonly string[]]>([
    ['without comments', document, { form: 'enveloped' }, 'part', ['comments-not-covered']],
    ['with a namespace of content only', plain, { form: 'enveloped' }, 'whole', []],
    ['an empty root', '<doc/>', { form: 'enveloped' }, 'whole', []],
    ['an empty root with space', '<doc a="1" />', { form: 'enveloped' }, 'whole', []],
    ['an empty parent', plain.replace('<other/>', '<part Id="o"/>'), { form: 'enveloped', parent: 'o' }, 'whole', []],
    ['one element', plain, { form: 'enveloped', target: 'p1' }, 'part', ['root-not-covered']],
    [
      'one element with comments',
      plain,
      { form: 'enveloped', target: 'p1', comments: true },
      'part',
      ['root-not-covered'],
    ],
    ['beside an element', plain, { form: 'detached', target: 'p1' }, 'part', ['root-not-covered']],
    ['around a document', plain, { form: 'enveloping' }, 'whole', []],
    ['around a document with a declaration', document, { form: 'enveloping', comments: true }, 'whole', []],
  ])('%s', async (_, xml, options, extent, problems) => {
    const { signer, trust, signCa } = await person()
    for (const canonicalization of methods) {
      const signed = await signXml(xml, signer, { canonicalization, ...options })
      const judged = xmlsecVerifies(folder(), signed.bytes, signCa.certificate)
      expect(judged, judged.output).toMatchObject({ ok: true })
      const report = await verified(signed.bytes, trust)
      expect(problemsOf(report)).toEqual(problems)
      const [signature] = report.signatures
      expect(signature).toMatchObject({ integrity: 'intact', coverage: { extent } })
      const isRefused = problems.includes('root-not-covered')
      expect(signature!.indication).toBe(isRefused ? 'INDETERMINATE' : 'TOTAL-PASSED')
      if (isRefused) {
        const reported = await verified(signed.bytes, trust, { partial: 'report' })
        expect(reported.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', coverage: { extent: 'part' } })
        expect(reported.signatures[0]!.coverage.references![0]).toMatchObject({ element: '/doc/part' })
      }
    }
  })

  test('a detached signature of other files, with the resources that the caller gives', async () => {
    const { signer, trust, signCa } = await person()
    const content = bytesOf('any bytes\r\n')
    const more = { uri: 'b.txt', content: bytesOf('more') }
    const signed = await signXml(content, signer, { form: 'detached', uri: 'a.bin', resources: [more] })
    const cwd = folder()
    writeFileSync(join(cwd, 'a.bin'), content)
    writeFileSync(join(cwd, 'b.txt'), more.content)
    expect(xmlsecVerifies(cwd, signed.bytes, signCa.certificate)).toMatchObject({ ok: true })
    const resources = { 'a.bin': content, 'b.txt': more.content }
    const report = await verified(signed.bytes, trust, { resources })
    expect(isAccepted(report)).toBe(true)
    expect(report.signatures[0]!.coverage.references!.map(({ element }) => element)).toEqual([
      'detached',
      'detached',
      '/ds:Signature/ds:Object/xades:QualifyingProperties/xades:SignedProperties',
    ])
    const without = await verified(signed.bytes, trust, { resources: { 'a.bin': content } })
    expect(without.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'SIGNED_DATA_NOT_FOUND',
      integrity: 'not-checked',
    })
    const changed = await verified(signed.bytes, trust, { resources: { ...resources, 'b.txt': content } })
    expect(changed.signatures[0]).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' })
    expect((await verified(signed.bytes, trust)).signatures[0]!.problems.map(({ id }) => id)).toContain(
      'resource-not-given',
    )
  })

  test('the form of e-Gov: an element with an id outside of ASCII, files beside it, the signature in its place', async () => {
    const { signer, trust } = await person()
    const source = '<DataRoot><構成情報 ID="構成情報"><件名>見本</件名></構成情報><署名情報/><その他/></DataRoot>'
    const file = bytesOf('<申請書/>')
    const uri = encodeURIComponent('申請書.xml')
    const { xml } = await signXml(source, signer, {
      form: 'detached',
      profile: 'xml-dsig',
      canonicalization: 'inclusive',
      id: '_20261130120000',
      target: '構成情報',
      escapeIds: true,
      parent: '/DataRoot/署名情報',
      resources: [{ uri, content: file }],
    })
    expect(xml).toContain('<署名情報><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="_20261130120000">')
    expect(xml).toContain('URI="#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1"')
    const report = await verified(xml, trust, { resources: { [uri]: file }, partial: 'report' })
    expect(report.signatures[0]).toMatchObject({
      indication: 'TOTAL-PASSED',
      element: '/DataRoot/署名情報/ds:Signature',
      coverage: { extent: 'part', references: [{ element: '/DataRoot/構成情報' }, { uri, element: 'detached' }] },
    })
  })
})

describe('wrong arguments', () => {
  test.each<[string, object]>([
    ['form', { form: 'inside' }],
    ['profile', { form: 'enveloped', profile: 'pades' }],
    ['hash', { form: 'enveloped', hash: 'SHA-1' }],
    ['canonicalization', { form: 'enveloped', canonicalization: 'none' }],
    ['id', { form: 'enveloped', id: 'a b' }],
    ['target', { form: 'enveloped', target: '#a' }],
    ['target', { form: 'enveloping', target: 'p1' }],
    ['parent', { form: 'enveloping', parent: 'p1' }],
    ['parent', { form: 'detached', target: 'p1', parent: 'p1' }],
    ['uri', { form: 'detached' }],
    ['uri', { form: 'enveloped', uri: 'a' }],
    ['uri', { form: 'detached', uri: '#a' }],
    ['uri', { form: 'detached', uri: 'a', resources: [{ uri: 'a', content: new Uint8Array() }] }],
    ['signingTime', { form: 'enveloped', signingTime: new Date(Number.NaN) }],
  ])('are named: %s', async (name, options) => {
    const { signer } = await person()
    await expect(signXml(plain, signer, options as never)).rejects.toThrow(new RegExp(`^${name}`))
  })

  test('and nothing is asked of the signer for a document that is not signed', async () => {
    const asked: string[] = []
    const signer: DocumentSigner = {
      sign: async (hash) => {
        asked.push(hash)
        throw new Error('asked')
      },
    }
    const refusals: readonly [string, SignXmlOptions, string][] = [
      ['<!DOCTYPE a><a/>', { form: 'enveloped' }, 'doctype'],
      ['<a', { form: 'enveloped' }, 'xml-malformed'],
      ['<a/>', { form: 'enveloped', target: 'none' }, 'reference-missing'],
      ['<a/>', { form: 'enveloped', parent: '/b' }, 'reference-missing'],
      ['<a><b Id="x"/><b Id="x"/></a>', { form: 'enveloped', target: 'x' }, 'duplicate-id'],
      ['<a Id="signature"/>', { form: 'enveloped' }, 'duplicate-id'],
      ['<a xmlns="b"/>', { form: 'enveloped' }, 'namespace'],
      ['<a/>', { form: 'enveloped', mimeType: 'a\u0000' }, 'xml-malformed'],
      ['<a/>', { form: 'enveloped', resources: [{ uri: '\uFFFE', content: new Uint8Array() }] }, 'xml-malformed'],
      [
        '<a/>',
        { form: 'enveloped', resources: Array.from({ length: 64 }, (_, i) => ({ uri: `${i}`, content: bytesOf('') })) },
        'limit',
      ],
      [`<a${Array.from({ length: 257 }, (_, i) => ` xmlns:p${i}="urn:p"`).join('')}/>`, { form: 'enveloped' }, 'limit'],
      ['<?xml version="1.0" encoding="Shift_JIS"?><a/>', { form: 'enveloped' }, 'xml-encoding'],
    ]
    for (const [xml, options, reason] of refusals) {
      await expect(signXml(xml, signer, options), xml).rejects.toMatchObject({ code: 'ERR_SIGNED_DOCUMENT', reason })
    }
    expect(asked).toEqual([])
    await expect(signXml('<a/>', signer, { form: 'enveloped' })).rejects.toThrow('asked')
  })

  test('a signature that does not verify, or by another certificate, is discarded', async () => {
    const { signer, signCa } = await person()
    const changed = (change: (made: Awaited<ReturnType<DocumentSigner['sign']>>) => object): DocumentSigner => ({
      sign: async (hash, toSign) => {
        const made = await signer.sign(hash, toSign)
        return { ...made, ...change(made) }
      },
    })
    for (const wrong of [
      changed(({ signature }) => ({ signature: signature.map((byte) => byte ^ 1) })),
      changed(() => ({ certificate: signCa.certificate })),
    ]) {
      await expect(signXml('<a/>', wrong, { form: 'enveloped' })).rejects.toMatchObject({
        code: 'ERR_SIGNATURE_INVALID',
      })
    }
  })
})

test('a key of each curve signs with ECDSA as xmlsec1 verifies it', async () => {
  for (const [curve, hash] of [
    ['P-256', 'SHA-256'],
    ['P-384', 'SHA-384'],
    ['P-521', 'SHA-512'],
  ] as const) {
    const cwd = folder()
    const ext = ['-addext', 'keyUsage=critical,digitalSignature,keyCertSign', '-subj', '/CN=Example']
    const made = ['-keyout', 'key.pem', '-outform', 'DER', '-out', 'cert.der', '-nodes', '-x509', '-days', '30']
    execFileSync('openssl', ['req', '-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`, ...made, ...ext], {
      cwd,
      stdio: 'ignore',
    })
    const certificate = new Uint8Array(readFileSync(join(cwd, 'cert.der')))
    const signer = keyDocumentSigner(createPrivateKey(readFileSync(join(cwd, 'key.pem'))), certificate)
    const signed = await signXml(plain, signer, { form: 'enveloped', hash })
    expect(xmlsecVerifies(cwd, signed.bytes, certificate)).toMatchObject({ ok: true })
    const trust = { anchors: [Certificate.fromDer(certificate)], revocation: { mode: 'none' } as const }
    const report = await verified(signed.bytes, trust)
    expect(report.signatures[0]).toMatchObject({ integrity: 'intact' })
    const value = /<ds:SignatureValue>(..)/.exec(signed.xml)![1]!
    const changed = signed.xml.replace(
      `<ds:SignatureValue>${value}`,
      `<ds:SignatureValue>${value === 'AA' ? 'BB' : 'AA'}`,
    )
    expect((await verified(changed, trust)).signatures[0]).toMatchObject({ integrity: 'broken' })
  }
})

test('every problem of an XML signature has a text in both languages', () => {
  const sources = fileURLToPath(new URL('../../../src/documents/xml/', import.meta.url))
  const text = readdirSync(sources).map((name) => readFileSync(join(sources, name), 'utf8'))
  const found = text
    .join('\n')
    .matchAll(
      /(?:\.(?:fail|refuse|warn)|refused)\(\s*'([a-z0-9-]+)'|\bid: '([a-z0-9-]+)'|'((?:root|content)-not-covered)'/g,
    )
  const all = [...found].map((match) => match[1] ?? match[2] ?? match[3]!)
  const names = [...all, 'weak-hash', 'hmac']
  expect(names.length).toBeGreaterThan(40)
  expect([...new Set(names)].filter((id) => problemTexts[id] === undefined)).toEqual([])
})

test('a report is shown to a clerk: JSON, text and page', async () => {
  const { signer, trust } = await person()
  const { xml } = await signXml(plain, signer, { form: 'enveloped', target: 'p1' })
  const report = await verified(xml, trust)
  expect(documentVerdict(report)).toBe('refused')
  expect(documentReportJson(report)).toMatchObject({
    format: 'xml',
    signatures: [
      { element: '/doc/part/ds:Signature', coverage: { references: [{ uri: '#p1', element: '/doc/part' }, {}] } },
    ],
  })
  expect(documentReportHtml(report, 'ja', 'a.xml')).toContain('#p1 → /doc/part')
})
