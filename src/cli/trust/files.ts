import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { latin1Text } from '../../bytes.ts'
import { CertificateError } from '../../errors.ts'
import { OcspResponse, RevocationList } from '../../revocation/index.ts'
import { Certificate } from '../../x509/index.ts'
import { readBounded } from '../bounded-file.ts'
import { usageError, withFile } from '../cli-error.ts'

/** What a file is expected to hold. */
interface Content {
  /** Label of its PEM blocks, RFC 7468. */
  readonly label: string
  /** Files of a folder that are read. */
  readonly endings: RegExp
  /** Longest file, bytes. */
  readonly maxBytes: number
}

const certificates: Content = { label: 'CERTIFICATE', endings: /\.(der|cer|crt|pem)$/i, maxBytes: 16_777_216 }
const lists: Content = { label: 'X509 CRL', endings: /\.(crl|der|pem)$/i, maxBytes: 500_000_000 }
const maxResponse = 1_048_576
const sequenceTag = 0x30

/**
 * Certificates of a file, or of all files of a folder: DER, or PEM with any number of them.
 *
 * @param form - the option or operand that names them, for the error.
 * @throws CliError `ERR_FILE`, `ERR_USAGE` when there are none; CertificateError for what is none.
 */
export async function readCertificates(path: string, form: string): Promise<readonly Certificate[]> {
  return (await readBlocks(path, certificates, form)).map((der) => Certificate.fromDer(der))
}

/** Revocation lists, read the same way. @throws as {@link readCertificates} does. */
export async function readLists(path: string, form: string): Promise<readonly RevocationList[]> {
  const found: RevocationList[] = []
  for (const der of await readBlocks(path, lists, form)) found.push(await RevocationList.load(der))
  return found
}

/** One OCSP response, DER. @throws CliError `ERR_FILE`; CertificateError when it is none. */
export async function readResponse(path: string): Promise<OcspResponse> {
  return OcspResponse.fromDer(await withFile('cannot-read', () => readBounded(path, maxResponse)))
}

async function readBlocks(path: string, content: Content, form: string): Promise<readonly Uint8Array[]> {
  const blocks = await withFile('cannot-read', async () => {
    const found: Uint8Array[] = []
    for (const file of await filesOf(path, content)) {
      for (const block of blocksOf(await readBounded(file, content.maxBytes), content)) found.push(block)
    }
    return found
  })
  if (blocks.length === 0) throw usageError('nothing-there', form)
  return blocks
}

async function filesOf(path: string, { endings }: Content): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && endings.test(entry.name))
    .map(({ name }) => join(path, name))
    .sort()
}

/** PEM text may hold several blocks, those of another label are left out; anything else is one DER block. */
function blocksOf(bytes: Uint8Array, { label }: Content): readonly Uint8Array[] {
  if (bytes[0] === sequenceTag) return [bytes]
  const text = latin1Text(bytes)
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)]
  if (blocks.length === 0) return [bytes]
  const wanted = blocks.filter(([, found]) => found === label)
  // A block left out because it is damaged could be the one list that names the certificate.
  if (text.split(`-----BEGIN ${label}-----`).length - 1 !== wanted.length) {
    throw new CertificateError('ERR_CERTIFICATE', 'a PEM block that is cut off or no base64')
  }
  return wanted.map(([, , base64]) => new Uint8Array(Buffer.from(base64!, 'base64')))
}
