import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { withFile } from './cli-error.ts'

const endings = /\.(der|cer|crt|pem|crl)$/i

/** Contents of the DER or PEM blocks of a file, or of all such files of a folder. */
export function readBlocks(path: string): Promise<readonly Uint8Array[]> {
  return withFile('cannot-read', async () => {
    const folder = (await stat(path)).isDirectory()
    const names = folder ? (await readdir(path)).filter((name) => endings.test(name)).sort() : undefined
    const files = names?.map((name) => join(path, name)) ?? [path]
    const contents = await Promise.all(files.map((file) => readFile(file)))
    return contents.flatMap(blocksOf)
  })
}

/** PEM text may hold several blocks; anything else is one DER block. RFC 7468. */
function blocksOf(content: Buffer): readonly Uint8Array[] {
  const text = content.toString('latin1')
  const blocks = [...text.matchAll(/-----BEGIN [A-Z0-9 ]+-----([A-Za-z0-9+/=\s]+)-----END [A-Z0-9 ]+-----/g)]
  if (blocks.length === 0) return [new Uint8Array(content)]
  return blocks.map(([, base64]) => new Uint8Array(Buffer.from(base64!, 'base64')))
}
