import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../support/compiled.ts'
import { base, type Objects, stream, tableFile, update } from './files.ts'

/*
 * How memory is bounded: a process of its own, whose heap may not become larger than this, verifies the file and writes the
 * identifiers of the problems. A process that needs more ends with an error.
 */
const run = promisify(execFile)
const program = `
import { readFileSync } from 'node:fs'
const [, , documents, path] = process.argv
const { verifyPdf } = await import(documents)
const trust = { anchors: [], revocation: { mode: 'none' } }
const { problems, signatures } = await verifyPdf(new Uint8Array(readFileSync(path)), { trust })
process.stdout.write(JSON.stringify([...problems.map(({ id }) => id), signatures.length]))
`

/** With a signature dictionary, so that later revisions are compared. */
const signedBase: Objects = {
  ...base,
  7: '<</Fields[8 0 R 14 0 R]>>',
  13: '<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>',
  14: '<</FT/Sig/T(a)/V 13 0 R>>',
}
const count = 100_000
const numbers = Array.from({ length: count }, (_, i) => i + 50)
const references = numbers.map((num) => `${num} 0 R`).join(' ')
const many = (text: (num: number) => string): Objects => Object.fromEntries(numbers.map((num) => [num, text(num)]))

const files: Readonly<
  Record<string, readonly [megabytes: number, make: () => Uint8Array, problems: readonly unknown[]]>
> = {
  '100 000 objects, all of them in use': [
    112,
    () =>
      update(tableFile(signedBase), {
        9: `<</Type/Outlines/X[${references}]>>`,
        ...many((num) => `<</A ${num}/B[1 0 R]/C(x)>>`),
      }),
    ['change-not-allowed', 1],
  ],
  'a million dictionaries in three objects': [
    112,
    () =>
      update(tableFile(signedBase), {
        50: `[${'<</A 1>>'.repeat(333_000)}]`,
        51: `[${'<<>>'.repeat(333_000)}]`,
        52: `[${'<<>>'.repeat(333_000)}]`,
      }),
    ['too-complex', 0],
  ],
  'a million strings': [
    112,
    () =>
      update(tableFile(signedBase), {
        50: `[${'()'.repeat(190_000)}]`,
        51: `[${'()'.repeat(190_000)}]`,
        52: stream(''),
      }),
    [1],
  ],
  '100 revisions of 50 000 objects': [
    112,
    () => {
      let bytes: Uint8Array = tableFile({
        ...signedBase,
        ...Object.fromEntries(numbers.slice(0, 50_000).map((num) => [num, '1'])),
      })
      for (let i = 0; i < 100; i++) bytes = update(bytes, { 49: String(i) })
      return bytes
    },
    [1],
  ],
}

describe('a hostile PDF is verified with a bounded heap', () => {
  let folder = ''
  let documents = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pdf-memory-'))
    documents = compile('pdf-memory', ['src/documents/pdf/index.ts'])('src/documents/pdf/index.js')
    writeFileSync(join(folder, 'verify.mjs'), program)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(Object.keys(files))('%s', async (name) => {
    const [megabytes, make, problems] = files[name]!
    writeFileSync(join(folder, 'in.pdf'), make())
    const args = [`--max-old-space-size=${megabytes}`, join(folder, 'verify.mjs'), documents, join(folder, 'in.pdf')]
    const { stdout } = await run(process.execPath, args, { cwd: fileURLToPath(new URL('../../../', import.meta.url)) })
    expect(JSON.parse(stdout)).toEqual(problems)
  })
})
