import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { freeze } from './freeze.ts'

const addon: { newClient(): { connect(reader: string, mode: number): Promise<unknown> } } = createRequire(
  import.meta.url,
)('pcsc-mini/build/addon.node.js')

/** The pcscd of this test run. Needs `scripts/with-pcscd.mjs` around the process. */
export class Pcscd {
  #child: ChildProcess | undefined

  async start(): Promise<void> {
    if (this.#child !== undefined) return
    const child = spawn('pcscd', ['--foreground'], { stdio: 'ignore' })
    this.#child = child
    for (let attempt = 0; attempt < 500; attempt++) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`pcscd ended: ${child.exitCode}`)
      if (await answers()) return
      await sleep(10)
    }
    throw new Error('pcscd does not answer')
  }

  /** Ends it and waits until it is gone. `SIGKILL` leaves its socket file behind, as a crash does. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const force = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(force)
  }

  /** Lets it hang, as a driver at fault does, until {@link thaw}. */
  freeze(): Promise<void> {
    return freeze(this.#child)
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.stop(signal)
    await this.start()
  }
}

export async function startPcscd(): Promise<Pcscd> {
  const pcscd = new Pcscd()
  await pcscd.start()
  return pcscd
}

/**
 * Whether it serves clients already. It listens long before: it first waits for its readers and the cards in them, and a
 * card of this process could not answer it while this process is waiting for the service.
 */
async function answers(): Promise<boolean> {
  try {
    await addon.newClient().connect('no reader', 2)
  } catch (error) {
    return (error as { readonly code?: string }).code === 'UnknownReader'
  }
  return false
}
