// What someone who sends certificates can make a verifier do: a good certificate, four lists by keys of others, sixteen
// certificates that could have signed them, and 24 of five authorities that certify one another. The slowest keys the
// default policy takes: RSA of 4096 bits with an exponent of 32, or P-521.
import { generateKeyPairSync, sign } from 'node:crypto'

const der = (tag, ...parts) => {
  const body = Buffer.concat(parts)
  const { length } = body
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...header]), body])
}
const sequence = (...parts) => der(0x30, ...parts)
const integer = (value) => der(0x02, Buffer.from([value]))
const hex = (text) => Buffer.from(text, 'hex')
const name = (text) => sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(text)))))
const time = (date) => der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))
const day = 86_400_000
const caExtensions = sequence(
  sequence(hex('0603551d130101ff'), der(0x04, sequence(hex('0101ff')))),
  sequence(hex('0603551d0f0101ff'), der(0x04, hex('03020106'))),
)
const algorithms = { rsa: hex('300d06092a864886f70d01010b0500'), ec: hex('300a06082a8648ce3d040302') }

function sealed(tbs, { privateKey }) {
  const algorithm = algorithms[privateKey.asymmetricKeyType]
  const whole = tbs(algorithm)
  return sequence(whole, algorithm, der(0x03, Buffer.from([0]), sign('sha256', whole, privateKey)))
}

function certificateOf({ subject, issuer, key, signer, serial, now, authority = true }) {
  const tbs = (algorithm) =>
    sequence(
      der(0xa0, integer(2)),
      integer(serial),
      algorithm,
      name(issuer),
      sequence(time(new Date(now - 30 * day)), time(new Date(now + 30 * day))),
      name(subject),
      key.publicKey.export({ type: 'spki', format: 'der' }),
      ...(authority ? [der(0xa3, caExtensions)] : []),
    )
  return sealed(tbs, signer)
}

function listOf({ issuer, signer, number, now }) {
  const tbs = (algorithm) =>
    sequence(
      integer(1),
      algorithm,
      name(issuer),
      time(new Date(now - day)),
      time(new Date(now + day)),
      der(0xa0, sequence(sequence(hex('0603551d14'), der(0x04, integer(number))))),
    )
  return sealed(tbs, signer)
}

/** Keys of the kind: `rsa` or `ec`. */
const hostileKeys = (kind) =>
  kind === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 4096, publicExponent: 0xffff_fffb })
    : generateKeyPairSync('ec', { namedCurve: 'P-521' })

/** DER of the anchor, the end certificate, the pool and the lists. */
export function hostilePool(kind, now = Date.now()) {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [theirs, others] = [hostileKeys(kind), hostileKeys(kind)]
  const own = { signer: root, issuer: 'CA', now }
  const anchor = certificateOf({ ...own, subject: 'CA', key: root, serial: 1 })
  const end = certificateOf({ ...own, subject: 'End', key: root, serial: 7, authority: false })
  const mesh = []
  for (let i = 0; i < 5; i++) {
    for (let k = 0; k < 5; k++) {
      if (i === k || mesh.length === 24) continue
      const [subject, issuer] = [`Mesh ${i}`, `Mesh ${k}`]
      mesh.push(certificateOf({ subject, issuer, key: theirs, signer: theirs, serial: mesh.length + 1, now }))
    }
  }
  while (mesh.length < 24) {
    const serial = mesh.length + 1
    mesh.push(certificateOf({ subject: 'Mesh 0', issuer: 'Mesh 1', key: others, signer: theirs, serial, now }))
  }
  const signers = Array.from({ length: 16 }, (_, i) =>
    certificateOf({
      subject: 'CA',
      issuer: 'Mesh 0',
      key: i % 2 ? theirs : others,
      signer: theirs,
      serial: i + 40,
      now,
    }),
  )
  const lists = Array.from({ length: 4 }, (_, i) =>
    listOf({ issuer: 'CA', signer: i % 2 ? theirs : others, number: i + 1, now }),
  )
  return { anchor, end, pool: [...signers, ...mesh], lists }
}

/** Milliseconds of some work, and the longest the event loop was held meanwhile. */
export async function held(work) {
  let longest = 0
  let last = performance.now()
  let over = false
  const tick = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (!over) setImmediate(tick)
  }
  setImmediate(tick)
  await new Promise((resolve) => setImmediate(resolve))
  const began = performance.now()
  await work()
  const took = performance.now() - began
  await new Promise((resolve) => setImmediate(resolve))
  over = true
  return { took, longest }
}
