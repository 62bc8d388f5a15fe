// 券面事項入力補助用: fill in a form from the card, only if card and data are authentic.
import { CardSession, Pin } from 'jpki-card'
import { decodeAttributes, decodeNumberFile, verifyAuthenticity } from 'jpki-card/card-face'
import { createVirtualCard, VirtualTransport, virtualRoots } from 'jpki-card/emulator'

const card = await createVirtualCard()
// With real cards: keys from J-LIS, or knownCvcRoots of jpki-card/card-face, which are not officially published.
const roots = virtualRoots(card.identity)

const transport = new VirtualTransport({ card })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
try {
  // Digests, signatures, the issuer's certificate, and a fresh challenge which a copy of the files cannot answer.
  const { ok, failure, checks, evidence } = await verifyAuthenticity(session, {
    roots,
    hierarchies: ['virtual'],
    text: { attributes: true, number: { purpose: 'tax' }, unlock: { pin: 'pin', value: Pin.fromText('1234') } },
  })
  console.log('authentic:', ok, failure ?? '')
  for (const { check, of, result } of checks) if (result !== 'not-done') console.log(' ', check, of, result)
  if (ok) {
    console.log(decodeAttributes(evidence.text.attributes))
    // The number is read for a purpose named by law, and is not displayed.
    const number = decodeNumberFile(evidence.text.individualNumber, { purpose: 'tax' })
    console.log(String(number), 'for', number.purpose)
    number.wipe()
  }
  evidence.text.individualNumber.fill(0)
} finally {
  console.log('PIN cleared:', (await session.close()).cleared)
  await transport.close()
}
