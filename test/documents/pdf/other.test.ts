import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { keyDocumentSigner, timestampHttpSource, type ValidationValues } from '../../../src/documents/index.ts'
import { addPdfValues, preparePdf, type SignPdfOptions, signPdf, verifyPdf } from '../../../src/documents/pdf/index.ts'
import { issueRevocationList } from '../../../src/emulator/index.ts'
import { Certificate } from '../../../src/pki/index.ts'
import { identity } from '../../support/virtual.ts'
import { createTsa } from '../cms/openssl-authority.ts'
import {
  base,
  latin1,
  programsPresent,
  qpdf,
  runOn,
  signed,
  startxrefOf,
  stream,
  streamFile,
  tableFile,
  textOf,
  trust,
  update,
} from './files.ts'
import { signWithLibpdf } from './libpdf.mjs'

const present = programsPresent()

/** Signs with a signer that must not be called, or is. */
const refusal = async (bytes: Uint8Array, options: SignPdfOptions = {}): Promise<unknown> => {
  const signer = { sign: () => Promise.reject(new Error('the signer was called')) }
  try {
    await signPdf(bytes, signer, options)
  } catch (error) {
    return (error as { reason?: string }).reason ?? error
  }
  return undefined
}

describe('files of other programs', () => {
  test.each(['adbe.pkcs7.detached', 'ETSI.CAdES.detached'] as const)(
    'signed by @libpdf/core as %s',
    async (subFilter) => {
      const { sign } = await identity()
      for (const source of [tableFile(base), streamFile(base)]) {
        const bytes = await signWithLibpdf(source, { ...sign, subFilter })
        const report = await verifyPdf(bytes, { trust: await trust() })
        expect(report.problems).toEqual([])
        expect(report.signatures).toMatchObject([
          { integrity: 'intact', indication: 'TOTAL-PASSED', coverage: { extent: 'whole' } },
        ])
        // And both may sign one file.
        const both = await verifyPdf(await signed(bytes), { trust: await trust() })
        expect(both.signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
        expect(both.changes).toMatchObject([{ kind: 'signature-added', allowed: true }])
      }
    },
  )

  test.runIf(present)('encrypted: refused, and nothing is said about its signatures', async () => {
    const encrypted = qpdf(tableFile(base), '--encrypt', '', 'owner', '256', '--')
    expect(await refusal(encrypted)).toBe('encrypted')
    expect(await verifyPdf(encrypted, { trust: await trust() })).toMatchObject({
      signatures: [],
      problems: [{ id: 'encrypted', severity: 'refused' }],
      notChecked: ['content-meaning', 'signatures'],
    })
  })

  test('hybrid: objects of the hidden stream are read, and the file is signed', async () => {
    const plain = tableFile(Object.fromEntries(Object.entries(base).filter(([num]) => num !== '10')))
    const host = stream('10 0 \n<</Title(one)/Parent 9 0 R/Dest[3 0 R /Fit]>>', '/Type/ObjStm/N 1/First 6')
    const hostAt = plain.length
    const one = `20 0 obj\n${host}\nendobj\n`
    const streamAt = hostAt + one.length
    const rows = Buffer.from([2, 0, 0, 0, 20, 0, 0, 1, ...[24, 16, 8, 0].map((shift) => (hostAt >> shift) & 255), 0, 0])
    const two = `21 0 obj\n<</Type/XRef/Size 22/W[1 4 2]/Index[10 1 20 1]/Length 14>>\nstream\n${rows.toString('latin1')}\nendstream\nendobj\n`
    const tableAt = streamAt + two.length
    const three = `xref\n10 1\n0000000000 00000 f \ntrailer\n<</Size 22/Root 1 0 R/Info 11 0 R/Prev ${startxrefOf(plain)}/XRefStm ${streamAt}>>\nstartxref\n${tableAt}\n%%EOF\n`
    const hybrid = Buffer.concat([plain, latin1(one + two + three)])
    const pdf = await signed(hybrid)
    const report = await verifyPdf(pdf, { trust: await trust() })
    expect(report.problems).toEqual([])
    expect(report.signatures).toMatchObject([{ indication: 'TOTAL-PASSED' }])
    if (present) expect(runOn(pdf, 'pdfsig', '-nocert').text).toContain('Signature is Valid')
    const changed = await verifyPdf(update(pdf, { 10: base[10]!.replace('one', 'two') }), { trust: await trust() })
    expect(changed.changes).toMatchObject([{ kind: 'catalog-changed', allowed: false, objects: ['10 0 R'] }])
  })
})

describe('what is refused before the signer is called', () => {
  const file = tableFile(base)
  const text = textOf(file)
  test.each<[string, Buffer, unknown, SignPdfOptions?]>([
    ['not a PDF', latin1('hello'), 'not-a-pdf'],
    ['nothing', latin1(''), 'not-a-pdf'],
    ['cut off', file.subarray(0, 900), 'xref-damaged'],
    [
      'an offset that is off by one',
      latin1(
        text
          .replace(/0(\d{9}) 00000 n/, '0$1 00000 n')
          .replace(/startxref\n(\d+)/, (_, n) => `startxref\n${Number(n) + 1}`),
      ),
      'xref-damaged',
    ],
    ['a table row of 19 bytes', latin1(text.replace(/ 00000 n \n/, ' 00000 n\n')), 'xref-damaged'],
    ['an object that is another', latin1(text.replace('\n5 0 obj', '\n6 0 obj')), 'xref-damaged'],
    ['bytes after the end', Buffer.concat([file, latin1('more')]), 'bytes-appended'],
    ['a form of XFA', tableFile({ ...base, 7: '<</Fields[8 0 R]/XFA(a)>>' }), 'xfa'],
    ['a page that is not there', file, 'page-unknown', { appearance: { page: 7, rect: [0, 0, 9, 9] } }],
    ['a text field', file, 'field-unknown', { field: 'place' }],
    ['a page tree in a circle', tableFile({ ...base, 2: '<</Type/Pages/Kids[2 0 R]/Count 1>>' }), 'structure-damaged'],
    ['a catalog that is none', tableFile({ ...base, 1: '[1]' }), 'structure-damaged'],
    ['too large', file, 'too-large', { limits: { maxBytes: 100 } }],
    ['too many steps', file, 'too-complex', { limits: { maxSteps: 20 } }],
  ])('%s', async (_, bytes, reason, options) => {
    expect(await refusal(bytes, options)).toBe(reason)
  })

  test('a document that is certified without changes, signed, or has a damaged signature', async () => {
    expect(await refusal(await signed(file, { certify: 1 }))).toBe('signing-not-allowed')
    expect(await refusal(await signed(file), { certify: 2 })).toBe('not-the-first-signature')
    expect(await refusal(await signed(file), { field: 'Signature1' })).toBe('field-signed')
    expect(await refusal(latin1(textOf(await signed(file)).replace('/ByteRange', '/ByteRangx')))).toBe(
      'signature-damaged',
    )
  })

  test('no room for the certificate: before the signature', async () => {
    const { sign } = await identity()
    let made = 0
    const signer = keyDocumentSigner(sign.privateKey, sign.certificate)
    const counted: typeof signer = {
      sign: (hash, toSign) =>
        signer.sign(hash, async (certificates) => {
          const bytes = await toSign(certificates)
          made++
          return bytes
        }),
    }
    await expect(signPdf(file, counted, { contentsBytes: 1024 })).rejects.toMatchObject({
      code: 'ERR_SIGNED_DOCUMENT',
      reason: 'contents-too-small',
    })
    expect(made).toBe(0)
  })

  test.each<[string, SignPdfOptions]>([
    ['profile', { profile: 'other' as never }],
    ['filter', { filter: 'a b' }],
    ['filter', { filter: '' }],
    ['certify', { certify: 4 as never }],
    ['time', { time: new Date(Number.NaN) }],
    ['contentsBytes', { contentsBytes: 1 }],
    ['field', { field: '' }],
    ['name', { name: 'a'.repeat(1001) }],
    ['appearance.rect', { appearance: { rect: [0, 0, 0, 0] } }],
    ['appearance.lines', { appearance: { rect: [0, 0, 9, 9], lines: ['見本'] } }],
    [
      'appearance.image',
      { appearance: { rect: [0, 0, 9, 9], image: { width: 2, height: 2, rgb: new Uint8Array(3) } } },
    ],
    ['appearance.page', { appearance: { rect: [0, 0, 9, 9], page: -1 } }],
  ])('the option %s', async (name, options) => {
    expect(String(await refusal(file, options))).toContain(name)
  })
})

describe.runIf(present)('timestamps', () => {
  const tsa = createTsa()
  afterAll(() => tsa.close())
  const timestamp = timestampHttpSource({ url: 'http://tsa.example/', fetch: tsa.fetch })
  const timestamps = { anchors: [tsa.anchor], revocation: { mode: 'none' } } as const

  test('PAdES-B-T, also for pdfsig', async () => {
    const pdf = await signed(tableFile(base), { timestamp, hash: 'SHA-512' })
    const report = await verifyPdf(pdf, { trust: { ...(await trust()), timestamps } })
    expect(report.problems).toEqual([])
    expect(report.signatures).toMatchObject([
      {
        profile: 'PAdES-B-T',
        indication: 'TOTAL-PASSED',
        verifiedAt: { by: 'timestamp' },
        coverage: { extent: 'whole' },
      },
    ])
    expect(runOn(pdf, 'pdfsig', '-nocert').text).toContain('Signature is Valid')
  })

  test('a prepared document is signed, and gets its timestamp later', async () => {
    const { sign } = await identity()
    const prepared = preparePdf(tableFile(base), { timestamped: true, field: 'a' })
    const untimed = await prepared.sign(keyDocumentSigner(sign.privateKey, sign.certificate))
    const without = await untimed.complete()
    const { pdf } = await untimed.complete(timestamp)
    expect(prepared).toMatchObject({ field: 'a', covered: pdf.length - (without.byteRange[2] - without.byteRange[1]) })
    const at = { trust: { ...(await trust()), timestamps } }
    expect((await verifyPdf(pdf, at)).signatures).toMatchObject([{ profile: 'PAdES-B-T' }])
    expect((await verifyPdf(without.pdf, at)).signatures).toMatchObject([{ profile: 'PAdES-B-B' }])
  })

  const stamped = async (pdf: Buffer, rectangle: string): Promise<Buffer> => {
    const room = 8192
    const page = base[3]!.replace('/Annots[8 0 R]', '/Annots[8 0 R 14 0 R 21 0 R]')
    const made = update(pdf, {
      3: page,
      7: '<</Fields[8 0 R 14 0 R 21 0 R]/SigFlags 3>>',
      20: `<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange ${' '.repeat(45)}/Contents <${'0'.repeat(2 * room)}>>>`,
      21: `<</Type/Annot/Subtype/Widget/FT/Sig/T(b)/Rect${rectangle}/F 132/P 3 0 R/V 20 0 R/AP<</N 6 0 R>>>>`,
    })
    const start = made.lastIndexOf('/Contents <') + 10
    const after = start + 2 * room + 2
    const range = `[0 ${start} ${after} ${made.length - after}]`.padEnd(45)
    made.write(range, made.lastIndexOf('/ByteRange ') + 11, 'latin1')
    const digest = createHash('sha256').update(made.subarray(0, start)).update(made.subarray(after)).digest()
    const { token } = await timestamp(digest, 'SHA-256')
    made.write(Buffer.from(token).toString('hex'), start + 1, 'latin1')
    return made
  }

  test('a timestamp of a document, as one more revision', async () => {
    const made = await stamped(await signed(tableFile(base)), '[0 0 0 0]')
    const report = await verifyPdf(made, { trust: { ...(await trust()), timestamps } })
    expect(report.problems).toEqual([])
    expect(report.changes).toMatchObject([{ kind: 'timestamp-added', allowed: true }])
    expect(report.signatures).toMatchObject([
      { profile: 'PAdES-B-B', indication: 'TOTAL-PASSED' },
      { profile: 'ETSI.RFC3161', indication: 'TOTAL-PASSED', integrity: 'intact', coverage: { extent: 'whole' } },
    ])
    made[100]! ^= 1
    const broken = await verifyPdf(made, { trust: { ...(await trust()), timestamps } })
    expect(broken.changes).not.toMatchObject([{ kind: 'timestamp-added', allowed: true }])
  })

  test('a timestamp of a document that draws something is not allowed: anyone gets one', async () => {
    for (const certify of [undefined, 1, 2, 3] as const) {
      const made = await stamped(await signed(tableFile(base), { certify }), '[0 0 300 200]')
      const report = await verifyPdf(made, { trust: { ...(await trust()), timestamps } })
      expect(report.signatures[1]).toMatchObject({ indication: 'TOTAL-PASSED', integrity: 'intact' })
      expect(report.changes).toMatchObject([{ kind: 'timestamp-added', allowed: false }])
      expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE' })
    }
  })
})

describe('fields, images and values', () => {
  test('an empty field of the form is signed, and drawn in', async () => {
    const prepared = tableFile({
      ...base,
      3: base[3]!.replace('[8 0 R]', '[8 0 R 16 0 R]'),
      7: '<</Fields[8 0 R 16 0 R]>>',
      16: '<</Type/Annot/Subtype/Widget/FT/Sig/T(here)/Rect[20 150 200 180]/F 4/P 3 0 R>>',
    })
    const rgb = new Uint8Array(3 * 4 * 4).fill(200)
    const options = {
      field: 'here',
      appearance: { rect: [20, 150, 200, 180], image: { width: 4, height: 4, rgb } },
    } as const
    const pdf = await signed(prepared, options)
    const report = await verifyPdf(pdf, { trust: await trust() })
    expect(report.signatures).toMatchObject([{ indication: 'TOTAL-PASSED', coverage: { extent: 'whole' } }])
    if (present) {
      expect(runOn(pdf, 'pdfsig', '-nocert').text).toContain('Signature is Valid')
      expect(runOn(pdf, 'qpdf', '--check').code).toBe(0)
    }
    // Into a document that was signed before with that field empty.
    const both = await verifyPdf(await signed(await signed(prepared, { field: 'other' }), options), {
      trust: await trust(),
    })
    expect(both.changes).toMatchObject([{ kind: 'signature-added', allowed: true }])
  })

  test('the name of the handler is what an authority asks for', async () => {
    const options = { profile: 'adbe.pkcs7.detached', filter: 'MOJSignDoc', name: '見本　太郎' } as const
    const pdf = await signed(tableFile(base), options)
    expect(textOf(pdf)).toContain('/Filter /MOJSignDoc\n/SubFilter /adbe.pkcs7.detached')
    const report = await verifyPdf(pdf, { trust: await trust() })
    expect(report.signatures).toMatchObject([{ indication: 'TOTAL-PASSED', coverage: { extent: 'whole' } }])
    if (present) expect(runOn(pdf, 'pdfsig', '-nocert').text).toContain('Signature is Valid')
  })

  test('certificates and lists are added as one more revision, and used', async () => {
    const { signCa } = await identity()
    const at = new Date()
    const list = await issueRevocationList(signCa, {
      thisUpdate: new Date(at.getTime() - 1000),
      nextUpdate: new Date(at.getTime() + 86_400_000),
    })
    for (const source of [tableFile(base), streamFile(base)]) {
      const pdf = await signed(source)
      const own = await trust()
      const more = await addPdfValues(pdf, { revocationLists: [list] }, { trust: own })
      const values = { certificates: [signCa.certificate], revocationLists: [list] }
      const again = await addPdfValues(more, values, { trust: own })
      // What is there already is not added again.
      expect(await addPdfValues(again, values, { trust: own })).toBe(again)
      const report = await verifyPdf(again, {
        trust: { ...(await trust()), revocation: { mode: 'required', sources: [] } },
      })
      expect(report.problems).toEqual([])
      expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toEqual([
        ['dss-added', true],
        ['dss-added', true],
      ])
      expect(report.signatures).toMatchObject([
        { indication: 'TOTAL-PASSED', coverage: { extent: 'earlier-revision' } },
      ])
      if (present) expect(runOn(again, 'qpdf', '--check').code).toBe(0)
    }
  })

  test('values that do not belong to a signature are not added', async () => {
    const { sign, signCa, authCa, auth } = await identity()
    const own = await trust()
    const pdf = await signed(tableFile(base))
    const day = 86_400_000
    const listOf = (from: number, to: number, more: object = {}, ca = signCa): Promise<Uint8Array> =>
      issueRevocationList(ca, {
        thisUpdate: new Date(Date.now() + from),
        nextUpdate: new Date(Date.now() + to),
        ...more,
      })
    const good = await listOf(-day, day)
    const forged = Uint8Array.from(good)
    forged[forged.length - 1]! ^= 1
    const named = await issueRevocationList(
      { ...signCa, privateKey: authCa.privateKey },
      { thisUpdate: new Date(Date.now() - day), nextUpdate: new Date(Date.now() + day) },
    )
    const { serialNumber } = Certificate.fromDer(sign.certificate)
    const refusedAs = async (values: ValidationValues, from = pdf): Promise<unknown> =>
      addPdfValues(from, values, { trust: own }).then(
        () => 'added',
        (error: { code?: string; reason?: string }) => (error.code === 'ERR_SIGNED_DOCUMENT' ? error.reason : error),
      )
    expect(await refusedAs({ revocationLists: [good] })).toBe('added')
    for (const [what, list] of Object.entries({
      'of another CA': await listOf(-day, day, {}, authCa),
      expired: await listOf(-9 * day, -day),
      'of the future': await listOf(day, 2 * day),
      'with another signature': forged,
      'signed by another key': named,
      'that is none': Uint8Array.of(0x30, 0),
    })) {
      expect(await refusedAs({ revocationLists: [list] }), what).toBe('value-not-needed')
      // Nor beside one that is right.
      expect(await refusedAs({ revocationLists: [good, list] }), what).toBe('value-not-needed')
      expect(await refusedAs({ ocspResponses: [list] }), what).toBe('value-not-needed')
    }
    for (const certificate of [auth.certificate, authCa.certificate, Uint8Array.of(0x30, 0)])
      expect(await refusedAs({ revocationLists: [good], certificates: [certificate] })).toBe('value-not-needed')
    const revoking = await listOf(-day, day, { revoked: [{ serialNumber, at: new Date(Date.now() - 3_600_000) }] })
    expect(await refusedAs({ revocationLists: [revoking] })).toBe('REVOKED')
    expect(await refusedAs({ certificates: [signCa.certificate] })).toBe('TRY_LATER')
    expect(await refusedAs({ certificates: [signCa.certificate] }, tableFile(base))).toBe('no-signature')
    expect(await refusedAs({ revocationLists: [good] }, latin1('hello'))).toBe('not-a-pdf')
    const changed = update(pdf, { 4: base[6]! })
    expect(await refusedAs({ revocationLists: [good] }, changed)).toBe('change-not-allowed')
    await expect(addPdfValues(pdf, { revocationLists: [good] }, undefined as never)).rejects.toThrow(/^trust/)
    await expect(addPdfValues('a' as never, {}, { trust: own })).rejects.toThrow(TypeError)
  })

  test('a document without signatures has none, and says what was not checked', async () => {
    const report = await verifyPdf(tableFile(base), { trust: await trust() })
    expect(report).toMatchObject({
      format: 'pdf',
      signatures: [],
      changes: [],
      problems: [],
      notChecked: ['content-meaning'],
    })
  })
})
