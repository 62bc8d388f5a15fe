import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exportIdentity } from '../../dist/emulator/index.js'
import { ask } from './tasks.mjs'

/** Milliseconds in which pcscd notices that a card came or left. */
const notice = 1000

/** A pcscd of its own with the virtual card in its first reader. Needs scripts/with-pcscd.mjs around the process. */
export async function openField({ identity, ...options }) {
  const pcscd = spawn('pcscd', ['--foreground'], { stdio: 'ignore' })
  for (let attempt = 0; attempt < 200 && !existsSync('/run/pcscd/pcscd.comm'); attempt++) await sleep(25)
  await sleep(500)
  const child = fork(fileURLToPath(new URL('card-process.mjs', import.meta.url)))
  await ask(child, 'create', { ...options, identity: exportIdentity(identity) })
  await ask(child, 'insert')
  await sleep(notice)
  return {
    exchanges: () => ask(child, 'exchanges'),
    async reinsert() {
      await this.remove()
      await ask(child, 'insert')
      await sleep(notice)
    },
    async remove() {
      await ask(child, 'remove')
      await sleep(notice)
    },
    /** Resolves when the card is in the reader; pcscd notices it later. */
    insert: () => ask(child, 'insert'),
    async close() {
      await ask(child, 'remove')
      child.disconnect()
      const ended = once(pcscd, 'exit')
      pcscd.kill()
      await ended
    },
  }
}
