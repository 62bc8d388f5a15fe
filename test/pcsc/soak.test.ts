import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleProcess } from '../../src/cli/field/process-sample.ts'
import { attachToVpcd, createVirtualCard, type VpcdAttachment } from '../../src/emulator/index.ts'
import { runSoak, type SoakHands, type SoakOptions } from '../../src/reader-test/index.ts'
import type { CardTransport } from '../../src/transport/index.ts'
import { openPcsc } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { identity } from '../support/virtual.ts'

let pcscd: Pcscd
beforeAll(async () => {
  pcscd = await startPcscd()
})
afterAll(() => pcscd?.stop())

const common = {
  at: new Date(),
  sample: sampleProcess,
  pause: (milliseconds: number) => (milliseconds === 0 ? turn() : sleep(milliseconds)),
} satisfies Partial<SoakOptions>

/** Sessions with one card; it is taken out and put in after every so many, as slowly as the reader notices. */
async function hands(transport: CardTransport, every: number): Promise<SoakHands & { stop(): Promise<void> }> {
  const card = await createVirtualCard({ identity: await identity(), keepLog: false })
  let attachment: VpcdAttachment | undefined
  const stop = async () => {
    await attachment?.detach()
    attachment = undefined
    while ((await transport.readers()).some(({ cardPresent }) => cardPresent)) await sleep(50)
  }
  return {
    before: async (session) => {
      if (session % every === 0) await stop()
      attachment ??= await attachToVpcd(card)
      return { faulty: false }
    },
    after: async () => {},
    stop,
  }
}

describe('soak through pcscd', { timeout: 300_000 }, () => {
  test('500 sessions, the card out and in every 50, leave memory and handles as they were', async () => {
    const transport = await openPcsc()
    const at = await hands(transport, 50)
    const report = await runSoak(transport, { ...common, sessions: 500, hands: at })
    await at.stop()
    await transport.close()
    expect(report.errors.filter(({ code }) => code === 'internal')).toEqual([])
    expect(report).toMatchObject({ sessions: 500, ended: 'done' })
    expect(report.failed, JSON.stringify(report.errors)).toBe(0)
    const [first, last] = [report.tenths[0]!.sample, report.tenths.at(-1)!.sample]
    expect(last.heapBytes / first.heapBytes).toBeLessThan(1.05)
    expect(last.descriptors! - first.descriptors!).toBeLessThanOrEqual(0)
    const count = (sample: typeof first) => Object.values(sample.resources).reduce((sum, one) => sum + one, 0)
    expect(count(last)).toBeLessThanOrEqual(count(first))
  })

  test('a service that is killed and comes back is counted, and the sessions go on', async () => {
    const transport = await openPcsc()
    const card = await createVirtualCard({ identity: await identity(), keepLog: false })
    let attachment = await attachToVpcd(card)
    let finished = 0
    const restart = async (session: number) => {
      if (session !== 10) return { faulty: false }
      await attachment.detach()
      await pcscd.stop('SIGKILL')
      setTimeout(async () => {
        await pcscd.start()
        attachment = await attachToVpcd(card)
      }, 500)
      return { faulty: true }
    }
    const report = await runSoak(transport, {
      ...common,
      sessions: 20,
      hands: { before: restart, after: async () => void finished++ },
    })
    await attachment.detach()
    await transport.close()
    expect(report).toMatchObject({ sessions: 20, ended: 'done' })
    expect(report.outages).toBeGreaterThanOrEqual(1)
    expect(report.errors.map(({ code }) => code)).toContain('ERR_SERVICE_UNAVAILABLE')
    expect(report.checks.find(({ id }) => id === 'sessions')!.value).toBeGreaterThanOrEqual(19)
    expect(finished).toBe(20)
  })
})
