// As many lists as the JPKI has, one for each of some 1,900 municipalities, all of one issuer: what a verification costs
// beside one with a single list, and how long looking at a folder of them holds up the event loop.
import { createPrivateKey, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthorities, issueRevocationList, issueUserCertificates } from '../dist/emulator/index.js'
import { RevocationList } from '../dist/pki/revocation/index.js'
import { crlFolderSource, crlSource, verifyCertificate } from '../dist/pki/trust/index.js'
import { Certificate } from '../dist/pki/x509/index.js'
import { interleaved, longestTurn, median, row } from './lib/measure.mjs'

const count = 1_900
const holders = 50
const entries = 20
const looks = 5
const day = 86_400_000
const municipality = 'Kaku-shi CRLDP'

/** The list of a CA for the municipality of its certificates, and the same for others: another name of the same length, signed again. */
async function listsOf(ca, now) {
  const own = await issueRevocationList(ca, {
    thisUpdate: new Date(now.getTime() - day),
    nextUpdate: new Date(now.getTime() + day),
    revoked: Array.from({ length: entries }, (_, i) => ({ serialNumber: (0x1000_0000 + i).toString(16), at: now })),
  })
  const key = createPrivateKey({ key: Buffer.from(ca.privateKey), format: 'der', type: 'pkcs8' })
  const header = 4
  const end = header + header + Buffer.from(own).readUInt16BE(header + 2)
  const others = Array.from({ length: count - 1 }, (_, i) => {
    const der = Buffer.from(own)
    der.write(
      `City${String(i).padStart(4, '0')} CRLDP`.padEnd(municipality.length),
      der.indexOf(municipality),
      'latin1',
    )
    sign('sha256', der.subarray(header, end), key).copy(der, der.length - 256)
    return new Uint8Array(der)
  })
  return [own, ...others]
}

async function world(now) {
  const authorities = await createAuthorities({ now })
  const users = []
  for (let i = 0; i < holders; i++) users.push((await issueUserCertificates(authorities, { now })).auth.certificate)
  const anchor = Certificate.fromDer(authorities.authCa.certificate)
  return { anchor, users, lists: await listsOf(authorities.authCa, now) }
}

export async function rows() {
  const at = new Date()
  const { anchor, users, lists } = await world(at)
  const anchors = [anchor]
  let next = 0
  const verification = (source) => async () => {
    const leaf = Certificate.fromDer(users[next++ % holders])
    const revocation = { mode: 'required', sources: [source] }
    const report = await verifyCertificate(leaf, { anchors, at, use: 'auth', hierarchies: ['virtual'], revocation })
    if (report.revocation[0].status !== 'good') throw new Error('refused')
  }
  const atHand = (ders) => crlSource({ anchors, lists: ders.map((der) => RevocationList.fromDer(der)) })
  const folder = mkdtempSync(join(tmpdir(), 'lists-'))
  try {
    for (const [i, der] of lists.entries()) writeFileSync(join(folder, `${i}.crl`), der)
    const question = [Certificate.fromDer(users[0]), anchor, at]
    const kept = crlFolderSource({ anchors, folder, refreshMs: 3_600_000 })
    const firstHeld = await longestTurn(() => kept(...question))
    const one = atHand(lists.slice(0, 1))
    const measured = { rounds: 21, calls: 200, warmUp: 1_000 }
    const ofFolder = await interleaved(verification(kept), verification(one), measured)
    const ofArray = await interleaved(verification(atHand(lists)), verification(one), measured)

    // With 0 each question waits for a look, so that its end is seen.
    const looking = crlFolderSource({ anchors, folder, refreshMs: 0 })
    await looking(...question)
    const held = []
    const took = []
    for (let i = 0; i < looks; i++) {
      const started = performance.now()
      held.push(await longestTurn(() => looking(...question)))
      took.push(performance.now() - started)
    }
    return [
      row('lists.1900.verification-over-one', ofFolder.ratio, 'ratio', 1.2),
      row('lists.1900.verification-at-hand-over-one', ofArray.ratio, 'ratio', 1.2),
      row('lists.1900.verification', ofFolder.a, 'µs'),
      row('lists.1900.unchanged-folder.event-loop-held', median(held), 'ms', 10),
      row('lists.1900.unchanged-folder.look', median(took), 'ms'),
      row('lists.1900.first-look.event-loop-held', firstHeld, 'ms'),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}
