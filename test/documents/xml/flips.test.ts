import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signXml } from '../../../src/documents/xml/index.ts'
import { bytesOf, folder, isAccepted, person, verified, xmlsecVerifies } from './fixture.ts'

const source = `<?xml version="1.0" encoding="UTF-8"?>
<?p q?>
<a xmlns="urn:a" xmlns:q="urn:q">
  <b c="1" q:d="&#10;2">架空 &amp; 花子<![CDATA[<>]]></b><e/>
</a>
`
const forms = [
  { form: 'enveloped', profile: 'xades' },
  { form: 'enveloped', profile: 'xml-dsig', canonicalization: 'inclusive' },
  { form: 'enveloping', profile: 'xades', id: 's' },
] as const

describe.each(forms)('$form, $profile', (options) => {
  test('each byte with one bit changed: none is accepted as unchanged and fully covered', async () => {
    const { signer, trust } = await person()
    const { bytes } = await signXml(source, signer, options)
    expect(isAccepted(await verified(bytes, trust))).toBe(true)
    const accepted: number[] = []
    for (const [i, byte] of bytes.entries()) {
      const changed = Uint8Array.from(bytes)
      // Each bit in turn: a byte has the same one in every run, and neighbours have others.
      changed[i] = byte ^ (1 << (i % 8))
      if (isAccepted(await verified(changed, trust))) accepted.push(i)
    }
    expect(accepted.map((i) => Buffer.from(bytes.subarray(i - 20, i + 20)).toString())).toEqual([])
  }, 120_000)
})

test('any change of a few bytes ends as a report, and is not accepted unless the XML is the same', async () => {
  const { signer, trust } = await person()
  const { bytes } = await signXml(source, signer, forms[0])
  const edit = fc.record({
    at: fc.nat({ max: bytes.length - 1 }),
    remove: fc.nat({ max: 30 }),
    insert: fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        '&',
        '</a>',
        '<a/>',
        ' x="1"',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<?',
        '<!DOCTYPE a>',
      ),
      fc.constantFrom('<ds:Object/>', 'xmlns:ds="urn:x"', 'Id="signature"', '#xpointer(/)', '&#0;', '\u0000', '\uFEFF'),
      fc.uint8Array({ maxLength: 8 }).map((some) => Buffer.from(some).toString('latin1')),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      let changed = Buffer.from(bytes)
      for (const { at, remove, insert } of edits) {
        changed = Buffer.concat([changed.subarray(0, at), Buffer.from(insert), changed.subarray(at + remove)])
      }
      const report = await verified(new Uint8Array(changed), trust)
      const [signature] = report.signatures
      if (signature?.indication === 'TOTAL-PASSED') expect(signature.integrity).toBe('intact')
    }),
    { numRuns: 300 },
  )
}, 60_000)

test('any bytes end as a report', async () => {
  const { trust } = await person()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      expect((await verified(bytes, trust)).signatures).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('altered copies are refused by xmlsec1 as well', async () => {
  const { signer, trust, signCa } = await person()
  const { xml } = await signXml(source, signer, forms[0])
  const cwd = folder()
  const changes: readonly [string, string][] = [
    ['花子', '太郎'],
    ['c="1"', 'c="2"'],
    ['<e/>', '<e/><e/>'],
    ['</b>', ' </b>'],
    ['<?p q?>', '<?p r?>'],
    ['urn:q', 'urn:r'],
    ['<ds:DigestValue>', '<ds:DigestValue>AAAA'],
    ['<ds:SignatureValue>', '<ds:SignatureValue>AAAA'],
    ['<xades:SigningTime>20', '<xades:SigningTime>19'],
    ['text/xml', 'text/html'],
    ['xml-exc-c14n#', 'xml-exc-c14n#WithComments'],
    ['sha256', 'sha512'],
    ['URI=""', 'URI="#signature"'],
  ]
  for (const [from, to] of changes) {
    const changed = xml.replace(from, to)
    expect(changed).not.toBe(xml)
    expect(isAccepted(await verified(changed, trust)), from).toBe(false)
    expect(xmlsecVerifies(cwd, bytesOf(changed), signCa.certificate).ok, from).toBe(false)
  }
})
