import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  attachToVpcd,
  createVirtualCard,
  type Fault,
  type FaultAction,
  type VpcdAttachment,
} from '../../src/emulator/index.ts'
import type { CardConnection, CardTransport } from '../../src/transport/connection.ts'
import { bindingNames, openPcsc } from '../../src/transport/pcsc/index.ts'
import { type Baseline, baselineOf } from '../fault-matrix/cell.ts'
import { flows } from '../fault-matrix/flows.ts'
import { placesOf } from '../fault-matrix/matrix.ts'
import { rowOf } from '../fault-matrix/outcomes.ts'
import { brokenBy, isChanged, outcomeOf, perform, triesOf } from '../fault-matrix/run.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { follow, readerNames } from '../support/pcscd-fixture.ts'
import { identity } from '../support/virtual.ts'

// A sample of the fault matrix through a real pcscd: each flow with each fault, at another of its exchanges each time.
const reader = readerNames[0]
const sampled = [
  'identify',
  'user authentication',
  'signature',
  'PIN change',
  'text attributes',
  'individual number, secure messaging',
  'card face',
  'issuance, Juki card',
]
const faults: readonly (readonly [title: string, action: FaultAction | 'by another program', when: Fault['when']])[] = [
  ['pull', 'pull', 'before'],
  ['pull, late', 'pull', 'after'],
  ['reset', 'by another program', 'before'],
  ['silent', 'silent', 'before'],
  ['6985', { status: 0x6985 }, 'before'],
]

let pcscd: Pcscd
beforeAll(async () => {
  pcscd = await startPcscd()
})
afterAll(() => pcscd.stop())

describe.each(bindingNames)('through pcscd with %s', (binding) => {
  let transport: CardTransport
  let events: ReturnType<typeof follow>
  let attachment: VpcdAttachment | undefined
  let inserted = 0

  beforeAll(async () => {
    transport = await openPcsc({ binding, apduTimeoutMs: 400, connectTimeoutMs: 3_000 })
    events = follow(transport)
  })
  afterAll(async () => {
    await remove()
    await transport.close()
  })

  async function insert(card: Parameters<typeof attachToVpcd>[0]): Promise<void> {
    await remove()
    attachment = await attachToVpcd(card)
    await events.untilCount('card-inserted', ++inserted)
  }

  async function remove(): Promise<void> {
    if (attachment === undefined) return
    await attachment.detach()
    attachment = undefined
    await events.untilCount('card-removed', inserted)
  }

  // Half of the cells with each binding.
  const mine = sampled.filter((_, i) => i % 2 === bindingNames.indexOf(binding))
  describe.each(mine)('%s', (title) => {
    let baseline: Baseline
    beforeAll(async () => {
      baseline = await baselineOf(flows[title]!, flows[title]!.options ?? {})
    })

    test.each(faults)('%s', { timeout: 30_000 }, async (name, action, when) => {
      const row = faults.findIndex(([one]) => one === name)
      const own = baseline.own
      const at = 1 + ((row * 2 + 3 * sampled.indexOf(title)) % own)
      const fault: Fault = { at, do: action === 'by another program' ? 'reset' : action, when: when ?? 'before' }
      const card = await createVirtualCard({ identity: await identity(), ...baseline.options })
      await insert(card)
      const before = triesOf(card)
      const connect = () => transport.connect(reader, { timeoutMs: 3_000 })
      const run =
        action === 'by another program'
          ? await perform(baseline.flow.run, card, () => resetAt(transport, at), undefined)
          : await perform(baseline.flow.run, card, connect, fault)
      const outcome = outcomeOf(run, baseline.result)
      const place = { ...placesOf(baseline)[at - 1]!, flow: title, fault: name }
      const left = await Promise.race([attachment?.closed, undefined])
      const met = run.error instanceof Error ? `${run.error.message}, ${String(run.error.cause)}, card: ${left}` : ''
      expect(rowOf(place)?.allowed, `${name} at ${at} (${place.kind}): ${met}`).toContain(outcome)
      expect(brokenBy(run, baseline.exchanges.length, fault, before)).toEqual([])

      if (card.pulled || fault.do === 'silent') await insert(card)
      const changed = isChanged(run, action === 'by another program' ? undefined : fault)
      const next = await perform(baseline.flow.next ?? baseline.flow.run, card, connect, undefined, changed)
      expect(outcomeOf(next, baseline.nextResult)).toBe('done')
      expect([next.broken, next.report.cleared]).toEqual([[], true])
    })
  })
})

/** A shared connection whose card another program resets before that exchange. */
async function resetAt(transport: CardTransport, at: number): Promise<CardConnection> {
  const connection = await transport.connect(reader, { exclusive: false, timeoutMs: 3_000 })
  const script = fileURLToPath(new URL('../support/pcscd-other-program.mjs', import.meta.url))
  const other = spawn(process.execPath, [script, reader, 'shared'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toBe('connected')
  let exchanges = 0
  return {
    reader: connection.reader,
    atr: connection.atr,
    async transmit(command) {
      if (++exchanges === at) {
        other.stdin.write('reset\n')
        await once(other, 'exit')
      }
      return connection.transmit(command)
    },
    reconnect: (disposition) => connection.reconnect(disposition),
    close: (disposition) => connection.close(disposition),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
