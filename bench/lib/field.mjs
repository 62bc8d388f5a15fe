import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { attachToVpcd, createVirtualCard } from '../../dist/emulator/index.js'

/** A pcscd of its own with the virtual card in its first reader. Needs scripts/with-pcscd.mjs around the process. */
export async function openField(options) {
  const pcscd = spawn('pcscd', ['--foreground'], { stdio: 'ignore' })
  for (let attempt = 0; attempt < 200 && !existsSync('/run/pcscd/pcscd.comm'); attempt++) await sleep(25)
  const card = await createVirtualCard({ keepLog: false, ...options })
  let attachment
  for (let attempt = 0; attempt < 100 && attachment === undefined; attempt++) {
    attachment = await attachToVpcd(card).catch(() => sleep(50))
  }
  await sleep(1000)
  return {
    card,
    async reinsert() {
      await attachment.detach()
      await sleep(1000)
      attachment = await attachToVpcd(card)
      await sleep(1000)
    },
    async close() {
      await attachment.detach()
      const ended = once(pcscd, 'exit')
      pcscd.kill()
      await ended
    },
  }
}
