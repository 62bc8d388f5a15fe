import { createPrivateKey, sign } from 'node:crypto'
import { expect, inject } from 'vitest'
import {
  type Authorities,
  type IssuedCertificate,
  issueRevocationList,
  issueUserCertificates,
} from '../../src/emulator/index.ts'
import { RefusalError } from '../../src/errors.ts'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import { crlSource } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { type AuditEvent, memoryStore, TokenService, type TokenServiceOptions } from '../../src/server/index.ts'
import { answerChallenge, type Token, type TokenChallenge } from '../../src/token/index.ts'
import { thrown } from '../support/vectors.ts'
import { day, issueOnce, now } from './issued-once.ts'

/** One server, its CA and one holder, created for each test file that requests one. */
export { day, now }
export const request = { terminal: 'kiosk-1', purpose: 'residence-record' }
const made = inject('issuedOnce') ?? (await issueOnce())
export const authorities: Authorities = made.authorities
export const user = made.user
export const events: AuditEvent[] = []

export const read = ({ certificate }: IssuedCertificate): Certificate => Certificate.fromDer(certificate)
export const keyOf = ({ privateKey }: IssuedCertificate) =>
  createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })

/** Certificates of the same keys, valid from one day to another, counted from now. */
export const issued = (from: number, to: number) =>
  issueUserCertificates(authorities, {
    notBefore: new Date(now.getTime() + from * day),
    notAfter: new Date(now.getTime() + to * day),
    keys: user,
  })

export async function lists(
  revoked: readonly IssuedCertificate[],
  ca = authorities.authCa,
): Promise<TokenServiceOptions['revocation'] & { mode: 'required' }> {
  const list = await issueRevocationList(ca, {
    thisUpdate: new Date(now.getTime() - day),
    nextUpdate: new Date(now.getTime() + day),
    revoked: revoked.map((one) => ({ serialNumber: read(one).serialNumber, at: new Date(now.getTime() - day) })),
  })
  const anchors = [read(authorities.authCa)]
  return { mode: 'required', sources: [crlSource({ lists: [RevocationList.fromDer(list)], anchors })] }
}

const options: TokenServiceOptions = {
  origin: 'https://issue.example',
  store: memoryStore(),
  anchors: [read(authorities.authCa)],
  hierarchies: ['virtual'],
  revocation: await lists([]),
  pseudonymKey: new Uint8Array(32).fill(9),
  audit: { write: (event) => void events.push(event) },
  clock: () => now,
}

/** A service with its own store, so that tests do not meet. */
export const serve = (change: Partial<TokenServiceOptions> = {}): TokenService =>
  new TokenService({ ...options, store: memoryStore(), ...change })

/** The holder's card answers, after some claims were changed. */
export function answer(challenge: TokenChallenge, with_: Partial<Token> = {}, by = user.auth): Promise<Token> {
  const { visitKey: _, ...signed } = { ...challenge, ...with_ }
  return answerChallenge(signed, signed, {
    sign: async (message) => ({
      algorithm: 'RS256',
      signature: new Uint8Array(sign('sha256', message, keyOf(by))),
      certificate: by.certificate,
    }),
  }).then((token) => ({ ...token, ...with_ }))
}

export const refusal = async (job: () => Promise<unknown>): Promise<RefusalError> => {
  const error = await thrown<RefusalError>(job)
  expect(error).toBeInstanceOf(RefusalError)
  return error
}

export const code = async (job: () => Promise<unknown>): Promise<string> => (await refusal(job)).code
