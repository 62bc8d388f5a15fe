import { beforeAll, describe, expect, test } from 'vitest'
import type { DocumentReport, DocumentTrust } from '../../../src/documents/index.ts'
import { verifyPdf } from '../../../src/documents/pdf/index.ts'
import {
  base,
  latin1,
  type Objects,
  signed,
  startxrefOf,
  stream,
  streamFile,
  tableFile,
  textOf,
  trust,
  update,
} from './files.ts'

let trusted: DocumentTrust
/** Signed: its field and widget is object 14, its dictionary 13; the catalog is 1, the form 7, the page 3. */
let pdf: Buffer
let certified: Record<1 | 2 | 3, Buffer>

const hidden: Objects = { ...base, 15: stream('BT (hidden) Tj ET') }
const page = base[3]!.replace('/Annots[8 0 R]', '/Annots[8 0 R 14 0 R]')

beforeAll(async () => {
  trusted = await trust()
  pdf = await signed(tableFile(base))
  certified = {
    1: await signed(tableFile(base), { certify: 1 }),
    2: await signed(tableFile(base), { certify: 2 }),
    3: await signed(tableFile(base), { certify: 3 }),
  }
})

const verify = (bytes: Uint8Array): Promise<DocumentReport> => verifyPdf(bytes, { trust: trusted })
/** Whether a report says that what is there is what was signed. */
const isAccepted = ({ problems, changes, signatures }: DocumentReport): boolean =>
  problems.every(({ severity }) => severity !== 'refused') &&
  changes.every(({ allowed }) => allowed) &&
  signatures.length > 0 &&
  signatures.every(({ indication }) => indication === 'TOTAL-PASSED')

const swap = (bytes: Buffer, from: string | RegExp, to: string): Buffer => {
  const text = textOf(bytes)
  const found = typeof from === 'string' ? from : from.exec(text)![0]
  expect(text).toContain(found)
  return latin1(text.replace(found, () => to))
}
/** With the number of bytes kept. */
const swapKept = (bytes: Buffer, from: string, to: string): Buffer => {
  expect(to.length).toBe(from.length)
  return swap(bytes, from, to)
}

/** The same, and nothing at all to say about it: a CA's certificate in the CMS, which nothing needs, may be reported only. */
const isUnchanged = (report: DocumentReport): boolean =>
  isAccepted(report) && [...report.problems, ...report.signatures.flatMap(({ problems }) => problems)].length === 0

