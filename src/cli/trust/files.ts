import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CertificateError } from '../../errors.ts'
import {
  Certificate,
  derBlocks,
  mistakenContent,
  OcspResponse,
  type PemLabel,
  RevocationList,
} from '../../pki/index.ts'
import { readBounded } from '../bounded-file.ts'
import { CliError, usageError, withFile } from '../cli-error.ts'

/** Expected content of a file. */
interface Content<T> {
  /** Label of its PEM blocks, RFC 7468. */
  readonly label: PemLabel
  /** Files of a folder that are read. */
  readonly endings: RegExp
  /** Longest file, bytes. */
  readonly maxBytes: number
  /** Parses one block. */
  load(der: Uint8Array): T | Promise<T>
}

const certificates: Content<Certificate> = {
  label: 'CERTIFICATE',
  endings: /\.(der|cer|crt|pem)$/i,
  maxBytes: 16_777_216,
  load: (der) => Certificate.fromDer(der),
}
const lists: Content<RevocationList> = {
  label: 'X509 CRL',
  endings: /\.(crl|der|pem)$/i,
  maxBytes: 500_000_000,
  load: (der) => RevocationList.load(der),
}
const maxResponse = 1_048_576
/** Skipped files of a folder named in an error, at most. */
const mostNamed = 3

/**
 * Certificates of a file, or of all files of a folder except hidden ones: DER, or PEM with any number of them.
 *
 * @param form - the option or operand that names them, for the error.
 * @throws CliError `ERR_FILE`, `ERR_USAGE` when there are none; CertificateError for invalid content. Each names the
 *   file of a folder.
 */
export function readCertificates(path: string, form: string): Promise<readonly Certificate[]> {
  return readAll(path, certificates, form)
}

/** Revocation lists, read in the same way. @throws as {@link readCertificates} does. */
export function readLists(path: string, form: string): Promise<readonly RevocationList[]> {
  return readAll(path, lists, form)
}

/** One OCSP response, DER. @throws CliError `ERR_FILE`; CertificateError for invalid content. */
export async function readResponse(path: string): Promise<OcspResponse> {
  const bytes = await withFile('cannot-read', () => readBounded(path, maxResponse))
  const mistaken = mistakenContent(bytes)
  if (mistaken !== undefined) throw new CertificateError('ERR_CERTIFICATE', `not an OCSP response, but ${mistaken}`)
  return OcspResponse.fromDer(bytes)
}

async function readAll<T>(path: string, content: Content<T>, form: string): Promise<readonly T[]> {
  const { isFolder, files, others } = await withFile('cannot-read', () => filesOf(path, content))
  const found: T[] = []
  const labels: string[] = []
  for (const file of files) {
    await naming(isFolder ? shown(file) : undefined, async () => {
      const bytes = await withFile('cannot-read', () => readBounded(file, content.maxBytes))
      const read = derBlocks(bytes, content.label)
      for (const der of read.blocks) found.push(await content.load(der))
      if (read.blocks.length === 0) labels.push(`${isFolder ? `${shown(file)}: ` : ''}PEM of ${read.labels.join(', ')}`)
    })
  }
  if (found.length > 0) return found
  const [first, ...more] = [...labels, ...others.map(shown)].slice(0, mostNamed)
  throw usageError('nothing-there', first === undefined ? form : `${form} (${[first, ...more].join('; ')})`)
}

async function filesOf(path: string, { endings }: Content<unknown>) {
  if (!(await stat(path)).isDirectory()) return { isFolder: false, files: [path], others: [] }
  const entries = await readdir(path, { withFileTypes: true })
  // Hidden files belong to the system: macOS puts `._name.der` beside each file it copies.
  const visible = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
  const names = visible.map(({ name }) => name).sort()
  return {
    isFolder: true,
    files: names.filter((name) => endings.test(name)).map((name) => join(path, name)),
    others: names.filter((name) => !endings.test(name)),
  }
}

/** Name of a file of a folder, on one line. */
function shown(file: string): string {
  return basename(file).replaceAll(/\p{C}/gu, '?')
}

/** Adds the name of a file to errors about it. */
async function naming(name: string | undefined, body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    if (name === undefined) throw error
    if (error instanceof CliError) throw new CliError(error.code, error.problem, error.subject, name)
    if (!(error instanceof CertificateError)) throw error
    throw new CertificateError(error.code, `${name}: ${error.message}`, { cause: error })
  }
}
