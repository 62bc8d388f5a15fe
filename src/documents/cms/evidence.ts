import { CertificateError } from '../../errors.ts'
import { Certificate, OcspResponse, RevocationList } from '../../pki/index.ts'

/** Certificates and revocation values, DER: what is needed to verify a signature when nothing can be asked any more. */
export interface ValidationValues {
  readonly certificates?: readonly Uint8Array[] | undefined
  readonly revocationLists?: readonly Uint8Array[] | undefined
  readonly ocspResponses?: readonly Uint8Array[] | undefined
}

/** Longest revocation list in a document, bytes; those of a CA have some megabytes. */
const maxList = 67_108_864

/** Values that were read, and why others were not. */
export interface ReadValues {
  readonly certificates: readonly Certificate[]
  readonly revocationLists: readonly RevocationList[]
  readonly ocspResponses: readonly OcspResponse[]
  readonly unreadable: readonly { readonly id: string; readonly detail: string }[]
}

/** Reads values; never throws for what is in them. */
export async function readValues(values: ValidationValues): Promise<ReadValues> {
  const unreadable: { id: string; detail: string }[] = []
  const read = async <T>(ders: readonly Uint8Array[] = [], id: string, decode: (der: Uint8Array) => T | Promise<T>) => {
    const found: T[] = []
    for (const der of ders) {
      try {
        found.push(await decode(der))
      } catch (error) {
        if (!(error instanceof CertificateError)) throw error
        unreadable.push({ id, detail: error.message })
      }
    }
    return found
  }
  return {
    certificates: await read(values.certificates, 'certificate-unreadable', (der) => Certificate.fromDer(der)),
    revocationLists: await read(values.revocationLists, 'revocation-value-unreadable', (der) => loadList(der)),
    ocspResponses: await read(values.ocspResponses, 'revocation-value-unreadable', (der) => OcspResponse.fromDer(der)),
    unreadable,
  }
}

async function loadList(der: Uint8Array): Promise<RevocationList> {
  if (der.length > maxList)
    throw new CertificateError('ERR_CERTIFICATE', `a revocation list of more than ${maxList} bytes`)
  return RevocationList.load(der)
}
