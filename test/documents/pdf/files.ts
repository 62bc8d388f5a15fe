import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { type DocumentTrust, keyDocumentSigner } from '../../../src/documents/index.ts'
import { type SignPdfOptions, signPdf } from '../../../src/documents/pdf/index.ts'
import { Certificate } from '../../../src/pki/index.ts'
import { requireAll } from '../../support/require-all.ts'
import { identity } from '../../support/virtual.ts'

/* PDF files written by hand, as an attacker would: shares nothing with the writer it tests. */

export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Objects by number: what is between `obj` and `endobj`. */
export type Objects = Readonly<Record<number, string>>

export const stream = (data: string, more = ''): string =>
  `<</Length ${data.length}${more}>>\nstream\n${data}\nendstream`

/** A page with one line, a form with a text field, an outline, and an object nothing refers to. */
export const base: Objects = {
  1: '<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R/Outlines 9 0 R>>',
  2: '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 200]>>',
  3: '<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X1 12 0 R>>>>/Annots[8 0 R]>>',
  4: stream('BT /F1 12 Tf 20 100 Td (pay 100 yen) Tj ET'),
  5: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  6: stream('BT /F1 12 Tf 20 100 Td (pay 999 yen) Tj ET'),
  7: '<</Fields[8 0 R]>>',
  8: '<</Type/Annot/Subtype/Widget/FT/Tx/T(place)/Rect[20 20 200 40]/F 4/P 3 0 R>>',
  9: '<</Type/Outlines/First 10 0 R/Last 10 0 R/Count 1>>',
  10: '<</Title(one)/Parent 9 0 R/Dest[3 0 R /Fit]>>',
  11: '<</Producer(test)/ModDate(D:20250101000000Z)>>',
  12: stream('0 0 1 1 re', '/Type/XObject/Subtype/Form/BBox[0 0 1 1]'),
}

export interface FileOptions {
  /** What is in the trailer besides. */
  readonly trailer?: string
  readonly root?: number
  readonly header?: string
}

export function tableFile(objects: Objects, options: FileOptions = {}): Buffer {
  return update(latin1(options.header ?? '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'), objects, { prev: undefined, ...options })
}

/** One more revision with a table. */
export function update(
  before: Uint8Array,
  objects: Objects,
  options: FileOptions & { readonly prev?: number | undefined; readonly free?: readonly number[] } = {},
): Buffer {
  const parts: Uint8Array[] = [before]
  let at = before.length
  const rows = new Map<number, string>((options.free ?? []).map((num) => [num, '0000000000 00001 f \n']))
  for (const [num, text] of Object.entries(objects)) {
    rows.set(Number(num), `${String(at).padStart(10, '0')} 00000 n \n`)
    const bytes = latin1(`${num} 0 obj\n${text}\nendobj\n`)
    parts.push(bytes)
    at += bytes.length
  }
  const isFirst = 'prev' in options && options.prev === undefined
  const prev = 'prev' in options ? options.prev : startxrefOf(before)
  if (isFirst) rows.set(0, '0000000000 65535 f \n')
  const table = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([num, row]) => `${num} 1\n${row}`)
    .join('')
  const sizes = [...textOf(before).matchAll(/\/Size (\d+)/g)].map(([, size]) => Number(size))
  const size = Math.max(...sizes, ...[...rows.keys()].map((num) => num + 1))
  const trailer = `/Size ${size}/Root ${options.root ?? 1} 0 R/Info 11 0 R${prev === undefined ? '' : `/Prev ${prev}`}`
  parts.push(latin1(`xref\n${table}trailer\n<<${trailer}${options.trailer ?? ''}>>\nstartxref\n${at}\n%%EOF\n`))
  return Buffer.concat(parts)
}

export const startxrefOf = (bytes: Uint8Array): number =>
  Number([...textOf(bytes).matchAll(/startxref\s+(\d+)/g)].at(-1)![1])

