import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DocumentTrust } from '../../../src/documents/index.ts'
import { signPdf, verifyPdf } from '../../../src/documents/pdf/index.ts'
import { JpkiCardError } from '../../../src/errors.ts'
import { base, latin1, signed, stream, streamFile, tableFile, textOf, trust, update } from './files.ts'

let trusted: DocumentTrust
let samples: readonly Buffer[]
beforeAll(async () => {
  trusted = await trust()
  const filled = { 8: base[8]!.replace('/F 4', '/F 4/V(Tokyo)') }
  samples = [
    await signed(tableFile(base)),
    await signed(streamFile(base)),
    update(await signed(tableFile(base)), filled),
  ]
})

const bomb = deflateSync(Buffer.alloc(100 << 20))
const rows = (count: number, row: string): string => row.repeat(count)
const file = (body: string, startxref = 9): Buffer => latin1(`%PDF-1.7\n${body}\nstartxref\n${startxref}\n%%EOF\n`)

/** 20 000 fields that were added after the signature. */
const manyFields: Record<number, string> = {
  7: `<</Fields[8 0 R ${Array.from({ length: 20_000 }, (_, i) => `${i + 50} 0 R`).join(' ')}]>>`,
  ...Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i + 50, `<</FT/Tx/T(f${i})>>`])),
}

const hostile: Record<string, () => Buffer> = {
  'deep arrays': () => tableFile({ ...base, 1: '['.repeat(500_000) }),
  'deep dictionaries': () => tableFile({ ...base, 1: '<</A'.repeat(200_000) }),
  'a string without end': () => tableFile({ ...base, 1: `(${'a'.repeat(1 << 20)}` }),
  'brackets without end': () => tableFile({ ...base, 1: '('.repeat(1 << 20) }),
  'a million values': () => tableFile({ ...base, 1: `<</A[${'1 '.repeat(2_000_000)}]>>` }),
  'a circle of cross-references': () => file('xref\n0 0\ntrailer\n<</Root 1 0 R/Prev 9>>'),
  'a chain of cross-references': () => {
    let bytes: Buffer = tableFile(base)
    const parts: string[] = []
    let prev = Number(/startxref\n(\d+)/.exec(textOf(bytes))![1])
    let at = bytes.length
    for (let i = 0; i < 5000; i++) {
      const part = `xref\n0 0\ntrailer\n<</Root 1 0 R/Prev ${prev}>>\nstartxref\n${at}\n%%EOF\n`
      parts.push(part)
      prev = at
      at += part.length
    }
    bytes = Buffer.concat([bytes, latin1(parts.join(''))])
    return bytes
  },
  'a table of eight million objects': () => file('xref\n0 8000000\n0000000000 65535 f \ntrailer\n<<>>'),
  'a table of 500 000 rows': () =>
    file(`xref\n0 500000\n${rows(500_000, '0000000009 00000 n \n')}trailer\n<</Root 1 0 R/Size 1>>`),
  'a stream that inflates to 100 MiB': () =>
    Buffer.concat([
      latin1(`%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 1/Filter/FlateDecode/Length ${bomb.length}>>\nstream\n`),
      bomb,
      latin1('\nendstream\nendobj\nstartxref\n9\n%%EOF\n'),
    ]),
  'many ends of files': () => file('startxref\n9\n%%EOF\n'.repeat(50_000)),
  'many words of ends': () => file('%%EOF'.repeat(500_000)),
  'a page tree with shared kids': () =>
    update(samples[0]!, { 2: `<</Type/Pages/Kids[${'3 0 R '.repeat(100_000)}]/Count 1>>` }),
  'many pages exchanged': () =>
    update(samples[0]!, {
      2: `<</Type/Pages/Kids[${Array.from({ length: 100_000 }, (_, i) => `${i + 50} 0 R`).join(' ')}]>>`,
    }),
  'many fields': () => update(samples[0]!, manyFields),
  'many annotations': () =>
    update(samples[0]!, {
      3: base[3]!.replace('[8 0 R]', `[${Array.from({ length: 200_000 }, (_, i) => `${i + 50} 0 R`).join(' ')}]`),
    }),
  'lengths that refer to each other': () =>
    tableFile({ ...base, 4: stream('a').replace('1', '16 0 R'), 16: '17 0 R', 17: '16 0 R' }),
  'a length that is the stream': () => tableFile({ ...base, 1: '<</Length 1 0 R>>\nstream\na\nendstream' }),
  'fields in a circle': () => tableFile({ ...base, 8: '<</FT/Sig/T(a)/Kids[8 0 R]>>' }),
}

describe('hostile files end as reports, in bounded time', () => {
  test.each(Object.keys(hostile))('%s', async (name) => {
    const bytes = hostile[name]!()
    const start = performance.now()
    const used = process.cpuUsage()
    const report = await verifyPdf(bytes, { trust: trusted })
    const { user, system } = process.cpuUsage(used)
    // What other processes take of the machine does not count; nor do other threads.
    const ms = Math.min(performance.now() - start, (user + system) / 1000)
    expect(report.format).toBe('pdf')
    expect([...report.problems, ...report.changes.filter(({ allowed }) => !allowed)].length).toBeGreaterThan(0)
    expect(ms, 'milliseconds').toBeLessThan(3000)
  })
})

describe('changed at random', () => {
  const mutation = fc.record({
    sample: fc.nat(2),
    edits: fc.array(fc.record({ at: fc.nat(), length: fc.nat(40), bytes: fc.uint8Array({ maxLength: 40 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
    from: fc.nat(),
  })
  const mutated = ({ sample, edits, from }: typeof mutation extends fc.Arbitrary<infer T> ? T : never): Buffer => {
    let bytes: Buffer = samples[sample]!
    for (const { at, length, bytes: inserted } of edits) {
      const position = at % bytes.length
      // Now and then a piece of the file itself.
      const piece =
        inserted.length % 3 === 0 ? bytes.subarray(from % bytes.length, (from % bytes.length) + length) : inserted
      bytes = Buffer.concat([bytes.subarray(0, position), piece, bytes.subarray(position + length)])
    }
    return bytes
  }

  test('verification never throws, and never accepts what was signed as something else', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async (plan) => {
        const bytes = mutated(plan)
        const report = await verifyPdf(bytes, { trust: trusted })
        const original = samples[plan.sample]!
        for (const { coverage, integrity } of report.signatures) {
          if (integrity !== 'intact') continue
          // Intact: the covered bytes are those that were signed.
          for (const { start, length } of coverage.byteRanges ?? []) {
            expect(bytes.subarray(start, start + length).equals(original.subarray(start, start + length))).toBe(true)
          }
        }
      }),
      { numRuns: 400 },
    )
  })

  test('signing throws coded errors only', async () => {
    const signer = { sign: () => Promise.reject(new RangeError('asked')) }
    await fc.assert(
      fc.asyncProperty(mutation, async (plan) => {
        const error = await signPdf(mutated(plan), signer).catch((reason: unknown) => reason)
        expect(error instanceof JpkiCardError || (error as Error).message === 'asked').toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
