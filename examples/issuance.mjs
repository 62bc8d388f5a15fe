// Municipal applications described by profiles: 証明書等自動交付AP of a Juki card, and one in the free area of a My Number card.
// With a profile of your own: node examples/issuance.mjs PROFILE (read from the same virtual cards).
import { readFile } from 'node:fs/promises'
import { CardSession, JpkiCardError, Pin } from 'jpki-card'
import { createIdentity, createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
import { checkProfile, IssuanceApplication, loadProfile } from 'jpki-card/municipal'

const shipped = ['juki', 'free-area'].map((name) => new URL(`profiles/${name}-example.json`, import.meta.url))
const identity = await createIdentity()
for (const file of process.argv.length > 2 ? process.argv.slice(2) : shipped) {
  const text = await readFile(file, 'utf8')
  const { ok, problems } = checkProfile(text)
  for (const { line, column, path, reason } of problems) console.log(`${file}:${line}:${column} ${path}: ${reason}`)
  if (ok) await read(loadProfile(text))
}

async function read(profile) {
  console.log(profile.name)
  const transport = new VirtualTransport({ card: await createVirtualCard({ kind: profile.cards[0], identity }) })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  try {
    const application = await IssuanceApplication.open(session, profile)
    if (profile.pin?.manager === 'card') {
      console.log('PIN:', await application.pinStatus())
      await application.verifyPin(Pin.fromText('1234'))
    }
    const record = await application.read()
    // Personal values print as [personal]; reveal() returns the value for the request to the server.
    console.log(record)
    console.log('id of', record.userId.reveal().length, 'digits, municipality', record.municipalityCode)
  } catch (error) {
    if (!(error instanceof JpkiCardError)) throw error
    console.log(error.code, error.message)
  } finally {
    const { cleared } = await session.close()
    console.log('PIN cleared:', cleared)
    await transport.close()
  }
}
