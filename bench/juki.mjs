// The card face: exchanges with its proof (without it: exchanges.mjs), and reading and verifying one of 20 kB beside the
// signature checks and digests that cannot be left out.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { CardSession, Pin } from '../dist/card/index.js'
import {
  cvcRootFromSpki,
  decodeCardFace,
  decodeCvc,
  photoToPng,
  readVisualEvidence,
  VisualApplication,
  verifyEvidence,
} from '../dist/card-face/index.js'
import { createVirtualCard, VirtualTransport, verificationCodeB } from '../dist/emulator/index.js'
import { readTlv } from '../dist/tlv/index.js'
import { interleaved, row } from './lib/measure.mjs'

const challenge = new Uint8Array(32).fill(0x5a)

/** The card face of a card opened by 照合番号B, with what proves it. */
async function readFace(identity) {
  const card = await createVirtualCard({ identity, cardFace: 'large' })
  const transport = new VirtualTransport({ card })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  const visual = await VisualApplication.open(session)
  await visual.verifyPin('code-b', Pin.fromText(verificationCodeB(identity)))
  const evidence = await readVisualEvidence(visual, ['card-face'], challenge)
  const report = await session.close()
  await transport.close()
  if (!report.cleared || session.exchanges !== card.exchanges) throw new Error('not cleared, or miscounted')
  return { evidence, exchanges: session.exchanges }
}

/** The signature checks and digests alone, on parts and keys made ready. */
function bareOf({ cardFace, issuerCertificate, challengeSignature }, root) {
  const certificate = decodeCvc(issuerCertificate)
  const fields = readTlv(cardFace).children
  const span = (first, last) => cardFace.subarray(first.offset, last.offset + last.totalLength)
  const segments = [span(fields[1], fields[3]), span(fields[4], fields[5]), span(fields[6], fields[6])]
  const face = decodeCardFace(cardFace)
  const text = (bytes) => Buffer.from(bytes).toString('base64url')
  const keyOf = ({ modulus, exponent }) =>
    createPublicKey({ key: { kty: 'RSA', n: text(modulus), e: text(exponent) }, format: 'jwk' })
  const [rootKey, issuerKey, cardKey] = [root, certificate, { publicKey: face.cardKey }].map((one) =>
    keyOf(one.publicKey),
  )
  const record = () => {
    const digests = segments.map((segment) => createHash('sha256').update(segment).digest())
    if (!verify('sha256', Buffer.concat(digests), issuerKey, face.signature)) throw new Error('refused')
  }
  const all = () => {
    if (!verify('sha256', certificate.signed, rootKey, certificate.signature)) throw new Error('refused')
    record()
    if (!verify('sha256', challenge, cardKey, challengeSignature)) throw new Error('refused')
  }
  return { record, all }
}

export async function rows({ identity }) {
  const { keyId, publicKey } = identity.cvc.visual.root
  const root = cvcRootFromSpki(publicKey, { keyId, hierarchy: 'virtual', application: 'visual' })
  const { evidence: visual, exchanges } = await readFace(identity)
  const bare = bareOf(visual, root)
  const issuer = createPublicKey({
    key: Buffer.from(identity.cvc.visual.issuer.publicKey),
    format: 'der',
    type: 'spki',
  })
  const parsed = () => {
    const { signed, signature } = decodeCardFace(visual.cardFace)
    if (!verify('sha256', signed, issuer, signature)) throw new Error('refused')
  }
  const options = { roots: [root], hierarchies: ['virtual'], records: ['card-face'], challenge }
  const verified = () => {
    if (!verifyEvidence({ visual }, options).ok) throw new Error('refused')
  }
  const settings = { rounds: 31, calls: 200, warmUp: 2_000 }
  const record = await interleaved(bare.record, parsed, settings)
  const whole = await interleaved(bare.all, verified, settings)
  const started = performance.now()
  await photoToPng(decodeCardFace(visual.cardFace).photo)
  return [
    row('juki.card-face.with-proof', exchanges, 'exchanges', 7),
    row('juki.card-face.bytes', visual.cardFace.length, 'bytes'),
    row('juki.card-face.time-over-bare', 1 / record.ratio, 'ratio', 2),
    row('juki.card-face', record.b, 'µs'),
    // Certificate, record and challenge; two of the three keys are new with every card and have to be read.
    row('juki.authenticity.time-over-bare', 1 / whole.ratio, 'ratio'),
    row('juki.authenticity', whole.b, 'µs'),
    row('juki.authenticity.bare', whole.a, 'µs'),
    row('juki.photo-to-png', performance.now() - started, 'ms'),
  ]
}
