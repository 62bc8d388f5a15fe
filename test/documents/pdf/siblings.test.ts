import { beforeAll, describe, expect, test } from 'vitest'
import type { DocumentReport, DocumentTrust } from '../../../src/documents/index.ts'
import { PdfFile } from '../../../src/documents/pdf/file.ts'
import { type SignPdfOptions, verifyPdf } from '../../../src/documents/pdf/index.ts'
import { permissionsOf, signaturesOf } from '../../../src/documents/pdf/signatures.ts'
import { base, latin1, type Objects, signed, startxrefOf, stream, tableFile, textOf, trust, update } from './files.ts'

/* Variants of the known attacks (USF, ISA, SWA, shadow, certification): none may end as unchanged and fully covered. */

let trusted: DocumentTrust
let pdf: Buffer
beforeAll(async () => {
  trusted = await trust()
  pdf = await signed(tableFile(base))
})

const verify = (bytes: Uint8Array): Promise<DocumentReport> => verifyPdf(bytes, { trust: trusted })
const isAccepted = ({ problems, changes, signatures }: DocumentReport): boolean =>
  problems.every(({ severity }) => severity !== 'refused') &&
  changes.every(({ allowed }) => allowed) &&
  signatures.length > 0 &&
  signatures.every(({ indication }) => indication === 'TOTAL-PASSED')

const page = base[3]!.replace('/Annots[8 0 R]', '/Annots[8 0 R 14 0 R]')
const form = '/Type/XObject/Subtype/Form/BBox[0 0 300 200]'
const overlay = stream('BT /F1 12 Tf 20 100 Td (pay 999 yen) Tj ET', form)

describe('signature dictionaries', () => {
  const range = (): string => /\/ByteRange \[[\d ]*\]/.exec(textOf(pdf))![0]
  const numbers = (): readonly number[] => [...range().matchAll(/\d+/g)].map(Number)
  const put = (from: string, to: string): Buffer => {
    expect(to.length).toBeLessThanOrEqual(from.length)
    return latin1(textOf(pdf).replace(from, () => to.padEnd(from.length)))
  }
  const ranges: Record<string, (n: readonly number[]) => string> = {
    'negative numbers': ([, b, c, d]) => `[-0 ${b} ${c} ${d}]`,
    'a negative length': ([a, b, c]) => `[${a} ${b} ${c} -1]`,
    'huge numbers': ([a, b, c]) => `[${a} ${b} ${c} 99999999999]`,
    'numbers beyond 2^53': ([a, b]) => `[${a} ${b} 99999999999999999999 1]`,
    'five numbers': ([a, b, c, d]) => `[${a} ${b} ${c} ${d} 0]`,
    'two numbers': ([a, b]) => `[${a} ${b}]`,
    'three pairs': ([a, b, c, d]) => `[${a} 9 9 ${b! - 9} ${c} ${d}]`,
    'pairs in another order': ([a, b, c, d]) => `[${c} ${d} ${a} ${b}]`,
    fractions: ([a, b, c, d]) => `[${a}.5 ${b} ${c} ${d}]`,
    'a name': ([a, b, c]) => `[${a} ${b} ${c} /a]`,
    'null in it': ([a, b, c]) => `[${a} ${b} ${c} null]`,
    'a reference in it': ([a, b, c]) => `[${a} ${b} ${c} 2 0 R]`,
    'an array in it': ([a, b, c, d]) => `[[${a} ${b} ${c} ${d}]]`,
    'a reference in place of it': () => '2 0 R',
    'a string': () => '(0 1 2 3)',
    'nothing in it': () => '[]',
  }
  test.each(Object.keys(ranges))('a byte range of %s', async (name) => {
    const from = range()
    const report = await verify(put(from, `/ByteRange ${ranges[name]!(numbers())}`))
    expect(isAccepted(report)).toBe(false)
    expect(report.signatures.every(({ indication }) => indication === 'TOTAL-FAILED')).toBe(true)
  })

  test.each<[string, string, string]>([
    ['the byte range twice', '/Filter /Adobe.PPKLite', '/ByteRange[0 1 2 3]'],
    ['the kind twice', '/Filter /Adobe.PPKLite', '/SubFilter/x'],
    ['the type twice', '/Filter /Adobe.PPKLite', '/Type/Sig'],
    ['a key written in another way twice', '/Filter /Adobe.PPKLite', '/#42yteRange[0 1 2 3]'],
    ['another type', '/Type /Sig', '/Type /Foo'],
    ['SHA-1 inside (adbe.pkcs7.sha1)', '/ETSI.CAdES.detached', '/adbe.pkcs7.sha1'],
    ['adbe.x509.rsa_sha1', '/ETSI.CAdES.detached', '/adbe.x509.rsa_sha1'],
    ['a timestamp that is none', '/ETSI.CAdES.detached', '/ETSI.RFC3161'],
    ['no kind', '/SubFilter', '/SubFilte2'],
    ['the name of the kind as a string', '/SubFilter /ETSI.CAdES.detached', '/SubFilter (ETSI.CAdES.de)'],
    ['contents in a stream', '/Contents <30', '/Contents 4 0 R % <'],
  ])('%s', async (_, from, to) => {
    expect(textOf(pdf)).toContain(from)
    const bytes = latin1(textOf(pdf).replace(from, () => to.padEnd(from.length)))
    expect(isAccepted(await verify(bytes))).toBe(false)
  })
})

