import { describe, expect, test } from 'vitest'
import { verifyPdf } from '../../../src/documents/pdf/index.ts'
import { base, programsPresent, qpdf, runOn, signed, streamFile, tableFile, trust } from './files.ts'

const present = programsPresent()

describe.runIf(present)('what is signed here is valid for pdfsig and qpdf', () => {
  const sources = {
    'with a table': () => tableFile(base),
    'with object streams': () => streamFile(base),
    linearised: () => qpdf(tableFile(base), '--linearize'),
    'linearised, with object streams': () => qpdf(tableFile(base), '--linearize', '--object-streams=generate'),
    'without a form': () =>
      tableFile({ ...base, 1: '<</Type/Catalog/Pages 2 0 R>>', 3: base[3]!.replace('/Annots[8 0 R]', '') }),
    'with the form in the catalog': () =>
      tableFile({ ...base, 1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 20 0 R>>>>', 20: '[8 0 R]' }),
    'with annotations apart': () =>
      tableFile({ ...base, 3: base[3]!.replace('/Annots[8 0 R]', '/Annots 20 0 R'), 20: '[8 0 R]' }),
  }
  const forms = {
    'ETSI.CAdES.detached': {},
    'adbe.pkcs7.detached': { profile: 'adbe.pkcs7.detached', name: '見本 太郎' },
    visible: { appearance: { rect: [20, 120, 200, 170], lines: ['Signed (sample)', 'line 2'] } },
    'SHA-512': { hash: 'SHA-512' },
    certified: { certify: 2 },
  } as const

  test.each(Object.keys(sources))('%s', async (source) => {
    const bytes = sources[source as keyof typeof sources]()
    for (const [form, options] of Object.entries(forms)) {
      const pdf = await signed(bytes, options)
      expect(pdf.subarray(0, bytes.length).equals(bytes), form).toBe(true)
      const sig = runOn(pdf, 'pdfsig', '-nocert')
      expect(sig.text, form).toContain('Signature is Valid')
      expect(sig.text, form).toContain('Total document signed')
      const check = runOn(pdf, 'qpdf', '--check')
      expect(check.code, check.text).toBe(0)
      const report = await verifyPdf(pdf, { trust: await trust() })
      expect(report.problems, form).toEqual([])
      expect(report.signatures, form).toHaveLength(1)
      expect(report.signatures[0], form).toMatchObject({
        indication: 'TOTAL-PASSED',
        integrity: 'intact',
        coverage: { extent: 'whole' },
      })
    }
  })

  test('a second signature leaves the first intact', async () => {
    const once = await signed(tableFile(base))
    const twice = await signed(once, { appearance: { rect: [20, 120, 200, 170], lines: ['second'] } })
    expect(twice.subarray(0, once.length).equals(once)).toBe(true)
    const sig = runOn(twice, 'pdfsig', '-nocert')
    expect(sig.text.match(/Signature is Valid/g)).toHaveLength(2)
    const report = await verifyPdf(twice, { trust: await trust() })
    expect(report.signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
    expect(report.signatures.map(({ coverage }) => coverage.extent)).toEqual(['earlier-revision', 'whole'])
    expect(report.changes).toEqual([
      { revision: 3, kind: 'signature-added', allowed: true, objects: [expect.stringMatching(/ 0 R$/)] },
    ])
    expect(report.problems).toEqual([{ id: 'drawn-after-signature', severity: 'warning' }])
  })
})
