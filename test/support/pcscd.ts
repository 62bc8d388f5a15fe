import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const socketPath = '/run/pcscd/pcscd.comm'

/** The pcscd of this test run. Needs `scripts/with-pcscd.mjs` around the process. */
export class Pcscd {
  #child: ChildProcess | undefined

  async start(): Promise<void> {
    if (this.#child !== undefined) return
    const child = spawn('pcscd', ['--foreground'], { stdio: 'ignore' })
    this.#child = child
    for (let attempt = 0; attempt < 500; attempt++) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`pcscd ended: ${child.exitCode}`)
      if (await listens()) return
      await sleep(10)
    }
    throw new Error('pcscd does not listen')
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

function listens(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
