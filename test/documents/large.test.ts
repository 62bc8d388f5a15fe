import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOfStream } from '../../src/documents/index.ts'
import { compile } from '../support/compiled.ts'

const mebibyte = 1_048_576
const source = compile('documents-digest', ['src/documents/digest.ts'])('src/documents/digest.js')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'large-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a content as a stream', () => {
  test('is hashed as it comes', async () => {
    const seen: number[] = []
    async function* parts() {
      yield Buffer.from('ab')
      yield Buffer.from('c')
    }
    const { digests, bytes } = await digestOfStream(parts(), ['SHA-256', 'SHA-512'], {
      onProgress: (so) => seen.push(so),
    })
    expect(Buffer.from(digests['SHA-256']!).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(digests['SHA-512']).toHaveLength(64)
    expect([bytes, ...seen]).toEqual([3, 2, 3])
    await expect(digestOfStream(parts(), ['MD5' as never])).rejects.toThrow(TypeError)
  })

  test('of 1 GiB takes no more memory than one of 64 MiB', () => {
    const file = join(folder, 'sparse')
    writeFileSync(file, '')
    const program = `
      import { createReadStream } from 'node:fs'
      import { digestOfStream } from ${JSON.stringify(source)}
      let most = 0
      const onProgress = () => { most = Math.max(most, process.memoryUsage().rss) }
      await digestOfStream(createReadStream(process.argv[1], { highWaterMark: 1048576 }), ['SHA-256'], { onProgress })
      console.log(most)`
    const peak = (size: number): number => {
      truncateSync(file, size)
      const run = spawnSync(process.execPath, ['--input-type=module', '-e', program, file], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      return Number(run.stdout) / mebibyte
    }
    const small = peak(64 * mebibyte)
    expect(peak(1024 * mebibyte)).toBeLessThan(small + 48)
  })
})
