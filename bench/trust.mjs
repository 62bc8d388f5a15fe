// What an issuance server does for each customer, beside the two signature checks that cannot be left out, and beside the
// chain engine of pkijs. 200 certificates of as many keys in turn; nothing is kept between two of them but the CA.
import { createPrivateKey, sign, verify, webcrypto } from 'node:crypto'
import { createAuthorities, issueRevocationList, issueUserCertificates } from '../dist/emulator/index.js'
import { RevocationList } from '../dist/pki/revocation/index.js'
import { crlSource, inspectCertificate, verifyCertificate } from '../dist/pki/trust/index.js'
import { Certificate, verifySignature } from '../dist/pki/x509/index.js'
import { certificateValidity } from '../dist/validity/index.js'
import { held, hostilePool } from './lib/hostile-pool.mjs'
import { interleaved, row } from './lib/measure.mjs'

const holders = 200
const revoked = 2_000
const day = 86_400_000
const challenge = new Uint8Array(32).fill(0x5a)

/** Certificates with their signature over the challenge, the CA, and a current list of it. */
async function world(now) {
  const authorities = await createAuthorities({ now })
  const users = []
  for (let i = 0; i < holders; i++) users.push((await issueUserCertificates(authorities, { now })).auth)
  const list = await issueRevocationList(authorities.authCa, {
    thisUpdate: new Date(now.getTime() - day),
    nextUpdate: new Date(now.getTime() + day),
    revoked: Array.from({ length: revoked }, (_, i) => ({
      serialNumber: (0x1000_0000 + i * 7_919).toString(16),
      at: new Date(now.getTime() - 2 * day),
      reason: i % 3 === 0 ? 'keyCompromise' : undefined,
    })),
  })
  const cards = users.map(({ certificate, privateKey }) => {
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    return { certificate, signature: new Uint8Array(sign('sha256', challenge, key)) }
  })
  return { ca: authorities.authCa.certificate, cards, list }
}

/** One after the other, for ever. */
function inTurn(list) {
  let next = 0
  return () => list[next++ % list.length]
}

/** The same work with pkijs: parse, chain with the list at hand, and the signature over the challenge. */
async function pkijsEngine(ca, list, at) {
  const pkijs = await import('pkijs')
  const buffer = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  const engine = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto })
  pkijs.setEngine('node', engine)
  const trustedCerts = [pkijs.Certificate.fromBER(buffer(ca))]
  const crls = [pkijs.CertificateRevocationList.fromBER(buffer(list))]
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return {
    chain: async ({ certificate }) => {
      const leaf = pkijs.Certificate.fromBER(buffer(certificate))
      const chain = new pkijs.CertificateChainValidationEngine({ trustedCerts, certs: [leaf], checkDate: at })
      if (!(await chain.verify()).result) throw new Error('pkijs refuses the chain')
    },
    whole: async ({ certificate, signature }) => {
      const leaf = pkijs.Certificate.fromBER(buffer(certificate))
      const chain = new pkijs.CertificateChainValidationEngine({ trustedCerts, certs: [leaf], crls, checkDate: at })
      if (!(await chain.verify()).result) throw new Error('pkijs refuses the chain')
      const key = await leaf.getPublicKey({ algorithm: { algorithm, usages: ['verify'] } })
      if (!(await webcrypto.subtle.verify(algorithm, key, signature, challenge))) throw new Error('refused')
    },
  }
}

/** A verification with a malicious pool, parsed each time: its duration, and how long it blocks the event loop. */
async function hostile(kind) {
  const at = new Date()
  const { anchor, end, pool, lists } = hostilePool(kind, at.getTime())
  const measured = []
  for (let i = 0; i < 9; i++) {
    const anchors = [Certificate.fromDer(anchor)]
    measured.push(
      await held(async () => {
        const intermediates = pool.map((one) => Certificate.fromDer(one))
        const source = crlSource({ lists: lists.map((one) => RevocationList.fromDer(one)), anchors, intermediates })
        const revocation = { mode: 'required', sources: [source] }
        const report = await inspectCertificate(Certificate.fromDer(end), { anchors, intermediates, at, revocation })
        if (report.failure?.check !== 'budget') throw new Error('not refused for its size')
      }),
    )
  }
  const middle = (name) => measured.map((one) => one[name]).sort((a, b) => a - b)[4]
  return { took: middle('took'), longest: middle('longest') }
}

export async function rows() {
  const at = new Date()
  const { ca, cards, list } = await world(at)
  const anchor = Certificate.fromDer(ca)
  const options = {
    anchors: [anchor],
    at,
    use: 'auth',
    hierarchies: ['virtual'],
    revocation: {
      mode: 'required',
      sources: [crlSource({ lists: [RevocationList.fromDer(list)], anchors: [anchor] })],
    },
  }
  const nextCard = inTurn(cards)
  const ours = async () => {
    const { certificate, signature } = nextCard()
    const leaf = Certificate.fromDer(certificate)
    const report = await verifyCertificate(leaf, options)
    const { state } = certificateValidity(leaf, at)
    const signed = verifySignature(leaf, { padding: 'pkcs1', hash: 'SHA-256', message: challenge }, signature)
    if (!report.ok || report.revocation[0].status !== 'good' || state !== 'valid' || !signed) throw new Error('refused')
  }

  const issuerKey = anchor.key.object
  const nextReady = inTurn(
    cards.map(({ certificate, signature }) => {
      const { tbs, signature: issued, key } = Certificate.fromDer(certificate)
      return { tbs, issued, key: key.object, signature }
    }),
  )
  const bare = () => {
    const { tbs, issued, key, signature } = nextReady()
    if (!verify('sha256', tbs, issuerKey, issued) || !verify('sha256', challenge, key, signature)) {
      throw new Error('refused')
    }
  }

  const pkijs = await pkijsEngine(ca, list, at)
  const beside = await interleaved(bare, ours, { rounds: 31, calls: 400, warmUp: 4_000 })
  const whole = await interleaved(() => pkijs.whole(nextCard()), ours, { rounds: 7, calls: 30, warmUp: 60 })
  const chain = await interleaved(() => pkijs.chain(nextCard()), ours, { rounds: 7, calls: 50, warmUp: 100 })
  const hostileRows = []
  for (const kind of ['rsa', 'ec']) {
    const { took, longest } = await hostile(kind)
    hostileRows.push(row(`trust.hostile-pool.${kind}`, took, 'ms', 100))
    hostileRows.push(row(`trust.hostile-pool.${kind}.loop-held`, longest, 'ms', 20))
  }
  return [
    row('trust.verification.rate-over-two-bare-verify', beside.ratio, 'ratio', { atLeast: 0.6 }),
    row('trust.verification', beside.b, 'µs'),
    row('trust.two-bare-verify', beside.a, 'µs'),
    row('trust.verification.rate-over-pkijs', whole.ratio, 'ratio', { atLeast: 40 }),
    row('trust.pkijs', whole.a, 'µs'),
    row('trust.pkijs.chain-alone', chain.a, 'µs'),
    ...hostileRows,
  ]
}
