// A printer whose output tray is a folder: one PDF file per case. For trials, and as a pattern for a real printer.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pdfFile } from './pdf-pages.mjs'

const unfinished = /^\.[\w-]+\.[0-9a-f]{16}\.printing$/

/**
 * A printer for one terminal. Two terminals need two folders: `clear()` removes what another may be printing.
 *
 * @param folder created with mode 0700 if it is missing
 */
export function createFolderPrinter(folder) {
  return {
    /**
     * Prints the pages of one case as `CASE.pdf`, mode 0600. The file appears complete or not at all, and a case is
     * printed once: a second attempt does not replace the first.
     *
     * @param pages `{ content, mediaType }` each, in the order of printing
     * @param case its id: letters, digits, `-` and `_`, at most 128
     * @param signal aborts until the file appears
     * @returns `{ file }`, the path of the printed file
     * @throws RangeError for any other case id
     * @throws Error `ERR_ALREADY_PRINTED`, `ERR_PAGE_UNREADABLE`, or the reason of the signal
     */
    async print(pages, { case: id, signal }) {
      if (!/^[\w-]{1,128}$/.test(id)) throw new RangeError('a case id is letters, digits, - and _, at most 128')
      signal?.throwIfAborted()
      const content = await pdfFile(pages)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = join(folder, `${id}.pdf`)
      const part = join(folder, `.${id}.${randomBytes(8).toString('hex')}.printing`)
      try {
        const handle = await open(part, 'wx', 0o600)
        try {
          await handle.writeFile(content)
          await handle.sync()
        } finally {
          await handle.close()
        }
        signal?.throwIfAborted()
        // Unlike a rename, a link never replaces a file.
        await link(part, file)
      } catch (error) {
        if (error.code !== 'EEXIST') throw error
        throw Object.assign(new Error('the case has been printed before'), { code: 'ERR_ALREADY_PRINTED' })
      } finally {
        await rm(part, { force: true })
      }
      return { file }
    },

    /** Removes what interrupted printing left, such as after a power failure. Printed files stay in the tray. */
    async clear() {
      const names = await readdir(folder).catch((error) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      for (const name of names) if (unfinished.test(name)) await rm(join(folder, name), { force: true })
    },
  }
}
