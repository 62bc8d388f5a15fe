import { context, DerReader, tags } from '../../der/index.ts'
import { readRawExtensions } from '../x509/extensions.ts'
import type { Certificate, GeneralName } from '../x509/index.ts'

/**
 * Requirements of RFC 5280 on every certificate of a path that 6.1 does not check. Rules for issuers that path
 * validation does not depend on are not checked: see docs/verification.md.
 *
 * @returns the violation, if any.
 */
export function profileFault(certificate: Certificate): string | undefined {
  const { extensions, serial } = certificate
  const { keyUsage, subjectAltName } = extensions
  if (certificate.issuerName.empty) return 'the issuer has no name (4.1.2.4)'
  if (serial.length > 20 && (serial.length > 21 || serial[0] !== 0)) return 'a serial number of over 20 bytes (4.1.2.2)'
  if (keyUsage?.size === 0) return 'a key usage without any use (4.2.1.3)'
  const ca = extensions.basicConstraints?.ca === true
  if (certificate.subjectName.empty && (ca || !namedElsewhere(certificate))) return 'the subject has no name (4.1.2.6)'
  if (!ca) {
    if (keyUsage?.has('keyCertSign')) return 'keyCertSign without being a CA (4.2.1.9)'
    if (extensions.basicConstraints?.pathLength !== undefined) return 'a path length without being a CA (4.2.1.9)'
    if (extensions.nameConstraints !== undefined) return 'name constraints without being a CA (4.2.1.10)'
  }
  if (subjectAltName?.some(malformed)) return 'a malformed alternative name (4.2.1.6)'
  return undefined
}

/** Whether an alternative name replaces the subject: then it must be critical. */
function namedElsewhere({ tbs }: Certificate): boolean {
  const fields = new DerReader(tbs).enter(tags.sequence)
  while (fields.more && fields.nextTag !== context(3)) fields.read()
  return fields.more && readRawExtensions(fields.enter(context(3))).some(isCriticalName)
}

const isCriticalName = ({ id, critical }: { id: string; critical: boolean }): boolean => critical && id === '2.5.29.17'

/** Control characters never, a space only between the quotes of a mailbox. */
function malformed(name: GeneralName): boolean {
  switch (name.kind) {
    case 'ip':
      return name.value.length !== 4 && name.value.length !== 16
    case 'dns':
      return !/^[\x21-\x7e]+$/.test(name.value)
    case 'email':
      return !/^[\x20-\x7e]+@[\x21-\x7e]+$/.test(name.value)
    case 'uri':
      return !/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(name.value)
    default:
      return false
  }
}