describe('later revisions', () => {
  const plain: Record<string, () => Buffer> = {
    'a reference table alone, which moves an object to a copy in the signed bytes': () =>
      update(pdf, {}, { free: [4] }),
    'a reference table that names itself': () => {
      const at = pdf.length
      return Buffer.concat([
        pdf,
        latin1(`xref\n0 0\ntrailer\n<</Size 15/Root 1 0 R/Prev ${at}>>\nstartxref\n${at}\n%%EOF\n`),
      ])
    },
    'two tables that name each other': () => {
      const at = pdf.length
      const one = `xref\n0 0\ntrailer\n<</Size 15/Root 1 0 R/Prev ${String(at + 100).padStart(9, '0')}>>\n`.padEnd(100)
      const two = `xref\n0 0\ntrailer\n<</Size 15/Root 1 0 R/Prev ${at}>>\nstartxref\n${at}\n%%EOF\n`
      return Buffer.concat([pdf, latin1(one + two)])
    },
    'no older table': () => update(pdf, { ...base, 4: base[6]! }, { prev: undefined }),
    'an older table that is negative': () =>
      Buffer.concat([
        pdf,
        latin1(`xref\n0 0\ntrailer\n<</Size 15/Root 1 0 R/Prev -1>>\nstartxref\n${pdf.length}\n%%EOF\n`),
      ]),
    'an older table by reference': () =>
      Buffer.concat([
        pdf,
        latin1(`xref\n0 0\ntrailer\n<</Size 15/Root 1 0 R/Prev 9 0 R>>\nstartxref\n${pdf.length}\n%%EOF\n`),
      ]),
    'a hybrid table, whose stream has the object that the table has as free': () => {
      const host = stream('4 0 <</Length 0>>', '/Type/ObjStm/N 1/First 4')
      const at = pdf.length
      const one = `40 0 obj\n${host}\nendobj\n`
      const row = (kind: number, a: number, b: number): string => String.fromCharCode(kind, 0, 0, a >> 8, a & 255, 0, b)
      const xref = stream(row(2, 40, 0) + row(1, at, 0), '/Type/XRef/Size 42/W[1 4 2]/Index[4 1 40 1]')
      const two = `41 0 obj\n${xref}\nendobj\n`
      const table = `xref\n4 1\n0000000000 00001 f \ntrailer\n<</Size 42/Root 1 0 R/Info 11 0 R/Prev ${startxrefOf(pdf)}/XRefStm ${at + one.length}>>\nstartxref\n${at + one.length + two.length}\n%%EOF\n`
      return Buffer.concat([pdf, latin1(one + two + table)])
    },
    'an object stream that has a page': () => {
      const text = page.replace('4 0 R', '6 0 R')
      const host = stream(`3 0 ${text}`, '/Type/ObjStm/N 1/First 4')
      const at = pdf.length
      const one = `40 0 obj\n${host}\nendobj\n`
      const row = (kind: number, a: number, b: number): string => String.fromCharCode(kind, 0, 0, a >> 8, a & 255, 0, b)
      const xref = `<</Type/XRef/Size 42/W[1 4 2]/Index[3 1 40 2]/Root 1 0 R/Info 11 0 R/Prev ${startxrefOf(pdf)}/Length 21>>\nstream\n${row(2, 40, 0)}${row(1, at, 0)}${row(1, at + one.length, 0)}\nendstream`
      return Buffer.concat([pdf, latin1(`${one}41 0 obj\n${xref}\nendobj\nstartxref\n${at + one.length}\n%%EOF\n`)])
    },
    'another generation of an object': () => {
      const at = pdf.length
      const object = `4 1 obj\n${base[6]!}\nendobj\n`
      return Buffer.concat([
        pdf,
        latin1(
          `${object}xref\n4 1\n${String(at).padStart(10, '0')} 00001 n \ntrailer\n<</Size 15/Root 1 0 R/Info 11 0 R/Prev ${startxrefOf(pdf)}>>\nstartxref\n${at + object.length}\n%%EOF\n`,
        ),
      ])
    },
    'the signature dictionary again, at another place': () =>
      update(pdf, { 13: /13 0 obj\n([\s\S]*?)\nendobj/.exec(textOf(pdf))![1]! }),
    'a second dictionary with the same contents, which the field refers to': () =>
      update(pdf, {
        30: /13 0 obj\n([\s\S]*?)\nendobj/.exec(textOf(pdf))![1]!,
        14: '<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/F 132/P 3 0 R/V 30 0 R>>',
      }),
    'a form without the signature': () => update(pdf, { 7: '<</Fields[8 0 R]>>' }),
    'no form': () => update(pdf, { 1: '<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R>>' }),
    'permissions alone': () =>
      update(pdf, { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R/Outlines 9 0 R/Perms<</UR3 13 0 R>>>>' }),
  }
  test.each(Object.keys(plain))('%s', async (name) => {
    expect(isAccepted(await verify(plain[name]!()))).toBe(false)
  })

  const catalog = (more: string): string => `<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R/Outlines 9 0 R${more}>>`
  const changes: Record<string, Objects> = {
    'appearances to be drawn by the reader': { 7: '<</Fields[8 0 R 14 0 R]/SigFlags 3/NeedAppearances true>>' },
    'a form of XFA': { 7: '<</Fields[8 0 R 14 0 R]/SigFlags 3/XFA 20 0 R>>', 20: stream('<xdp/>') },
    'a default appearance replaced': { 7: '<</Fields[8 0 R 14 0 R]/SigFlags 3/Q 2>>' },
    'an order of calculation': { 7: '<</Fields[8 0 R 14 0 R]/SigFlags 3/CO[8 0 R]>>' },
    'signature flags taken back': { 7: '<</Fields[8 0 R 14 0 R]/SigFlags 0>>' },
    'a launch action': { 1: catalog('/OpenAction<</S/Launch/F(a.exe)>>') },
    'actions of the document': { 1: catalog('/AA<</WS<</S/JavaScript/JS(a)>>>>') },
    'scripts by name': { 1: catalog('/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(b)>>]>>>>') },
    'attached files': { 1: catalog('/Names<</EmbeddedFiles<</Names[]>>>>') },
    'optional content': { 1: catalog('/OCProperties<</OCGs[20 0 R]/D<</OFF[20 0 R]>>>>'), 20: '<</Type/OCG/Name(a)>>' },
    'another view of the pages': { 1: catalog('/PageLabels<</Nums[0<</S/r>>]>>') },
    'a collection': { 1: catalog('/Collection<</View/H>>') },
    'other permissions': { 1: catalog('/Perms<</DocMDP 3 0 R>>') },
    'actions of a page': { 3: page.replace('/Parent', '/AA<</O<</S/JavaScript/JS(a)>>>>/Parent') },
    'contents as a list with one more': { 3: page.replace('4 0 R', '[4 0 R 20 0 R]'), 20: overlay },
    'contents before the others': { 3: page.replace('4 0 R', '[20 0 R 4 0 R]'), 20: overlay },
    'a page that is turned': { 3: page.replace('/Parent', '/Rotate 180/Parent') },
    'a page that is cropped': { 3: page.replace('/Parent', '/CropBox[0 0 9 9]/Parent') },
    'a larger unit': { 3: page.replace('/Parent', '/UserUnit 9/Parent') },
    'a font by another object': {
      3: page.replace('5 0 R', '20 0 R'),
      20: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>',
    },
    'a font program for the font': {
      5: base[5]!.replace('>>', '/FontDescriptor 20 0 R>>'),
      20: '<</FontFile 21 0 R>>',
      21: stream('a'),
    },
    'an encoding for the font': { 5: base[5]!.replace('>>', '/Encoding<</Differences[49/nine]>>>>') },
    'an overlay of the form of the content': { 12: overlay },
    'a widget that is not in the form': {
      3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
      20: '<</Type/Annot/Subtype/Widget/Rect[0 0 300 200]/F 4/AP<</N 21 0 R>>>>',
      21: overlay,
    },
    'a text field that is new': {
      3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
      7: '<</Fields[8 0 R 14 0 R 20 0 R]/SigFlags 3>>',
      20: '<</Type/Annot/Subtype/Widget/FT/Tx/T(b)/Rect[0 0 300 200]/F 4/AP<</N 21 0 R>>>>',
      21: overlay,
    },
    'a field by another name': { 8: base[8]!.replace('(place)', '(other)') },
    'a field of another type': { 8: base[8]!.replace('/FT/Tx', '/FT/Btn') },
    'a field that was hidden': { 8: base[8]!.replace('/F 4', '/F 0') },
    'the label of a field': { 8: base[8]!.replace('/F 4', '/F 4/MK<</CA(a)>>') },
    'a field with kids': {
      8: base[8]!.replace('/F 4', '/F 4/Kids[20 0 R]'),
      20: '<</Subtype/Widget/Rect[0 0 300 200]/Parent 8 0 R>>',
    },
    'the lock of a signed field': {
      14: '<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/F 132/P 3 0 R/V 13 0 R/Lock<</Action/All>>>>',
    },
    'the drawing of a signed field': {
      14: '<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/F 132/P 3 0 R/V 13 0 R/AP<</N 6 0 R>>>>',
    },
    'an empty signature field with a script': {
      3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
      7: '<</Fields[8 0 R 14 0 R 20 0 R]/SigFlags 3>>',
      20: '<</Type/Annot/Subtype/Widget/FT/Sig/T(b)/Rect[0 0 0 0]/F 4/A<</S/JavaScript/JS(a)>>>>',
    },
    'an empty signature field with three corners': {
      3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
      7: '<</Fields[8 0 R 14 0 R 20 0 R]/SigFlags 3>>',
      20: '<</Type/Annot/Subtype/Widget/FT/Sig/T(b)/Rect[0 0 0]/F 4/AP<</N 6 0 R>>>>',
    },
    'an empty signature field that is a stamp': {
      3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
      7: '<</Fields[8 0 R 14 0 R 20 0 R]/SigFlags 3>>',
      20: '<</Type/Annot/Subtype/Stamp/FT/Sig/T(b)/Rect[0 0 0 0]/F 4/AP<</N 6 0 R>>>>',
    },
    metadata: { 1: catalog('/Metadata 20 0 R'), 20: stream('<x/>', '/Type/Metadata/Subtype/XML') },
    'a structure': { 1: catalog('/StructTreeRoot 20 0 R/MarkInfo<</Marked true>>'), 20: '<</Type/StructTreeRoot>>' },
    'a store of evidence that is removed again': { 1: catalog('/DSS null'), 4: base[6]! },
  }
  test.each(Object.keys(changes))('%s', async (name) => {
    for (const certify of [undefined, 2] as const) {
      const bytes = certify === undefined ? pdf : await signed(tableFile(base), { certify })
      const report = await verify(update(bytes, changes[name]!))
      expect(isAccepted(report)).toBe(false)
      expect(report.signatures.map(({ indication }) => indication)).not.toContain('TOTAL-PASSED')
    }
  })
})

describe('shadow content', () => {
  const shadow = async (prepared: Objects, later: Objects, options: SignPdfOptions = {}): Promise<DocumentReport> =>
    verify(update(await signed(tableFile({ ...base, ...prepared }), options), later))

  test('the appearance of an annotation that the content uses as well, whatever stands first', async () => {
    const annotated = base[3]!.replace('/Annots[8 0 R]', '').replace('/Contents', '/Annots[8 0 R 20 0 R]/Contents')
    for (const text of [annotated, base[3]!.replace('[8 0 R]', '[8 0 R 20 0 R]')]) {
      const report = await shadow(
        { 3: text, 20: '<</Type/Annot/Subtype/Stamp/Rect[0 0 1 1]/AP<</N 12 0 R>>>>' },
        { 12: overlay },
        { certify: 3 },
      )
      expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toContainEqual(['content-changed', false])
      expect(isAccepted(report)).toBe(false)
    }
  })

  test('a field that is for reading only, a button, a field without a type, and a stamp in the form', async () => {
    const filled = (text: string): string => text.replace('/F 4', '/F 4/V(999)/AP<</N 6 0 R>>')
    const fields = {
      'for reading only': base[8]!.replace('/F 4', '/Ff 1/F 4'),
      'a button': base[8]!.replace('/FT/Tx', '/FT/Btn/Ff 65536'),
      'without a type': base[8]!.replace('/FT/Tx', ''),
      'a stamp': base[8]!.replace('/Widget', '/Stamp'),
    }
    for (const [name, field] of Object.entries(fields)) {
      const report = await shadow({ 8: field }, { 8: filled(field) })
      expect(
        report.changes.map(({ kind, allowed }) => [kind, allowed]),
        name,
      ).toContainEqual(['form-changed', false])
      expect(isAccepted(report), name).toBe(false)
    }
  })

  test('what a parent makes of a field', async () => {
    const parent = {
      7: '<</Fields[20 0 R]>>',
      20: '<</FT/Tx/T(all)/Ff 1/Kids[8 0 R]>>',
      8: base[8]!.replace('/FT/Tx', '/Parent 20 0 R'),
    }
    const report = await shadow(parent, { 8: parent[8].replace('/F 4', '/F 4/V(999)/AP<</N 6 0 R>>') })
    expect(isAccepted(report)).toBe(false)
  })

  test.each<[string, boolean]>([
    ['<</Action/All>>', true],
    ['<</Action/Include/Fields[(all)]>>', true],
    ['<</Action/Include/Fields[(all.place)]>>', true],
    ['<</Action/Include/Fields[(al)]>>', false],
    ['<</Action/Include/Fields[]>>', false],
    ['<</Action/Exclude/Fields[(all)]>>', false],
    ['<</Action/Exclude/Fields[]>>', true],
    ['<</Action/Exclude>>', true],
  ])('a field that is locked by %s', (lock, isLocked) => {
    const reference = `/Reference[<</TransformMethod/FieldMDP/TransformParams ${lock}>>]`
    const { last, file } = read({
      ...base,
      7: '<</Fields[14 0 R]>>',
      13: `<</Type/Sig${reference}/ByteRange[0 1 2 3]/Contents<00>>>`,
      14: '<</FT/Sig/T(a)/V 13 0 R>>',
    })
    const [signature] = signaturesOf(file)
    expect(permissionsOf(signature!, last.view).locks('all.place')).toBe(isLocked)
  })
})

const read = (objects: Objects) => {
  const file = new PdfFile(tableFile(objects))
  return { file, last: file.last }
}