describe('later changes are named, and allowed or not', () => {
  const changes: Record<string, { add: Objects; root?: number; kind: string; free?: number[]; trailer?: string }> = {
    'content replaced': { add: { 4: base[6]! }, kind: 'content-changed' },
    'content of the page is another object': {
      add: { 3: page.replace('4 0 R', '6 0 R') },
      kind: 'content-changed',
    },
    'content hidden': { add: {}, free: [4], kind: 'content-changed' },
    'font replaced': { add: { 5: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>' }, kind: 'content-changed' },
    'form object of the content replaced': {
      add: { 12: stream('1 1 1 1 re', '/Type/XObject/Subtype/Form/BBox[0 0 1 1]') },
      kind: 'content-changed',
    },
    'page has another size': {
      add: { 3: page.replace('/Parent', '/MediaBox[0 0 9 9]/Parent') },
      kind: 'content-changed',
    },
    'inherited size': { add: { 2: base[2]!.replace('300', '301') }, kind: 'pages-changed' },
    'page added': {
      add: { 2: '<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2/MediaBox[0 0 300 200]>>', 20: '<</Type/Page/Parent 2 0 R>>' },
      kind: 'page-added',
    },
    'page replaced': {
      add: { 2: '<</Type/Pages/Kids[20 0 R]/Count 1/MediaBox[0 0 300 200]>>', 20: '<</Type/Page/Parent 2 0 R>>' },
      kind: 'page-removed',
    },
    'catalog replaced': { add: { 20: '<</Type/Catalog/Pages 2 0 R>>' }, root: 20, kind: 'catalog-changed' },
    'script added': {
      add: { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R/Outlines 9 0 R/OpenAction<</S/JavaScript/JS(a)>>>>' },
      kind: 'catalog-changed',
    },
    'outline changed': { add: { 10: base[10]!.replace('one', 'two') }, kind: 'catalog-changed' },
    'annotation over the content': {
      add: {
        3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
        20: '<</Type/Annot/Subtype/FreeText/Rect[20 90 200 120]/Contents(pay 999 yen)/F 4>>',
      },
      kind: 'annotation-added',
    },
    'annotation removed': { add: { 3: page.replace('8 0 R ', '') }, kind: 'annotation-removed' },
    'field removed': { add: { 7: '<</Fields[14 0 R]/SigFlags 3>>' }, kind: 'form-changed' },
    'signature removed': { add: { 7: '<</Fields[8 0 R]/SigFlags 3>>' }, kind: 'signature-removed' },
    'field moved': { add: { 8: base[8]!.replace('20 20', '20 90') }, kind: 'form-changed' },
    'field with a script': {
      add: { 8: base[8]!.replace('/F 4', '/F 4/AA<</K<</S/JavaScript/JS(a)>>>>') },
      kind: 'form-changed',
    },
    'title of the document': { add: { 11: '<</Producer(test)/Title(other)>>' }, kind: 'metadata-changed' },
    'signature drawn elsewhere': {
      add: { 14: '<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 300 200]/F 132/P 3 0 R/V 13 0 R>>' },
      kind: 'signature-changed',
    },
    'empty field that draws': {
      add: {
        3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
        7: '<</Fields[8 0 R 14 0 R 20 0 R]/SigFlags 3>>',
        20: '<</Type/Annot/Subtype/Widget/FT/Sig/T(b)/Rect[20 90 200 120]/F 4/AP<</N 6 0 R>>>>',
      },
      kind: 'signature-field-added',
    },
    'signature that is none': {
      add: {
        3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
        7: '<</Fields[8 0 R 14 0 R 20 0 R]/SigFlags 3>>',
        20: '<</Type/Annot/Subtype/Widget/FT/Sig/T(b)/Rect[20 90 200 120]/F 4/AP<</N 6 0 R>>/V 21 0 R>>',
        21: '<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>',
      },
      kind: 'signature-added',
    },
  }
  test.each(Object.keys(changes))('%s', async (name) => {
    const { add, root, kind, free } = changes[name]!
    const report = await verify(update(pdf, add, { ...(root && { root }), ...(free && { free }) }))
    expect(report.changes.find((change) => change.kind === kind)).toMatchObject({ revision: 3, allowed: false })
    expect(report.problems.map(({ id }) => id)).toContain('change-not-allowed')
    expect(report.signatures[0]!.indication).not.toBe('TOTAL-PASSED')
    expect(isAccepted(report)).toBe(false)
  })

  const filledIn: Objects = {
    8: base[8]!.replace('/F 4', '/F 4/V(Tokyo)/AP<</N 20 0 R>>'),
    20: stream('BT (Tokyo) Tj ET', '/Type/XObject/Subtype/Form/BBox[0 0 1 1]'),
  }
  test('filling in a field is allowed, unless the document is certified without changes', async () => {
    for (const bytes of [pdf, certified[2], certified[3]]) {
      const report = await verify(update(bytes, filledIn))
      expect(report.changes).toEqual([{ revision: 3, kind: 'form-filled', allowed: true, objects: ['8 0 R'] }])
      expect(isAccepted(report)).toBe(true)
    }
    const report = await verify(update(certified[1], filledIn))
    expect(report.changes).toEqual([{ revision: 3, kind: 'form-filled', allowed: false, objects: ['8 0 R'] }])
    expect(isAccepted(report)).toBe(false)
  })

  test('annotations are allowed by level 3 only', async () => {
    const add = {
      3: page.replace('14 0 R]', '14 0 R 20 0 R]'),
      20: '<</Type/Annot/Subtype/Text/Rect[20 90 40 120]/Contents(a)/F 4>>',
    }
    for (const level of [1, 2, 3] as const) {
      const report = await verify(update(certified[level], add))
      expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toEqual([['annotation-added', level === 3]])
      expect(isAccepted(report)).toBe(level === 3)
    }
  })

  test('a modification date is no change of the content', async () => {
    const report = await verify(update(pdf, { 11: '<</Producer(other)/ModDate(D:20260101000000Z)>>' }))
    expect(report.changes).toEqual([{ revision: 3, kind: 'information-updated', allowed: true, objects: ['11 0 R'] }])
  })

  test('an object that nothing uses is reported, and its use later is a change', async () => {
    const once = update(pdf, { 20: base[6]! })
    expect((await verify(once)).changes).toEqual([
      { revision: 3, kind: 'unused-objects', allowed: true, objects: ['20 0 R'] },
    ])
    const report = await verify(update(once, { 3: page.replace('4 0 R', '20 0 R') }))
    expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toEqual([
      ['unused-objects', true],
      ['content-changed', false],
    ])
  })
})

describe('shadow content: prepared before the signature, shown after it', () => {
  test('an object that the signed document refers to and does not have', async () => {
    const prepared = tableFile({ ...base, 3: base[3]!.replace('4 0 R', '[4 0 R 19 0 R]') })
    const report = await verify(update(await signed(prepared), { 19: base[6]! }))
    expect(report.changes).toMatchObject([{ kind: 'content-changed', allowed: false, objects: ['19 0 R'] }])
    expect(isAccepted(report)).toBe(false)
  })

  test('a cross-reference that names a hidden copy in the signed bytes', async () => {
    const bytes = await signed(tableFile(hidden))
    const at = textOf(bytes).indexOf('6 0 obj')
    // The hidden object has the number of the shown one.
    const copy = await signed(
      tableFile({ ...base, 6: `${base[6]!}\nendobj\n4 0 obj\n${stream('BT (pay 999 yen) Tj ET')}` }),
    )
    const inside = textOf(copy).lastIndexOf('4 0 obj')
    expect(at).toBeGreaterThan(0)
    const row = `${String(inside).padStart(10, '0')} 00000 n \n`
    const tail = `xref\n4 1\n${row}trailer\n<</Size 15/Root 1 0 R/Info 11 0 R/Prev ${startxrefOf(copy)}>>\nstartxref\n${copy.length}\n%%EOF\n`
    const report = await verify(Buffer.concat([copy, latin1(tail)]))
    expect(report.changes).toMatchObject([{ kind: 'content-changed', allowed: false }])
    expect(isAccepted(report)).toBe(false)
  })

  test('an object stream replaced, whose objects are not named', async () => {
    const bytes = await signed(streamFile(base))
    const packed = Object.entries(base).filter(([, text]) => !text.includes('\nstream\n'))
    let offset = 0
    const heads = packed.map(([num, text]) => {
      const head = `${num} ${offset}`
      offset += text.length + 1
      return head
    })
    const texts = packed.map(([, text]) => text.replace('(one)', '(two)'))
    const content = `${heads.join(' ')} \n${texts.join(' ')}`
    const report = await verify(
      update(bytes, { 30: stream(content, `/Type/ObjStm/N ${packed.length}/First ${heads.join(' ').length + 2}`) }),
    )
    expect(report.changes).toMatchObject([{ kind: 'catalog-changed', allowed: false, objects: ['10 0 R'] }])
  })

  test('the length of a stream that is an object of its own', async () => {
    const text = 'BT (pay 100) Tj ET\nendstream\nendobj\n% (9) Tj\nendstream'
    const short = text.indexOf('\nendstream')
    const prepared = tableFile({ ...base, 4: `<</Length 16 0 R>>\nstream\n${text}`, 16: String(short) })
    const before = await signed(prepared)
    const report = await verify(update(before, { 16: String(text.lastIndexOf('\nendstream')) }))
    expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toEqual([['content-changed', false]])
    expect((await verify(await signed(streamFile(base)))).problems).toEqual([])
    const indirect = await verify(streamFile(base, true))
    expect(indirect.problems).toMatchObject([{ id: 'structure-damaged', severity: 'refused' }])
  })

  test('a form object of the content that is listed as an annotation as well', async () => {
    const shared: Objects = {
      ...base,
      3: base[3]!.replace('/X1 12 0 R', '/P 12 0 R').replace('[8 0 R]', '[8 0 R 12 0 R]'),
    }
    const add = { 12: stream('9 9 9 9 re', '/Type/XObject/Subtype/Form/BBox[0 0 1 1]') }
    for (const certify of [undefined, 3] as const) {
      const report = await verify(update(await signed(tableFile(shared), { certify }), add))
      expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toContainEqual(['content-changed', false])
      expect(isAccepted(report)).toBe(false)
    }
  })

  test('an annotation that is the font of the content as well', async () => {
    const font = '/Type/Annot/Subtype/Type1/BaseFont/Helvetica/Rect[0 0 0 0]'
    const shared: Objects = {
      ...base,
      3: base[3]!.replace('/F1 5 0 R', '/P 5 0 R').replace('[8 0 R]', '[8 0 R 5 0 R]'),
      5: `<<${font}>>`,
    }
    const bytes = await signed(tableFile(shared), { certify: 3 })
    const report = await verify(update(bytes, { 5: `<<${font.replace('Helvetica', 'Courier')}>>` }))
    expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toContainEqual(['content-changed', false])
  })

  test('a parent that is not of the page tree, of which a page may inherit', async () => {
    const shared: Objects = {
      ...base,
      3: base[3]!.replace('/Parent 2 0 R', '/Parent 18 0 R'),
      18: '<</Type/Pages/MediaBox[0 0 9 9]>>',
    }
    const report = await verify(update(await signed(tableFile(shared)), { 18: '<</Type/Pages/MediaBox[0 0 8 8]>>' }))
    expect(report.changes).toMatchObject([{ allowed: false, objects: ['18 0 R'] }])
  })

  test('an appearance of a field that the content uses as well', async () => {
    const shared: Objects = { ...base, 8: base[8]!.replace('/F 4', '/F 4/AP<</N 12 0 R>>') }
    const add = { 12: stream('9 9 9 9 re', '/Type/XObject/Subtype/Form/BBox[0 0 1 1]') }
    const report = await verify(update(await signed(tableFile(shared)), add))
    expect(report.changes.map(({ kind, allowed }) => [kind, allowed])).toContainEqual(['content-changed', false])
    expect(isAccepted(report)).toBe(false)
  })
})

describe('signature dictionaries that cover nothing, or something else', () => {
  const idsOf = async (bytes: Buffer): Promise<readonly string[]> => {
    const report = await verify(bytes)
    expect(isAccepted(report)).toBe(false)
    return [...report.problems, ...report.signatures.flatMap(({ problems }) => problems)].map(({ id }) => id)
  }
  const contents = /\/Contents <[0-9a-f]*>/
  const range = /\/ByteRange \[[\d ]*\]/

  test('without, with empty or with null contents', async () => {
    expect(await idsOf(swap(pdf, '/Contents <', '/Content1 <'))).toContain('contents-missing')
    expect(await idsOf(swap(pdf, contents, '/Contents <>'))).toContain('xref-damaged')
    const found = contents.exec(textOf(pdf))![0]
    expect(await idsOf(swapKept(pdf, found, '/Contents null'.padEnd(found.length)))).toContain('contents-missing')
    expect(await idsOf(swapKept(pdf, found, '/Contents <>'.padEnd(found.length)))).toContain('contents-missing')
    expect(await idsOf(swapKept(pdf, found, '/Contents 20 0 R'.padEnd(found.length)))).toContain(
      'contents-not-hexadecimal',
    )
    const zeros = `/Contents <${'0'.repeat(found.length - 12)}>`
    expect((await verify(swapKept(pdf, found, zeros))).signatures[0]).toMatchObject({ indication: 'TOTAL-FAILED' })
  })

  test('without, with null or with another byte range', async () => {
    const found = range.exec(textOf(pdf))![0]
    const [, start, after, length] = /\[0 +(\d+) +(\d+) +(\d+) *\]/.exec(found)!.map(Number)
    const other = (...numbers: readonly number[]): Buffer =>
      swapKept(pdf, found, `/ByteRange [${numbers.join(' ')}]`.padEnd(found.length))
    expect(await idsOf(swap(pdf, '/ByteRange [', '/ByteRang1 ['))).toContain('byte-range-missing')
    expect(await idsOf(swapKept(pdf, found, '/ByteRange null'.padEnd(found.length)))).toContain('byte-range-missing')
    expect(await idsOf(other(0, 0, 0, 0))).toContain('byte-range-gap')
    expect(await idsOf(other(0, start!, after!))).toContain('byte-range-malformed')
    expect(await idsOf(other(0, start!, after!, length!, 0, 0))).toContain('byte-range-malformed')
    expect(await idsOf(other(1, start! - 1, after!, length!))).toContain('byte-range-start')
    expect(await idsOf(other(0, start! - 1, after!, length!))).toContain('byte-range-gap')
    expect(await idsOf(other(0, start!, after! + 2, length! - 2))).toContain('byte-range-gap')
    expect(await idsOf(other(0, start!, after!, length! - 1))).not.toContain('change-not-allowed')
    expect(await idsOf(other(0, start!, after!, length! - 9))).toContain('byte-range-end')
    expect(await idsOf(other(0, start!, after!, length! + 9))).toContain('byte-range-outside')
    expect(await idsOf(other(0, after! + 2, after!, length!))).toContain('byte-range-overlap')
  })

  test('two contents, mixed digits, white space and padding', async () => {
    expect(await idsOf(swapKept(pdf, '/Filter /Adobe.PPKLite', '/Contents <3000>      '))).toContain('duplicate-key')
    const text = textOf(pdf)
    const at = text.indexOf('/Contents <')
    const digit = at + text.slice(at).search(/[a-f](?=[0-9a-f]*0{100}>)/)
    expect(
      await idsOf(Buffer.concat([pdf.subarray(0, digit), latin1(text[digit]!.toUpperCase()), pdf.subarray(digit + 1)])),
    ).toContain('contents-not-plain')
    expect(await idsOf(swap(pdf, '000000>', '00 000>'))).toContain('contents-not-plain')
    expect(await idsOf(swap(pdf, '000000>', '000001>'))).toContain('contents-padding')
  })

  test('the signature moved behind new content (signature wrapping)', async () => {
    const text = textOf(pdf)
    const found = range.exec(text)![0]
    const [, start, after, length] = /\[0 +(\d+) +(\d+) +(\d+) *\]/.exec(found)!.map(Number)
    // The covered bytes after the contents are moved to the end; new content takes their place.
    const moved = latin1(text.slice(after!))
    const rest = latin1('>\n/X 1>>\nendobj\n% new content\n')
    const wrapped = swapKept(
      Buffer.concat([latin1(text.slice(0, after! - 1)), rest, moved]),
      found,
      `/ByteRange [0 ${start} ${after! - 1 + rest.length} ${length}]`.padEnd(found.length),
    )
    expect(isAccepted(await verify(wrapped))).toBe(false)
  })

  test('a signature copied into another document', async () => {
    const other = tableFile({ ...base, 4: base[6]! })
    const dict = /13 0 obj\n([\s\S]*?)\nendobj/.exec(textOf(pdf))![1]!
    const copy = update(other, {
      3: page,
      7: '<</Fields[8 0 R 14 0 R]/SigFlags 3>>',
      13: dict,
      14: '<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/F 132/P 3 0 R/V 13 0 R>>',
    })
    expect(isAccepted(await verify(copy))).toBe(false)
  })

  test('bytes after the last revision, and a later startxref to an earlier one', async () => {
    expect((await verify(Buffer.concat([pdf, latin1('% more')]))).changes).toMatchObject([
      { kind: 'bytes-appended', allowed: false },
    ])
    const changed = update(pdf, { 4: base[6]! })
    const back = Buffer.concat([changed, latin1(`startxref\n${startxrefOf(pdf)}\n%%EOF\n`)])
    expect(isAccepted(await verify(back))).toBe(false)
    expect((await verify(update(changed, {}, { prev: startxrefOf(pdf) }))).problems.map(({ id }) => id)).toContain(
      'revision-bypassed',
    )
  })

  test('a signed revision whose cross-reference points behind it', async () => {
    const text = textOf(pdf)
    const rows = [...text.matchAll(/00000\d{5} 00000 n/g)]
    const row = rows[rows.length - 1]!
    expect(isAccepted(await verify(swapKept(pdf, row[0], '0000099999 00000 n')))).toBe(false)
  })
})

describe('no byte can be changed', () => {
  test.each([
    ['table', () => tableFile(base)],
    ['cross-reference stream', () => streamFile(base)],
  ])(
    'of a signed file with a %s',
    async (_, source) => {
      // As small a placeholder as the certificates allow: every byte of the file is changed, its zeros as well.
      const bytes = await signed(source(), { contentsBytes: 5120 })
      expect(isAccepted(await verify(bytes))).toBe(true)
      const accepted: number[] = []
      const start = textOf(bytes).lastIndexOf('/Contents <') + 11
      const end = textOf(bytes).indexOf('>', start)
      expect(textOf(bytes).slice(start, end)).toMatch(/0{1000}$/)
      for (let i = 0; i < bytes.length; i++) {
        const copy = Buffer.from(bytes)
        copy[i]! ^= [0x01, 0x20, 0x10, 0x80][i % 4]!
        const report = await verify(copy)
        // Outside of the CMS nothing is merely odd.
        const isCovered = i < start || i >= end
        if (isUnchanged(report) || (isCovered && isAccepted(report))) accepted.push(i)
      }
      expect(accepted.map((i) => `${i}: ${textOf(bytes).slice(i - 20, i + 5)}`)).toEqual([])
    },
    300_000,
  )
})
