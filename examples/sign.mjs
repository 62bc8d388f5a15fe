// 署名用電子証明書 (digital signature): sign a document, then verify signature, certification path and revocation as a recipient.
import { CardSession, Certificate, JpkiApplication, Pin } from 'jpki-card'
import { createVirtualCard, issueRevocationList, VirtualTransport } from 'jpki-card/emulator'
import { crlSource, holderAttributes, RevocationList, verifyCertificate } from 'jpki-card/pki'

const card = await createVirtualCard()
const transport = new VirtualTransport({ card })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
const document = new TextEncoder().encode('転入届')
try {
  const jpki = await JpkiApplication.open(session)
  console.log('password:', await jpki.pinStatus('sign'))
  // From a keypad take the password as bytes, if possible: Pin.fromBytes. The last try is never spent.
  const signed = await jpki.sign('sign', { message: document }, { pin: Pin.fromText('ABC123') })
  console.log(signed.algorithm, signed.signature.length, 'bytes')

  // With real cards: anchors from jpkiAnchors, lists from J-LIS.
  const at = new Date()
  const days = { thisUpdate: at, nextUpdate: new Date(at.getTime() + 604_800_000) }
  const anchors = [Certificate.fromDer(card.identity.signCa.certificate)]
  const list = await RevocationList.load(await issueRevocationList(card.identity.signCa, days))
  const report = await verifyCertificate(signed.certificate, {
    anchors,
    at,
    use: 'sign',
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: [list], anchors, intermediates: [] })] },
  })
  console.log('certificate:', report.ok, 'until', report.validUntil.toISOString())
  console.log('signed by:', holderAttributes(signed.certificate).name)
} finally {
  console.log('PIN cleared:', (await session.close()).cleared)
  await transport.close()
}
