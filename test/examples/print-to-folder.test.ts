import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PdfPage } from '../../examples/pdf-pages.mjs'
import { createFolderPrinter } from '../../examples/print-to-folder.mjs'
import { composeResidenceRecord, sampleResidents } from '../../examples/residence-record.mjs'
import { textOfPages } from './page-text.mjs'

const folders: string[] = []
const tray = () => {
  const folder = mkdtempSync(join(tmpdir(), 'tray-'))
  folders.push(folder)
  return join(folder, 'tray')
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('a printer whose tray is a folder', () => {
  let pages: readonly PdfPage[]
  beforeAll(async () => {
    const order = { subject: 'holder', caseId: 'case', issuedOn: '2026-11-30' }
    pages = (await composeResidenceRecord(sampleResidents[1]!, order)).pages
  })

  test('writes one file of all pages under the case id, readable by its owner only', async () => {
    const folder = tray()
    const { file } = await createFolderPrinter(folder).print(pages, { case: 'c4J9-_x' })
    expect(file).toBe(join(folder, 'c4J9-_x.pdf'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const texts = await textOfPages(readFileSync(file))
    expect(texts.map((text) => /\d／\d/.exec(text)?.[0])).toEqual(['1／2', '2／2'])
    expect(readdirSync(folder)).toEqual(['c4J9-_x.pdf'])
  })

  test('prints a case once, also when two attempts run at once', async () => {
    const folder = tray()
    const printer = createFolderPrinter(folder)
    const attempts = await Promise.allSettled([1, 2, 3].map(() => printer.print(pages, { case: 'one' })))
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    await expect(printer.print(pages, { case: 'one' })).rejects.toMatchObject({ code: 'ERR_ALREADY_PRINTED' })
    expect(readdirSync(folder)).toEqual(['one.pdf'])
  })

  test.each(['../x', 'a/b', '.', '', 'a b', 'x'.repeat(129), 'a\0'])('refuses the case id %j', async (id) => {
    await expect(createFolderPrinter(tray()).print(pages, { case: id })).rejects.toThrow(RangeError)
  })

  test('leaves nothing when it is aborted, or given a damaged page', async () => {
    const folder = tray()
    const printer = createFolderPrinter(folder)
    const abort = new AbortController()
    const job = printer.print(pages, { case: 'late', signal: abort.signal })
    abort.abort(new Error('the visit ended'))
    await expect(job).rejects.toThrow('the visit ended')
    await expect(
      printer.print(pages, { case: 'late', signal: AbortSignal.abort(new Error('before')) }),
    ).rejects.toThrow('before')
    await expect(printer.print([], { case: 'none' })).rejects.toMatchObject({ code: 'ERR_PAGE_UNREADABLE' })
    await printer.print(pages, { case: 'next' })
    expect(readdirSync(folder)).toEqual(['next.pdf'])
  })

  test('clears what an interrupted print left, and nothing else', async () => {
    const folder = tray()
    const printer = createFolderPrinter(folder)
    await printer.clear()
    await printer.print(pages, { case: 'finished' })
    for (const name of ['.case-1.0123456789abcdef.printing', '.other', 'note.printing']) {
      writeFileSync(join(folder, name), 'x')
    }
    await printer.clear()
    expect(readdirSync(folder).sort()).toEqual(['.other', 'finished.pdf', 'note.printing'])
  })
})
