// What an issuance server works with: a CA, its list, and many cards.
import { createPrivateKey, sign } from 'node:crypto'
import { createAuthorities, issueRevocationList, issueUserCertificates } from '../../dist/emulator/index.js'
import { Certificate } from '../../dist/pki/x509/index.js'
import { answerChallenge } from '../../dist/token/index.js'

const day = 86_400_000

/** The CA, its current list, and cards that answer challenges. */
export async function issuanceWorld({ now, holders, origin }) {
  const authorities = await createAuthorities({ now })
  const cards = []
  for (let i = 0; i < holders; i++) {
    const { certificate, privateKey } = (await issueUserCertificates(authorities, { now })).auth
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    const signed = (message) => ({ algorithm: 'RS256', signature: sign('sha256', message, key), certificate })
    const answer = (challenge) => answerChallenge(challenge, { origin }, { sign: async (message) => signed(message) })
    cards.push({ certificate, answer })
  }
  const list = await issueRevocationList(authorities.authCa, {
    thisUpdate: new Date(now.getTime() - day),
    nextUpdate: new Date(now.getTime() + day),
    revoked: Array.from({ length: 2_000 }, (_, i) => ({
      serialNumber: (0x1000_0000 + i * 7_919).toString(16),
      at: now,
    })),
  })
  const { certificate } = authorities.authCa
  return { certificate, anchor: Certificate.fromDer(certificate), cards, list }
}
