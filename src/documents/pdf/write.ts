import { createHash, randomBytes } from 'node:crypto'
import { concat } from '../../bytes.ts'
import type { PdfFile } from './file.ts'
import {
  isArray,
  isDict,
  isRef,
  isStream,
  isString,
  type PdfDict,
  PdfFaultError,
  type PdfName,
  type PdfValue,
} from './objects.ts'

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

export const pdfName = (value: string): PdfName => ({ type: 'name', value })
export const pdfDict = (entries: Readonly<Record<string, PdfValue | undefined>>): PdfDict => ({
  type: 'dict',
  entries: new Map(Object.entries(entries).filter((one): one is [string, PdfValue] => one[1] !== undefined)),
})
/** A copy with other entries; `undefined` removes one. */
export function withEntries(dict: PdfDict, changes: Readonly<Record<string, PdfValue | undefined>>): PdfDict {
  const entries = new Map(dict.entries)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) entries.delete(key)
    else entries.set(key, value)
  }
  return { type: 'dict', entries }
}

/** A text string: ASCII as it is, else UTF-16BE with a mark. ISO 32000-2 7.9.2.2. */
export function pdfText(text: string): PdfValue {
  const plain = /^[\x20-\x7e]*$/.test(text)
  const bytes = plain ? latin1(text) : Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
  return { type: 'string', bytes, hex: !plain, start: 0, end: 0 }
}

/** Text of an object but a stream. */
export function serialized(value: PdfValue): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (isArray(value)) return `[${value.map(serialized).join(' ')}]`
  if (isRef(value)) return `${value.num} ${value.gen} R`
  if (isString(value)) return stringText(value.bytes)
  if (isStream(value)) throw new PdfFaultError('structure-damaged')
  if (isDict(value)) {
    return `<<${[...value.entries].map(([key, one]) => `${nameText(key)} ${serialized(one)}`).join('\n')}>>`
  }
  return nameText((value as PdfName).value)
}

function numberText(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(10) : text
}

const nameText = (name: string): string =>
  `/${name.replaceAll(/[^!-~]|[#()<>[\]{}/%]/g, (c) => `#${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}`

function stringText(bytes: Uint8Array): string {
  const plain = bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x28 && byte !== 0x29 && byte !== 0x5c)
  return plain ? `(${Buffer.from(bytes).toString('latin1')})` : `<${Buffer.from(bytes).toString('hex')}>`
}

/** An object to write: its text, or a stream. */
export interface PdfUpdate {
  readonly num: number
  readonly gen: number
  readonly value?: PdfValue | undefined
  /** Instead of `value`: written as it is, without `obj` and `endobj`. */
  readonly raw?: Uint8Array | undefined
  /** With a dictionary as `value`: the data of a stream. */
  readonly data?: Uint8Array | undefined
}

/** An incremental update, ISO 32000-2 7.5.6: the old bytes, and after them the objects with a cross-reference of the same kind. */
export interface PdfAppended {
  readonly bytes: Uint8Array
  /** Offsets of the objects by number. */
  readonly offsets: ReadonlyMap<number, number>
}

export function appended(file: PdfFile, updates: readonly PdfUpdate[]): PdfAppended {
  const { last } = file
  const parts: Uint8Array[] = [file.bytes]
  let at = file.bytes.length
  const push = (bytes: Uint8Array): void => {
    parts.push(bytes)
    at += bytes.length
  }
  // After what was appended before; a revision ends with the end of a line or without.
  const tail = file.bytes[at - 1]
  if (tail !== 0x0a && tail !== 0x0d) push(latin1('\n'))
  const offsets = new Map<number, number>()
  for (const { num, gen, value, raw, data } of updates) {
    offsets.set(num, at)
    push(latin1(`${num} ${gen} obj\n`))
    if (raw !== undefined) push(raw)
    else if (data === undefined) push(latin1(serialized(value!)))
    else {
      push(latin1(`${serialized(withEntries(value as PdfDict, { Length: data.length }))}\nstream\n`))
      push(data)
      push(latin1('\nendstream'))
    }
    push(latin1('\nendobj\n'))
  }
  const gens = new Map(updates.map(({ num, gen }) => [num, gen]))
  const startxref = at
  const trailer = trailerOf(file, Math.max(...offsets.keys()) + 1)
  if (last.sections[0]!.kind === 'stream') {
    const num = Math.max(trailer.size, ...offsets.keys())
    offsets.set(num, at)
    const runs = runsOf([...offsets.keys()])
    const data = concat(
      ...runs.flatMap(([first, count]) =>
        Array.from({ length: count }, (_, i) => {
          const row = Buffer.alloc(8)
          row[0] = 1
          row.writeUIntBE(offsets.get(first + i)!, 1, 5)
          row.writeUInt16BE(gens.get(first + i) ?? 0, 6)
          return row
        }),
      ),
    )
    const dict = pdfDict({ Type: pdfName('XRef'), ...trailer.entries, Size: num + 1, W: [1, 5, 2], Index: runs.flat() })
    push(latin1(`${num} 0 obj\n${serialized(withEntries(dict, { Length: data.length }))}\nstream\n`))
    push(data)
    push(latin1('\nendstream\nendobj\n'))
  } else {
    const tables = runsOf([...offsets.keys()]).map(([first, count]) => {
      const rows = Array.from({ length: count }, (_, i) => {
        const gen = String(gens.get(first + i) ?? 0).padStart(5, '0')
        return `${String(offsets.get(first + i)!).padStart(10, '0')} ${gen} n \n`
      })
      return `${first} ${count}\n${rows.join('')}`
    })
    const dict = pdfDict({ ...trailer.entries, Size: trailer.size })
    push(latin1(`xref\n${tables.join('')}trailer\n${serialized(dict)}\n`))
  }
  push(latin1(`startxref\n${startxref}\n%%EOF\n`))
  return { bytes: concat(...parts), offsets }
}

function trailerOf(file: PdfFile, size: number): { size: number; entries: Record<string, PdfValue | undefined> } {
  const { view, startxref } = file.last
  const { trailer } = view
  const known = trailer.get('Size')
  const id = view.resolve(trailer.get('ID'))
  const first = isArray(id) && isString(id[0]) ? id[0] : undefined
  const second = createHash('sha256').update(randomBytes(16)).digest().subarray(0, 16)
  const ID = first && [first, { type: 'string', bytes: second, hex: true, start: 0, end: 0 } as const]
  const entries = { Root: view.root, Info: trailer.get('Info'), ID, Prev: startxref }
  return { size: Math.max(size, Number.isSafeInteger(known) ? (known as number) : 0), entries }
}

/** Runs of consecutive numbers. */
function runsOf(numbers: readonly number[]): readonly [number, number][] {
  const runs: [number, number][] = []
  for (const num of [...numbers].sort((a, b) => a - b)) {
    const last = runs[runs.length - 1]
    if (last !== undefined && last[0] + last[1] === num) last[1]++
    else runs.push([num, 1])
  }
  return runs
}

/** The next free object number: above all that any cross-reference has. */
export function nextNumber(file: PdfFile): number {
  const size = file.last.view.trailer.get('Size')
  let next = Number.isSafeInteger(size) ? (size as number) : 1
  for (const [num] of file.last.view.entries) next = Math.max(next, num + 1)
  return next
}
