import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVirtualCard, type VirtualCardOptions } from '../../src/emulator/index.ts'
import { bindingNames } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { commandLine, run, Slot } from '../support/slot.ts'
import { identity } from '../support/virtual.ts'

let pcscd: Pcscd
const slot = new Slot()

beforeAll(async () => {
  expect(existsSync(commandLine), 'run `npm run build` first').toBe(true)
  pcscd = await startPcscd()
})
afterAll(async () => {
  await slot.remove()
  await pcscd.stop()
})

async function smoke(options: VirtualCardOptions, args: readonly string[], input = '') {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  await slot.insert(card)
  const before = card.exchanges
  const { code, stdout } = await run(process.execPath, [commandLine, 'smoke', '--json', ...args], { input })
  return { card, code, json: JSON.parse(stdout), exchanges: card.exchanges - before }
}

describe.each(bindingNames)('smoke through pcscd with %s', (binding) => {
  test('without a PIN', async () => {
    const { card, code, json, exchanges } = await smoke({}, ['--rounds', '2', '--binding', binding])
    expect(json.counts).toEqual({ passed: 32, failed: 0, skipped: 8 })
    expect([code, json.exchanges]).toEqual([0, exchanges])
    expect(json.steps.find(({ id }: { id: string }) => id === 'chain-auth').reason).toBe('no-anchor')
    expect([card.triesLeft('auth'), card.triesLeft('sign')]).toEqual([3, 5])
  })

  test('with both secrets, on a card that takes the long way only', async () => {
    const capabilities = { shortFileId: false, extendedLength: false, directReference: false }
    const args = ['--rounds', '1', '--pin-stdin', '--sign-password', '--binding', binding]
    const { card, code, json } = await smoke({ capabilities }, args, '1234\nABC123\n')
    expect([code, json.counts.failed]).toEqual([0, 0])
    expect([card.verified('auth'), card.verified('sign')]).toEqual([false, false])
  })
})

test('a card pulled in the middle: the step fails, the rounds that follow say so', async () => {
  const faults = [{ at: 12, do: 'pull' }] as const
  const { code, json } = await smoke({ faults }, ['--rounds', '2'])
  const runs = json.steps.flatMap((step: { runs: { status: string; reason?: string }[] }) => step.runs)
  expect(code).toBe(1)
  expect(runs.filter(({ status }: { status: string }) => status === 'failed').length).toBeGreaterThan(0)
})
