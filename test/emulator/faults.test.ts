import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { checkFaultScript, type FaultScript, VirtualCardGone } from '../../src/emulator/index.ts'
import { poweredCard, selectFile, selectJpki, send, sw, verifyCurrent } from './support.ts'

async function atPin(faults: FaultScript) {
  const card = await poweredCard()
  await sw(card, selectJpki, selectFile('0018'))
  card.setFaults(faults)
  return card
}

describe('a fault script', () => {
  test.each([
    ['pulled', 'pull'],
    ['reset', 'reset'],
  ] as const)('%s before: the try is not spent; after: it is', async (reason, action) => {
    for (const [when, tries] of [
      ['before', 3],
      ['after', 2],
    ] as const) {
      const card = await atPin([{ at: 1, on: 0x20, do: action, when }])
      await expect(send(card, verifyCurrent('9999'))).rejects.toMatchObject({ name: 'VirtualCardGone', reason })
      expect(card.triesLeft('auth')).toBe(tries)
      expect(card.powered).toBe(action === 'reset')
    }
  })

  test('a pulled card has lost its state and can be powered again', async () => {
    const card = await atPin([{ at: 2, do: 'pull', when: 'after' }])
    await sw(card, verifyCurrent('1234'))
    await expect(send(card, '00200080')).rejects.toBeInstanceOf(VirtualCardGone)
    expect(card.verified('auth')).toBe(false)
    expect(card.pulled).toBe(true)
    await expect(send(card, '00200080')).rejects.toMatchObject({ reason: 'pulled' })
    card.powerOn()
    expect(card.pulled).toBe(false)
    expect(await send(card, selectJpki)).toBe('9000')
  })

  test('silent never answers, until the power goes', async () => {
    const card = await atPin([{ at: 1, do: 'silent' }])
    const answer = send(card, '00200080')
    const first = await Promise.race([
      answer.catch(() => 'lost'),
      new Promise((resolve) => setTimeout(resolve, 30, 'waiting')),
    ])
    expect(first).toBe('waiting')
    card.powerOff()
    await expect(answer).rejects.toMatchObject({ reason: 'powered-off' })
  })

  test('empty, status and garbage replace the answer', async () => {
    const card = await atPin([
      { at: 1, do: 'empty' },
      { at: 2, do: { status: 0x6f00 } },
      { at: 3, do: { garbage: 'DE AD' } },
    ])
    expect(await send(card, '00200080')).toBe('')
    expect(await send(card, '00200080')).toBe('6F00')
    expect(await send(card, '00200080')).toBe('DEAD')
    expect(await send(card, '00200080')).toBe('63C3')
  })

  test('truncate executes the command and cuts its answer', async () => {
    const card = await atPin([{ at: 1, do: { truncate: 1 } }])
    expect(await send(card, verifyCurrent('9999'))).toBe('63')
    expect(card.triesLeft('auth')).toBe(2)
  })

  test('a status after execution hides what happened', async () => {
    const card = await atPin([{ at: 1, do: { status: 0x6f00 }, when: 'after' }])
    expect(await send(card, verifyCurrent('1234'))).toBe('6F00')
    expect(card.verified('auth')).toBe(true)
  })

  test('a delay comes before or after execution', async () => {
    for (const [when, tries] of [
      ['before', 3],
      ['after', 2],
    ] as const) {
      const card = await atPin([{ at: 1, do: { delayMs: 40 }, when }])
      const start = performance.now()
      const answer = send(card, verifyCurrent('9999'))
      expect(card.triesLeft('auth')).toBe(tries)
      expect(await answer).toBe('63C2')
      expect(performance.now() - start).toBeGreaterThan(35)
    }
  })

  test('at counts all exchanges, or those with the INS of on; the first entry that fits happens', async () => {
    const card = await atPin([
      { at: 2, on: [0xb0, 0x20], do: { status: 0x6f01 } },
      { at: 'every', on: 0xa4, do: { status: 0x6f02 } },
      { at: 2, do: { status: 0x6f03 } },
    ])
    expect(await send(card, '00200080')).toBe('63C3')
    expect(await send(card, selectFile('000A'))).toBe('6F02')
    expect(await send(card, '00200080')).toBe('6F01')
    expect(await send(card, selectFile('000A'))).toBe('6F02')
    card.setFaults(undefined)
    expect(await send(card, selectFile('000A'))).toBe('9000')
  })

  test('survives JSON', async () => {
    const script: FaultScript = [{ at: 1, on: 0x20, do: { garbage: '00' }, when: 'after' }]
    const card = await atPin(JSON.parse(JSON.stringify(script)))
    expect(await send(card, '00200080')).toBe('00')
  })

  test('the log holds what left the card', async () => {
    const card = await atPin([{ at: 1, do: { truncate: 1 } }])
    await send(card, '00200080')
    expect(card.log.map(({ response }) => toHex(response))).toEqual(['9000', '9000', '63'])
  })
})

