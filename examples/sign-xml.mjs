// 署名用電子証明書 (digital signature): sign an XML document with XAdES, then verify it as a recipient.
import { CardSession, Certificate, JpkiApplication, Pin } from 'jpki-card'
import { cardDocumentSigner, signXml, verifyXml } from 'jpki-card/documents'
import { createVirtualCard, issueRevocationList, VirtualTransport } from 'jpki-card/emulator'
import { crlSource, RevocationList } from 'jpki-card/pki'

const card = await createVirtualCard()
const transport = new VirtualTransport({ card })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
const application = '<申請 xmlns="urn:example:shinsei"><氏名>架空 花子</氏名><手続>転入届</手続></申請>'
try {
  const jpki = await JpkiApplication.open(session)
  // The certificate becomes part of the document: name, address, birth date and sex of the holder. Say so before this.
  const signer = cardDocumentSigner(jpki, async () => Pin.fromText('ABC123'), { key: 'sign' })
  const { xml, bytes } = await signXml(application, signer, { form: 'enveloped', mimeType: 'application/xml' })
  console.log('signed:', bytes.length, 'bytes,', xml.slice(0, 60), '…')

  // With real cards: anchors from jpkiAnchors, lists from J-LIS.
  const now = new Date()
  const days = { thisUpdate: now, nextUpdate: new Date(now.getTime() + 604_800_000) }
  const anchors = [Certificate.fromDer(card.identity.signCa.certificate)]
  const list = await RevocationList.load(await issueRevocationList(card.identity.signCa, days))
  const trust = {
    anchors,
    use: 'sign',
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: [list], anchors, intermediates: [] })] },
  }
  const show = ({ signatures, problems, notChecked }) => {
    for (const { indication, subIndication = '', coverage, signer, claimedTime, problems } of signatures) {
      console.log(indication, subIndication, coverage.extent, claimedTime?.toISOString(), signer?.holder?.name)
      for (const { uri, element } of coverage.references) console.log(`  ${uri || 'the document'}: ${element}`)
      for (const { id, severity } of problems) console.log(`  ${severity}: ${id}`)
    }
    for (const { id, severity } of problems) console.log(`${severity}: ${id}`)
    console.log('not checked:', notChecked.join(', '))
  }
  show(await verifyXml(bytes, { trust }))
  console.log('changed:')
  show(await verifyXml(new TextEncoder().encode(xml.replace('転入届', '転出届')), { trust }))
} finally {
  console.log('PIN cleared:', (await session.close()).cleared)
  await transport.close()
}
