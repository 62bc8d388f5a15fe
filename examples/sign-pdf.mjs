// 署名用電子証明書 (digital signature): a signed PDF (PAdES-B-B), made with the card and verified as a recipient.
// node examples/sign-pdf.mjs [FILE.pdf [OUT.pdf]]
import { readFile, writeFile } from 'node:fs/promises'
import { CardSession, Certificate, JpkiApplication, Pin } from 'jpki-card'
import {
  cardDocumentSigner,
  documentVerdict,
  preparePdf,
  presentReport,
  signingNotice,
  verifyPdf,
} from 'jpki-card/documents'
import { createVirtualCard, issueRevocationList, VirtualTransport } from 'jpki-card/emulator'
import { crlSource, RevocationList } from 'jpki-card/pki'

const [file, out] = process.argv.slice(2)
const bytes = file === undefined ? blankPage() : await readFile(file)
// Everything but the signature. For 登記: { profile: 'adbe.pkcs7.detached', name: '見本　太郎' }
const prepared = preparePdf(bytes, { appearance: { rect: [36, 36, 236, 66], lines: ['Signed with a My Number card'] } })
console.log('prepared:', prepared.field, 'covers', prepared.covered, 'bytes')

const card = await createVirtualCard()
const transport = new VirtualTransport({ card })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
try {
  const jpki = await JpkiApplication.open(session)
  // The holder has to know this before the password is asked for.
  console.log(signingNotice('sign').text.ja)
  const untimed = await prepared.sign(cardDocumentSigner(jpki, async () => Pin.fromText('ABC123'), { key: 'sign' }))
  // The card is not needed any more. For PAdES-B-T prepare with { timestamped: true } and give a timestampHttpSource here.
  const { pdf } = await untimed.complete()
  console.log('PDF:', pdf.length, 'bytes')
  if (out !== undefined) await writeFile(out, pdf)

  // With real cards: anchors from jpkiAnchors, lists from J-LIS.
  const now = Date.now()
  const days = { thisUpdate: new Date(now - 1000), nextUpdate: new Date(now + 604_800_000) }
  const anchors = [Certificate.fromDer(card.identity.signCa.certificate)]
  const list = await RevocationList.load(await issueRevocationList(card.identity.signCa, days))
  const sources = [crlSource({ lists: [list], anchors, intermediates: [] })]
  const trust = { anchors, use: 'sign', hierarchies: ['virtual'], revocation: { mode: 'required', sources } }
  const report = await verifyPdf(pdf, { trust })
  console.log('verdict:', documentVerdict(report))
  for (const { heading, rows } of presentReport(report, 'ja').sections) {
    console.log(heading)
    for (const { label, text } of rows) console.log('  ', label, text)
  }
} finally {
  console.log('PIN cleared:', (await session.close()).cleared)
  await transport.close()
}

/** A PDF with one empty page. */
function blankPage() {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>',
  ]
  let text = '%PDF-1.7\n'
  const rows = objects.map((object, i) => {
    const row = `${String(text.length).padStart(10, '0')} 00000 n \n`
    text += `${i + 1} 0 obj\n${object}\nendobj\n`
    return row
  })
  const table = `xref\n0 4\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size 4/Root 1 0 R>>\n`
  return new TextEncoder().encode(`${text}${table}startxref\n${text.length}\n%%EOF\n`)
}
