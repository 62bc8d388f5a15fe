// A token judged in process, beside the two signature checks that cannot be left out. 200 certificates and keys in turn.
import { createPrivateKey, sign, verify } from 'node:crypto'
import { createAuthorities, issueRevocationList, issueUserCertificates } from '../dist/emulator/index.js'
import { RevocationList } from '../dist/revocation/index.js'
import { memoryStore, TokenService } from '../dist/server/index.js'
import { answerChallenge, tokenMessage } from '../dist/token/index.js'
import { crlSource } from '../dist/trust/index.js'
import { Certificate } from '../dist/x509/index.js'
import { median, row } from './lib/measure.mjs'

const holders = 200
const rounds = 12
const day = 86_400_000
const request = { terminal: 'kiosk-1', purpose: 'residence-record' }

export async function rows() {
  const now = new Date()
  const authorities = await createAuthorities({ now })
  const users = []
  for (let i = 0; i < holders; i++) users.push((await issueUserCertificates(authorities, { now })).auth)
  const keys = users.map((one) => createPrivateKey({ key: Buffer.from(one.privateKey), format: 'der', type: 'pkcs8' }))
  const list = await issueRevocationList(authorities.authCa, {
    thisUpdate: new Date(now.getTime() - day),
    nextUpdate: new Date(now.getTime() + day),
    revoked: Array.from({ length: 2_000 }, (_, i) => ({ serialNumber: (0x1000_0000 + i).toString(16), at: now })),
  })
  const anchors = [Certificate.fromDer(authorities.authCa.certificate)]
  const origin = 'https://issue.example'
  const service = new TokenService({
    origin,
    store: memoryStore(),
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: [RevocationList.fromDer(list)], anchors })] },
    pseudonymKey: new Uint8Array(32).fill(1),
  })
  const fresh = (i) => {
    const answer = async (challenge) => {
      const signing = async (message) => ({
        algorithm: 'RS256',
        signature: sign('sha256', message, keys[i]),
        certificate: users[i].certificate,
      })
      return answerChallenge(challenge, { origin }, { sign: signing })
    }
    return service.challenge(request).then(answer)
  }
  const ready = users.map(({ certificate }) => Certificate.fromDer(certificate))
  const ratios = []
  const times = []
  for (let round = 0; round < rounds; round++) {
    const tokens = await Promise.all(users.map((_, i) => fresh(i)))
    const texts = tokens.map((token) => JSON.stringify(token))
    const messages = tokens.map(tokenMessage)
    const signatures = tokens.map(({ signature }) => Buffer.from(signature, 'base64'))
    let started = performance.now()
    for (const [i, { tbs, signature, key }] of ready.entries()) {
      const good = verify('sha256', tbs, anchors[0].key.object, signature)
      if (!good || !verify('sha256', messages[i], key.object, signatures[i])) throw new Error('refused')
    }
    const bare = performance.now() - started
    started = performance.now()
    for (const text of texts) await service.verify(text, request)
    const ours = performance.now() - started
    // The first rounds are for the compiler.
    if (round < 3) continue
    ratios.push(bare / ours)
    times.push((ours / holders) * 1000)
  }
  return [
    row('server.verify.rate-over-two-bare-verify', median(ratios), 'ratio', { atLeast: 0.5 }),
    row('server.verify', median(times), 'µs'),
  ]
}
