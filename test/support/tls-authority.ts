import { basicConstraints, ca, der, extension, issue, type Keys, keyUsage, newKeys, oid, sequence } from './issue.ts'
import { pem } from './openssl.ts'

/** Certificate and key, PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** A throw-away CA for servers or terminals. */
export class TlsAuthority {
  readonly #name: string
  readonly #keys: Keys = newKeys()
  readonly cert: string

  constructor(name: string) {
    this.#name = name
    const both = { subject: name, issuer: name, keys: this.#keys, signer: this.#keys }
    this.cert = pem('CERTIFICATE', issue({ ...both, extensions: ca() }))
  }

  /** For a server on 127.0.0.1. */
  server(): Pair {
    const address = extension('2.5.29.17', sequence(der(0x87, Buffer.from([127, 0, 0, 1]))))
    return this.#issue('server', '1.3.6.1.5.5.7.3.1', [address])
  }

  /** For a terminal. @param subject - common name, or DER of the whole name. */
  client(subject: string | Uint8Array, notAfter = new Date('2045-01-01T00:00:00Z')): Pair {
    return this.#issue(subject, '1.3.6.1.5.5.7.3.2', [], notAfter)
  }

  #issue(subject: string | Uint8Array, purpose: string, more: readonly Uint8Array[], notAfter?: Date): Pair {
    const keys = newKeys()
    const extensions = [
      basicConstraints(false),
      keyUsage(0x80),
      extension('2.5.29.37', sequence(oid(purpose))),
      ...more,
    ]
    const plan = { subject, issuer: this.#name, keys, signer: this.#keys, extensions, serial: 5 }
    const certificate = issue(notAfter === undefined ? plan : { ...plan, notAfter })
    const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })
    return { cert: pem('CERTIFICATE', certificate), key: key.toString() }
  }
}
