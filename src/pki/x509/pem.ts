import { setImmediate } from 'node:timers/promises'
import { concat, decodeText, latin1Text } from '../../bytes.ts'
import { CertificateError } from '../../errors.ts'

/** Supported PEM labels, RFC 7468 5 and 6. */
export type PemLabel = 'CERTIFICATE' | 'X509 CRL'

const nouns: Readonly<Record<PemLabel, string>> = { CERTIFICATE: 'a certificate', 'X509 CRL': 'a revocation list' }
const sequenceTag = 0x30
/** Bytes by which a kind of file is recognised. */
const beginning = 1024
/** Characters decoded before yielding to the event loop. */
const sliceLength = 1_048_576

/**
 * DER blocks of a file: the file itself, or its PEM blocks of one label. Blocks with another label, such as a key, are
 * ignored.
 *
 * @returns the blocks, and the labels found if none matches.
 * @throws CertificateError `ERR_CERTIFICATE` for a damaged block, for one with the wanted content in another form, and
 *   for a file of another kind, saying which.
 */
export function derBlocks(
  bytes: Uint8Array,
  label: PemLabel,
): { readonly blocks: readonly Uint8Array[]; readonly labels: readonly string[] } {
  const mistaken = mistakenContent(bytes)
  if (mistaken !== undefined) throw new CertificateError('ERR_CERTIFICATE', `not ${nouns[label]}, but ${mistaken}`)
  if (bytes[0] === sequenceTag) return { blocks: [bytes], labels: [] }
  const text = latin1Text(bytes)
  const found = [...text.matchAll(/-----BEGIN ([A-Z0-9. ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)]
  const wanted = found.filter(([, one]) => one === label)
  // Ignoring a damaged block could drop the list that revokes the certificate.
  if (text.split(`-----BEGIN ${label}-----`).length - 1 !== wanted.length) {
    throw new CertificateError('ERR_CERTIFICATE', 'a PEM block that is cut off or not base64')
  }
  const labels = [...new Set([...text.matchAll(/-----BEGIN ([A-Z0-9. ]+)-----/g)].map(([, one]) => one!))]
  for (const one of labels) {
    const remedy = otherForms[label][one]
    if (remedy !== undefined) {
      throw new CertificateError('ERR_CERTIFICATE', `PEM blocks are labelled ${one}, not ${label}: ${remedy}`)
    }
  }
  if (labels.length === 0) return { blocks: [bytes], labels }
  return { blocks: wanted.map(([, , base64]) => new Uint8Array(Buffer.from(base64!, 'base64'))), labels }
}

/**
 * DER of the PEM blocks of one label in a file of up to hundreds of megabytes: one block at a time, decoded in slices
 * that yield to the event loop.
 *
 * @param refusal - makes the error for a truncated block or invalid base64. Its argument completes "not what it should
 *   be:".
 */
export async function* derBlocksInTurns(
  content: Uint8Array,
  label: PemLabel,
  refusal: (reason: string) => Error,
): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`]
  for (let at = bytes.indexOf(begin); at >= 0; at = bytes.indexOf(begin, at)) {
    const to = bytes.indexOf(end, at)
    if (to < 0) throw refusal('a PEM block without its end')
    yield await decodeInTurns(bytes.subarray(at + begin.length, to), refusal)
    at = to + end.length
  }
}

async function decodeInTurns(text: Buffer, refusal: (reason: string) => Error): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let left = ''
  for (let at = 0; at < text.length; at += sliceLength) {
    const digits = left + text.toString('latin1', at, at + sliceLength).replaceAll(/[\r\n\t ]+/g, '')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) throw refusal('PEM that is not base64')
    const whole = digits.length - (digits.length % 4)
    left = digits.slice(whole)
    parts.push(Buffer.from(digits.slice(0, whole), 'base64'))
    await setImmediate()
  }
  if (left !== '') throw refusal('PEM that is cut off')
  return concat(...parts)
}

const oldLabel = 'an old label, RFC 7468 5; change it in the file'
const container = 'a container; take the certificates or lists out with openssl pkcs7 -print_certs'

/**
 * Labels of blocks with the wanted content in another form. RFC 7468 5: parsers should not treat `X509 CERTIFICATE` and
 * `X.509 CERTIFICATE` as `CERTIFICATE`. Ignoring them silently would drop an anchor or a list.
 */
const otherForms: Readonly<Record<PemLabel, Readonly<Record<string, string>>>> = {
  CERTIFICATE: {
    'X509 CERTIFICATE': oldLabel,
    'X.509 CERTIFICATE': oldLabel,
    'TRUSTED CERTIFICATE': 'a form of OpenSSL; write it again with openssl x509',
    'CERTIFICATE REQUEST': 'a request for a certificate',
    'NEW CERTIFICATE REQUEST': 'a request for a certificate',
    'ATTRIBUTE CERTIFICATE': 'it has no key',
    PKCS7: container,
    'PKCS #7 SIGNED DATA': container,
    CMS: container,
  },
  'X509 CRL': {
    CRL: oldLabel,
    'X.509 CRL': oldLabel,
    PKCS7: container,
    'PKCS #7 SIGNED DATA': container,
    CMS: container,
  },
}

/** First bytes of file types often confused with certificates or lists. */
const signatures: readonly (readonly [start: readonly number[], kind: string])[] = [
  [[0x00, 0x05, 0x16, 0x07], 'a file of macOS about another file (._)'],
  [[0x00, 0x05, 0x16, 0x00], 'a file of macOS about another file (._)'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive: unpack it'],
  [[0x1f, 0x8b], 'a gzip archive: unpack it'],
  [[0xfe, 0xed, 0xfe, 0xed], 'a Java key store'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'a compound file of Windows, such as Thumbs.db'],
]

/** OBJECT IDENTIFIER 1.2.840.113549.1.7.2, signed data of PKCS #7. */
const signedData = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
/** INTEGER 3, the version of PKCS #12. */
const versionThree = [0x02, 0x01, 0x03]

/** Recognised kind of a file that is neither DER of a certificate or list nor PEM. */
export function mistakenContent(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'an empty file'
  if (bytes[0] === sequenceTag) return otherDer(bytes)
  const known = signatures.find(([start]) => startsWith(bytes, start, 0))
  if (known !== undefined) return known[1]
  const decoded = decodeText(bytes.subarray(0, beginning))
  if ('encoding' in decoded) return `${decoded.encoding} text: save it as UTF-8`
  const head = latin1Text(bytes, 0, Math.min(bytes.length, beginning)).replace(/^ï»¿/, '').trimStart()
  if (/^<(?:!doctype html|html|head|body|!--)/i.test(head)) return 'an HTML page: download the file itself'
  if (head.startsWith('<?xml')) return 'an XML document'
  if (head.trim() === '') return 'a file of blanks'
  if (head.startsWith('LS0tLS1CRUdJTi')) return 'PEM in base64 once more'
  return /^M[A-Za-z0-9+/\s]{11,}=*\s*$/.test(head)
    ? 'base64 without the lines BEGIN and END of PEM'
    : damagedArmour(bytes)
}

function damagedArmour(bytes: Uint8Array): string | undefined {
  const text = latin1Text(bytes, 0, Math.min(bytes.length, 65_536))
  if (text.includes('-----BEGIN ') || !/BEGIN (?:X\.?509 )?(?:TRUSTED )?C(?:ERTIFICATE|RL)/i.test(text))
    return undefined
  return 'PEM whose line BEGIN was changed: five hyphens, BEGIN, the label, five hyphens'
}

/** Other structures of PKIX that begin with a SEQUENCE. */
function otherDer(bytes: Uint8Array): string | undefined {
  const header = (bytes[1]! & 0x80) === 0 ? 2 : 2 + (bytes[1]! & 0x7f)
  if (startsWith(bytes, signedData, header)) return 'PKCS #7 (.p7b): take the certificates or lists out'
  if (startsWith(bytes, versionThree, header)) return 'PKCS #12 (.p12, .pfx): take the certificates out'
  return undefined
}

function startsWith(bytes: Uint8Array, start: readonly number[], at: number): boolean {
  return start.every((byte, i) => bytes[at + i] === byte)
}
