import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { CardSession, findPinpad } from '../../src/card/index.ts'
import { bindingNames, openPcsc } from '../../src/transport/pcsc/index.ts'
import { compile } from '../support/compiled.ts'
import { MiniCard } from '../support/mini-card.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { readerNames } from '../support/pcscd-fixture.ts'

let pcscd: Pcscd
beforeAll(async () => {
  pcscd = await startPcscd()
})
afterAll(() => pcscd?.stop())
// Else the service may still show the card that the case before took out.
beforeEach(() => pcscd.restart())

// vpcd has no keypad: what can be shown is that the question reaches the driver and changes nothing.
test.each(bindingNames.flatMap((binding) => [false, true].map((isIsolated) => [binding, isIsolated] as const)))(
  'with %s, isolated: %s, the virtual reader says that it has no keypad, and the connection goes on',
  async (binding, isIsolated) => {
    const host = compile('pinpad-pcsc', ['src/transport/pcsc/isolated/host.ts'])('src/transport/pcsc/isolated/host.js')
    const card = await MiniCard.insert()
    const transport = await openPcsc({ binding, isolated: isIsolated && { program: new URL(host) } })
    await transport.waitForCard({ reader: readerNames[0], timeoutMs: 10_000 })
    const connection = await transport.connect(readerNames[0])
    expect(connection.control?.featureRequest).toBe(process.platform === 'win32' ? 0x0031_3520 : 0x4200_0d48)
    expect(await findPinpad(new CardSession(connection))).toEqual({ pinpad: undefined, reason: 'not-offered' })
    expect(await connection.transmit(Uint8Array.of(0, 1, 2, 3))).toEqual(Uint8Array.of(0x90, 0))
    await transport.close()
    card.pull()
  },
)
