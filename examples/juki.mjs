// 住民基本台帳用: the PIN of the Juki application on a My Number card and on a Juki card. The location of the 住民票コード is not public.
import { CardSession, JukiApplication, Pin, PinError } from 'jpki-card'
import { createIdentity, createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
import { ResidentCode } from 'jpki-card/juki'

const identity = await createIdentity()
for (const kind of ['my-number', 'juki']) {
  const transport = new VirtualTransport({ card: await createVirtualCard({ kind, identity }) })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  try {
    const juki = await JukiApplication.open(session)
    await juki.verifyPin(Pin.fromText('0000')).catch((error) => {
      if (!(error instanceof PinError)) throw error
      console.log(kind, error.code, 'tries left:', error.triesLeft)
    })
    await juki.verifyPin(Pin.fromText('1234'))
    await juki.changePin({ current: Pin.fromText('1234'), next: Pin.fromText('4649') })
    console.log(kind, 'PIN changed,', await juki.pinStatus())
    // A system authorised to handle resident codes reads the file by its number: here an invented one.
    console.log(kind, (await juki.readFile(0x0001, { maxBytes: 64 })).length, 'bytes')
  } finally {
    console.log(kind, 'PIN cleared:', (await session.close()).cleared)
    await transport.close()
  }
}
// A code has a check digit, and is not displayed.
console.log(ResidentCode.fromText('12345678903'))
