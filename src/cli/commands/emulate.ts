import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultScript, VirtualCard, VpcdAttachment } from '../../emulator/index.ts'
import { formatRoots } from '../applications/roots-file.ts'
import { readText } from '../bounded-file.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { makeVirtualCard } from '../transport.ts'
import { virtualCardOptions } from '../virtual-options.ts'

const retryMs = 2000

/** `emulate`: keeps a virtual card in a slot of vpcd until interrupted, which is how it is meant to end. */
export const emulateCommand: Command = async (context) => {
  const { io, options, messages } = context
  const { emulate } = messages
  const say = (text: string): void => void io.stdout.write(`${text}\n`)
  // The card serves programs that see none of this text.
  for (const stream of [io.stdout, io.stderr]) stream.becomeLog?.(() => {})
  const port = Number(options.get('port') ?? 35963)
  if (port < 1 || port > 65_535) throw usageError('bad-value', '--port PORT')
  const file = options.get('faults')
  const faults = file === undefined ? undefined : await readFaults(file)
  say(emulate.making)
  const card = await makeVirtualCard(io, { ...virtualCardOptions(options, 'kind'), faults })
  const { identity } = card
  const roots = options.get('out')
  if (roots !== undefined) await withFile('cannot-write', () => writeFile(roots, formatRoots(identity)))
  const { holder, cardExpiry, securityCode } = identity
  const printed = messages.printed.onVirtualCard(holder.birthDate, cardExpiry.slice(0, 4), securityCode)
  const host = options.get('host') ?? '127.0.0.1'
  const address = `${host}:${port}`
  let told = false
  while (!io.signal.aborted) {
    const attachment = await attach(context, card, { host, port })
    if (attachment !== undefined) {
      say(emulate.attached(messages.kinds[card.kind], address))
      say(emulate.pins)
      say(printed)
      say(emulate.stop)
      await attachment.closed
      if (!io.signal.aborted) say(emulate.detached)
    } else if (!told && !io.signal.aborted) {
      io.stderr.write(`${emulate.nothingListens(address)}\n`)
      told = true
    }
    await pause(io.signal)
  }
  say(emulate.ended)
  return undefined
}

/** `undefined` when nothing listens there, or when interrupted. */
async function attach(
  { io }: Context,
  card: VirtualCard,
  where: { readonly host: string; readonly port: number },
): Promise<VpcdAttachment | undefined> {
  const attachToVpcd = io.dependencies?.attachToVpcd ?? (await import('../../emulator/index.ts')).attachToVpcd
  try {
    return await attachToVpcd(card, { ...where, signal: io.signal })
  } catch (error) {
    if (io.signal.aborted || typeof (error as { code?: unknown } | null)?.code === 'string') return undefined
    throw error
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(retryMs, undefined, { signal }).catch(() => undefined)
}

async function readFaults(file: string): Promise<FaultScript> {
  const emulator: typeof import('../../emulator/index.ts') = await import('../../emulator/index.ts')
  const text = await readText(file)
  try {
    const script: unknown = JSON.parse(text)
    emulator.checkFaultScript(script)
    return script
  } catch (error) {
    throw usageError('bad-faults', error instanceof TypeError ? error.message : 'JSON')
  }
}