/** A file with a cross-reference stream, and all objects that may be in an object stream. */
export function streamFile(objects: Objects, indirect = false): Buffer {
  const packed = Object.entries(objects).filter(([, text]) => !text.includes('\nstream\n'))
  const plain = Object.entries(objects).filter(([, text]) => text.includes('\nstream\n'))
  const [host, xref, length] = [30, 31, 32]
  const parts: Uint8Array[] = [latin1('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')]
  let at = parts[0]!.length
  const rows = new Map<number, readonly [number, number, number]>([[0, [0, 0, 65_535]]])
  const put = (num: number, head: string, data?: Uint8Array): void => {
    rows.set(num, [1, at, 0])
    const tail = data === undefined ? '\nendobj\n' : '\nendstream\nendobj\n'
    const bytes = Buffer.concat([latin1(`${num} 0 obj\n${head}`), data ?? latin1(''), latin1(tail)])
    parts.push(bytes)
    at += bytes.length
  }
  for (const [num, text] of plain) put(Number(num), text)
  let offset = 0
  const heads = packed.map(([num, text]) => {
    const head = `${num} ${offset}`
    offset += text.length + 1
    return head
  })
  const content = `${heads.join(' ')} \n${packed.map(([, text]) => text).join(' ')}`
  const data = deflateSync(latin1(content))
  for (const [i, [num]] of packed.entries()) rows.set(Number(num), [2, host, i])
  const first = heads.join(' ').length + 2
  if (indirect) put(length, String(data.length))
  const size = indirect ? `${length} 0 R` : data.length
  put(host, `<</Type/ObjStm/N ${packed.length}/First ${first}/Filter/FlateDecode/Length ${size}>>\nstream\n`, data)
  rows.set(xref, [1, at, 0])
  const table = Buffer.concat(
    Array.from({ length: 33 }, (_, num) => {
      const [type, second, third] = rows.get(num) ?? [0, 0, 0]
      const row = Buffer.alloc(7)
      row[0] = type
      row.writeUInt32BE(second, 1)
      row.writeUInt16BE(third, 5)
      return row
    }),
  )
  const start = at
  put(xref, `<</Type/XRef/Size 33/W[1 4 2]/Root 1 0 R/Info 11 0 R/Length ${table.length}>>\nstream\n`, table)
  parts.push(latin1(`startxref\n${start}\n%%EOF\n`))
  return Buffer.concat(parts)
}

/** Trust in the certificates of the virtual cards, without revocation. */
export async function trust(): Promise<DocumentTrust> {
  const { signCa } = await identity()
  return {
    anchors: [Certificate.fromDer(signCa.certificate)],
    revocation: { mode: 'none' },
    use: 'sign',
    hierarchies: ['virtual'],
  }
}

export async function signed(bytes: Uint8Array, options: SignPdfOptions = {}): Promise<Buffer> {
  const { sign, signCa } = await identity()
  const signer = keyDocumentSigner(sign.privateKey, sign.certificate, signCa.certificate)
  const { pdf } = await signPdf(bytes, signer, options)
  return Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length)
}

export interface Run {
  readonly code: number | null
  readonly text: string
}

/** Runs a program on a file. */
export function runOn(bytes: Uint8Array, program: string, ...args: readonly string[]): Run {
  const folder = mkdtempSync(join(tmpdir(), 'pdf-'))
  try {
    const path = join(folder, 'a.pdf')
    writeFileSync(path, bytes)
    const env = { ...process.env, LC_ALL: 'C', HOME: folder }
    const { status, stdout, stderr } = spawnSync(program, [...args, path], { encoding: 'utf8', cwd: folder, env })
    return { code: status, text: `${stdout}${stderr}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What qpdf makes of a file. */
export function qpdf(bytes: Uint8Array, ...args: readonly string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pdf-'))
  try {
    writeFileSync(join(folder, 'a.pdf'), bytes)
    const { status, stderr } = spawnSync('qpdf', [...args, 'a.pdf', 'b.pdf'], { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return readFileSync(join(folder, 'b.pdf'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether the other programs are there. @throws Error where the gate runs and they are not. */
export function programsPresent(): boolean {
  const present = ['pdfsig', 'qpdf'].every(
    (name) => spawnSync(name, [name === 'qpdf' ? '--version' : '-v']).status === 0,
  )
  if (!present && requireAll) throw new Error('these tests need pdfsig (poppler-utils) and qpdf')
  return present
}
