import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { attachToVpcd, type VirtualCard, type VpcdAttachment } from '../../src/emulator/index.ts'

/** Slot 0 of the virtual reader in the private pcscd: cards are put in and taken out of it. */
export class Slot {
  readonly reader = 'Virtual PCD 00 00'
  #attachment: VpcdAttachment | undefined

  /** Puts the card in, in place of what was there, and waits until another PC/SC program sees it. */
  async insert(card: VirtualCard): Promise<void> {
    await this.remove()
    this.#attachment = await attachToVpcd(card)
    await this.#until('Yes')
  }

  /** Takes the card out and waits until that is seen. */
  async remove(): Promise<void> {
    if (this.#attachment === undefined) return
    await this.#attachment.detach()
    this.#attachment = undefined
    await this.#until('No')
  }

  async #until(word: 'Yes' | 'No'): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
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
  options: { readonly input?: string | Uint8Array; readonly cwd?: string } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, stdio: 'pipe', timeout: 30_000 })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => err.push(piece))
    child.on('error', reject)
    child.on('close', (code) => {
      const bytes = Buffer.concat(out)
      resolve({ code, stdout: bytes.toString('utf8'), stderr: Buffer.concat(err).toString('utf8'), bytes })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}
