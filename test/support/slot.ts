import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { attachToVpcd, type VirtualCard, type VpcdAttachment } from '../../src/emulator/index.ts'

/** The built command line. */
export const commandLine = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))

/** Slot 0 of the virtual reader in the private pcscd: cards are put in and taken out of it. */
export class Slot {
  readonly reader = 'Virtual PCD 00 00'
  #attachment: VpcdAttachment | undefined
  #emulator: ChildProcess | undefined

  /** Puts the card in, in place of what was there, and waits until another PC/SC program sees it. */
  async insert(card: VirtualCard): Promise<void> {
    await this.remove()
    this.#attachment = await attachToVpcd(card)
    await this.#until('Yes')
  }

  /** Puts a card in by the command line's `emulate`, in a process of its own. */
  async emulate(...options: string[]): Promise<void> {
    await this.remove()
    this.#emulator = spawn(process.execPath, [commandLine, 'emulate', ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await this.#until('Yes', 15_000)
  }

  /** Takes the card out and waits until that is seen. */
  async remove(): Promise<void> {
    if (this.#attachment === undefined && this.#emulator === undefined) return
    await this.#attachment?.detach()
    this.#attachment = undefined
    await this.#endEmulator()
    await this.#until('No')
  }

  async #endEmulator(): Promise<void> {
    const emulator = this.#emulator
    this.#emulator = undefined
    if (emulator === undefined) return
    const ended = once(emulator, 'exit')
    emulator.kill('SIGTERM')
    const [code] = await ended
    if (code !== 0) throw new Error(`emulate ended with ${code}`)
  }

  async #until(word: 'Yes' | 'No', timeoutMs = 10_000): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      const { stdout } = await run('opensc-tool', ['--list-readers'])
      if (new RegExp(`^0\\s+${word}\\s`, 'm').test(stdout)) return
      await sleep(50)
    }
    throw new Error(`the reader does not show ${word === 'Yes' ? 'a card' : 'an empty slot'}`)
  }
}

/** Runs a program while this process goes on serving the card. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...options.env }, timeout: 30_000 })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => err.push(piece))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}
