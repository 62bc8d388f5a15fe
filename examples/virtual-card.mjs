// Without card and reader: kind of card, PIN counters, certificates.
import { CardSession, identifyCard, JpkiApplication } from 'jpki-card'
import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'

const transport = new VirtualTransport({ card: await createVirtualCard({ kind: 'my-number' }) })
const [reader] = await transport.readers()
const session = new CardSession(await transport.connect(reader.name))
try {
  const { kind, applications } = await identifyCard(session)
  console.log(
    kind,
    applications
      .filter(({ present }) => present)
      .map(({ id }) => id)
      .join(' '),
  )
  const jpki = await JpkiApplication.open(session)
  for (const pin of ['auth', 'sign']) console.log(pin, await jpki.pinStatus(pin))
  for (const certificate of ['auth', 'auth-ca', 'sign-ca']) {
    const { subject, notAfter } = await jpki.readCertificate(certificate)
    console.log(certificate, subject, notAfter.toISOString())
  }
} finally {
  await session.close()
  await transport.close()
}