describe('the script check', () => {
  test.each([
    ['{}', 'faults: '],
    ['[1]', 'faults[0]: '],
    ['[{"at":1,"do":"pull"},{"at":0,"do":"pull"}]', 'faults[1].at: '],
    ['[{"at":"each","do":"pull"}]', 'faults[0].at: '],
    ['[{"at":1.5,"do":"pull"}]', 'faults[0].at: '],
    ['[{"at":1,"on":256,"do":"pull"}]', 'faults[0].on: '],
    ['[{"at":1,"on":["20"],"do":"pull"}]', 'faults[0].on: '],
    ['[{"at":1,"do":"push"}]', 'faults[0].do: '],
    ['[{"at":1}]', 'faults[0].do: '],
    ['[{"at":1,"do":{"truncate":1,"status":1}}]', 'faults[0].do: '],
    ['[{"at":1,"do":{"status":65536}}]', 'faults[0].do.status: '],
    ['[{"at":1,"do":{"delayMs":-1}}]', 'faults[0].do.delayMs: '],
    ['[{"at":1,"do":{"garbage":"ABC"}}]', 'faults[0].do.garbage: '],
    ['[{"at":1,"do":{"constructor":1}}]', 'faults[0].do.constructor: '],
    ['[{"at":1,"do":"pull","when":"now"}]', 'faults[0].when: '],
    ['[{"at":1,"do":"pull","often":true}]', 'faults[0].often: '],
  ])('%s is a TypeError at %s', (json, position) => {
    const check = (): void => checkFaultScript(JSON.parse(json))
    expect(check).toThrow(TypeError)
    expect(check).toThrow(position)
  })
})

describe('options', () => {
  test.each([
    { authPin: '12345' },
    { signPassword: 'abc123' },
    { individualNumber: '12' },
    { kind: 'passport' as never },
    { triesLeft: { absent: 1 } as never },
    { triesLeft: { auth: 4 } },
    { kind: 'juki' as const, triesLeft: { auth: 1 } },
    { atr: new Uint8Array(1) },
    { faults: [{ at: 0, do: 'pull' as const }] },
  ])('%j is refused', async (options) => {
    await expect(poweredCard(options)).rejects.toThrow(/must|unknown PIN|no such PIN/)
  })

  test.each([
    [{}, '3BDA13FF8131FB468012392F31C173C601C03B'],
    [{ capabilities: { extendedLength: false } }, '3BC5FF8131FB458073C6010000'],
    [{ interface: 'contactless' as const }, '3B888001000005E0B381A1007F'],
    [{ kind: 'juki' as const }, '3BE000FF8131FE4514'],
    [{ kind: 'juki' as const, interface: 'contactless' as const }, '3B888001000014E0B38191005E'],
    [{ atr: Uint8Array.of(0x3b, 0) }, '3B00'],
  ])('%j gives the ATR %s', async (options, atr) => {
    expect(toHex((await poweredCard(options)).atr)).toBe(atr)
  })

  test('an unpowered card does not answer', async () => {
    const card = await poweredCard()
    card.powerOff()
    await expect(send(card, selectJpki)).rejects.toMatchObject({ reason: 'unpowered' })
    expect(() => card.warmReset()).toThrow(VirtualCardGone)
  })
})
