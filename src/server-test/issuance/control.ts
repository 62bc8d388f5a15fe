import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CaseAborted } from '../verdict.ts'
import type { ControlCommands, controlNames } from './options.ts'

type ControlName = (typeof controlNames)[number]

/** Longest time of a command, milliseconds. */
const longestMs = 120_000

/** Runs the commands of an operator. */
export class Control {
  readonly #commands: ControlCommands
  readonly #signal: AbortSignal | undefined

  constructor(commands: ControlCommands | undefined, signal: AbortSignal | undefined) {
    this.#commands = commands ?? {}
    this.#signal = signal
  }

  /** Whether the store keeps nothing when the server ends. */
  get forgets(): boolean {
    return this.#commands.forgets === true
  }

  /** @throws CaseAborted when one of them was not given. */
  requireCommand(...names: readonly ControlName[]): void {
    const missing = names.filter((name) => this.#commands[name] === undefined)
    if (missing.length === 0) return
    throw new CaseAborted({ result: 'not-run', reason: 'not-configured', came: `--control: ${missing.join(', ')}` })
  }

  /** Runs one to its end. @throws CaseAborted when it was not given, or fails. */
  async run(name: ControlName): Promise<void> {
    this.requireCommand(name)
    const child = spawn(this.#commands[name]!, {
      shell: true,
      stdio: 'ignore',
      signal: this.#signal,
      timeout: longestMs,
    })
    const failed = (came: string): CaseAborted =>
      new CaseAborted({ result: 'not-run', reason: 'command-failed', came: `${name}: ${came}` })
    const [code, signal] = await once(child, 'exit').catch(() => {
      throw failed('error')
    })
    if (code !== 0) throw failed(String(code ?? signal))
  }
}
