import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DerReader, tags } from '../../src/der/index.ts'
import { addLongTermValues, addTimestamp, createCms, timestampHttpSource } from '../../src/documents/cms/index.ts'
import { readSignedData } from '../../src/documents/cms/structure.ts'
import { createTimestampRequest } from '../../src/documents/index.ts'
import { signPdf } from '../../src/documents/pdf/index.ts'
import { signXml } from '../../src/documents/xml/index.ts'
import { issueRevocationList } from '../../src/emulator/index.ts'
import { cmsBench, content, good, hashed } from '../documents/cms/fixture.ts'
import { createTsa, type Tsa } from '../documents/cms/openssl-authority.ts'
import { base, streamFile, tableFile, update } from '../documents/pdf/files.ts'
import { mutated, mutatedText } from './mutations.ts'
import { seconds, seed } from './settings.ts'
import { type DocumentFuzzContext, documentReaders } from './targets.ts'

// As fuzz.test.ts: repeat a run with FUZZ_SEED=N.
const bounds = { seed, numRuns: 10_000_000, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
const timeout = seconds * 1000 + 60_000

let tsa: Tsa
let context: DocumentFuzzContext
let corpus: Readonly<Record<string, readonly Buffer[]>>

beforeAll(async () => {
  console.log(`fuzz seed ${seed}`)
  const bench = await cmsBench()
  tsa = createTsa()
  const timestamps = { anchors: [tsa.anchor], revocation: good }
  const request = createTimestampRequest({ hash: 'SHA-256', digest: hashed('sha256', content) })
  context = { trust: bench.trust(), timestamps, content, request, at: new Date() }
  const { signer } = bench
  const source = timestampHttpSource({ url: 'http://tsa.example/', fetch: tsa.fetch })
  const attached = (await createCms({ signer, content: { bytes: content, attach: true } })).der
  const detached = (await createCms({ signer, content: { bytes: content } })).der
  const stamped = await addTimestamp(attached, source)
  const now = Date.now()
  const days = { thisUpdate: new Date(now - 86_400_000), nextUpdate: new Date(now + 86_400_000) }
  const revocationLists = [await issueRevocationList(bench.person.signCa, days)]
  const longTerm = await addLongTermValues(
    stamped,
    { revocationLists },
    { trust: bench.trust({ timestamps: { ...timestamps, revocation: { mode: 'none' } } }) },
  )
  const pdf = (await signPdf(tableFile(base), signer, { contentsBytes: 5120 })).pdf
  const xml = '<a xmlns="urn:a" xmlns:q="urn:q"><b Id="b" q:c="1">架空 &amp;<!-- x --></b></a>'
  const forms = [
    { form: 'enveloped', comments: true },
    { form: 'enveloped', profile: 'xml-dsig', canonicalization: 'inclusive', comments: true },
    { form: 'enveloping', comments: true },
    { form: 'detached', target: 'b', comments: true },
  ] as const
  const signedXml = await Promise.all(forms.map(async (form) => (await signXml(xml, signer, form)).bytes))
  const reply = tsa.reply(request.der)
  const { token } = await source(request.digest, 'SHA-256')
  corpus = Object.fromEntries(
    Object.entries({
      cms: [attached, stamped, longTerm],
      'cms-detached': [detached, attached, stamped],
      pdf: [
        pdf,
        (await signPdf(streamFile(base), signer, { contentsBytes: 5120 })).pdf,
        (await signPdf(pdf, signer, { contentsBytes: 5120 })).pdf,
        update(pdf, { 8: base[8]!.replace('/F 4', '/F 4/V(Tokyo)') }),
      ],
      xml: signedXml,
      'timestamp-response': [reply],
      'timestamp-token': [Buffer.from(token), Buffer.from(attached)],
    }).map(([name, all]) => [name, all.map((one) => Buffer.from(one))]),
  )
}, 60_000)
afterAll(() => tsa.close())

const pdfWords = [
  ...['0 0 R', ' 1 0 R', ' 13 0 R', ' 14 0 R', '<<', '>>', '[', ']', 'null', '/V', '/Prev 9', '/Size', '/Type/Sig'],
  ...[
    '/ByteRange[0 1 2 3]',
    '/Contents<00>',
    'stream\n',
    '\nendstream',
    'endobj\n',
    '5 0 obj\n',
    '/XRefStm 9',
    '/Root 1 0 R',
  ],
  ...[
    'startxref\n9\n%%EOF\n',
    'xref\n0 1\n0000000000 65535 f \n',
    'trailer\n',
    '%%EOF',
    '-1',
    '9999999999',
    '/Length 3',
  ],
  ...['/Kids[2 0 R]', '/Annots', '/DSS<</Certs[1 0 R]>>', '/Filter/FlateDecode', '/W[1 4 2]', '(', ')', '<', '>', '#'],
]
const xmlWords = [
  ...['<', '>', '/>', '"', '&', '&lt;', '&#0;', '&#120;', '<!--', '-->', '<![CDATA[', ']]>', '<?x?>', '<!DOCTYPE a>'],
  ...[
    ' Id="b"',
    ' xml:id="b"',
    ' ID="signature"',
    ' xmlns="urn:b"',
    ' xmlns:ds="urn:x"',
    '#xpointer(/)',
    '#b',
    'URI=""',
  ],
  ...[
    '<ds:Object/>',
    '</ds:Signature>',
    '<ds:Transform Algorithm="x"/>',
    '\0',
    '\uFEFF',
    'sha1',
    'hmac-sha256',
    '%62',
    '=',
  ],
]

/** What an accepted input must have in common with one of the corpus: what is signed, and the signatures. */
function essenceOf(name: string, bytes: Buffer): string {
  if (name === 'pdf') return bytes.toString('latin1')
  if (name === 'xml') {
    // In whatever spelling: SignedInfo has the digests of all that is covered.
    const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(bytes.toString('utf8'))?.[0] ?? ''
    return [...info.matchAll(/<ds:DigestValue>(.*?)<\/ds:DigestValue>/g)]
      .map(([, value]) => value!.replace(/\s/g, ''))
      .join()
  }
  // Unsigned parts that mean nothing may differ: an absent parameter for NULL, a certificate that the verifier has.
  const token = name === 'timestamp-response' ? tokenOf(bytes) : bytes
  const { contentType, content: attached, signers } = readSignedData(token)
  const signed = signers.map(({ signedBytes, signature }) => [signedBytes, signature].map((one) => hexOf(one)).join())
  return [contentType, name === 'cms-detached' ? '' : hexOf(attached), ...signed].join('|')
}

const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

function tokenOf(response: Buffer): Uint8Array {
  const reader = new DerReader(response).enter(tags.sequence)
  reader.read(tags.sequence)
  return reader.raw(reader.read(tags.sequence))
}

describe('any bytes end in a report or a coded error, and are not accepted unless they are what was signed', () => {
  test.each(Object.keys(documentReaders))(
    '%s',
    async (name) => {
      const read = documentReaders[name]!
      const own = corpus[name]!
      expect(await read(own[0]!, context)).toBe(true)
      const changed =
        name === 'pdf' ? mutatedText(own, pdfWords) : name === 'xml' ? mutatedText(own, xmlWords) : mutated(own)
      const essences = own.map((one) => essenceOf(name, one))
      await fc.assert(
        fc.asyncProperty(changed, async (bytes) => {
          const start = performance.now()
          const isAccepted = await read(bytes, context)
          expect(performance.now() - start).toBeLessThan(1000)
          if (isAccepted) expect(essences).toContain(essenceOf(name, bytes))
        }),
        bounds,
      )
    },
    timeout,
  )
})
