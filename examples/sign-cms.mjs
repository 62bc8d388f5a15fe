// 署名用電子証明書 (digital signature): a signed document (CMS, CAdES-B-B), made with the card and verified as a recipient.
import { CardSession, Certificate, JpkiApplication, Pin } from 'jpki-card'
import {
  cardDocumentSigner,
  createCms,
  documentVerdict,
  presentReport,
  signingNotice,
  verifyCmsDocument,
} from 'jpki-card/documents'
import { createVirtualCard, issueRevocationList, VirtualTransport } from 'jpki-card/emulator'
import { crlSource, RevocationList } from 'jpki-card/pki'

const card = await createVirtualCard()
const transport = new VirtualTransport({ card })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
try {
  const jpki = await JpkiApplication.open(session)
  // The holder has to know this before the password is asked for.
  console.log(signingNotice('sign').text.ja)
  const signer = cardDocumentSigner(jpki, async () => Pin.fromText('ABC123'), { key: 'sign' })
  const bytes = new TextEncoder().encode('転入届')
  const { der } = await createCms({ signer, content: { bytes, attach: true } })
  console.log('CMS:', der.length, 'bytes')

  // With real cards: anchors from jpkiAnchors, lists from J-LIS.
  const now = Date.now()
  const days = { thisUpdate: new Date(now - 1000), nextUpdate: new Date(now + 604_800_000) }
  const anchors = [Certificate.fromDer(card.identity.signCa.certificate)]
  const list = await RevocationList.load(await issueRevocationList(card.identity.signCa, days))
  const sources = [crlSource({ lists: [list], anchors, intermediates: [] })]
  const trust = { anchors, use: 'sign', hierarchies: ['virtual'], revocation: { mode: 'required', sources } }
  const report = await verifyCmsDocument(der, { trust })
  console.log('verdict:', documentVerdict(report))
  for (const { heading, rows } of presentReport(report, 'ja').sections) {
    console.log(heading)
    for (const { label, text } of rows) console.log('  ', label, text)
  }
} finally {
  console.log('PIN cleared:', (await session.close()).cleared)
  await transport.close()
}
