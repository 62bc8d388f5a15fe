import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultScript, VirtualCard, VpcdAttachment } from '../../emulator/index.ts'
import { type Option, optionForm } from '../arguments.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { generalOptions, identity, json, kind, out, virtualLimits, wholeNumber } from '../options.ts'
import { makeVirtualCard, virtualCardOptions } from '../transport.ts'

const port: Option = {
  name: 'port',
  meta: 'PORT',
  pattern: wholeNumber,
  help: { ja: 'vpcd のポート（既定 35963、スロット1は 35964）', en: 'port of vpcd, default 35963; slot 1 is 35964' },
}

const host: Option = {
  name: 'host',
  meta: 'HOST',
  help: { ja: 'vpcd のホスト（既定 127.0.0.1）', en: 'host of vpcd, default 127.0.0.1' },
}

const contactless: Option = {
  name: 'contactless',
  help: { ja: '非接触リーダー経由の ATR を返します', en: 'answer to reset as through a contactless reader' },
}

const faults: Option = {
  name: 'faults',
  meta: 'FILE',
  help: { ja: '発生させる障害を記述した JSON ファイル', en: 'JSON file with faults of the card' },
}

export const emulate: Command = {
  name: 'emulate',
  options: [kind, identity, port, host, ...virtualLimits, contactless, faults, out, ...generalOptions],
  help: {
    ja: 'vpcd の仮想リーダーに仮想カードを置きます（Ctrl-C で終了）。',
    en: 'Put a virtual card in the virtual reader of vpcd until Ctrl-C.',
  },
  notes: {
    ja: '券面に印刷されるはずの内容も表示します。--out には、text verify と visual verify の --roots に使うルート鍵を書き込みます。--json では、カードの状態が変わるたびに JSON を1行出力します。',
    en: 'Shows the printed data of the card. --out writes its root keys, for --roots of text verify and visual verify. With --json, one JSON object per line for each change of state.',
  },
  run,
}

const retryMs = 2000

/** A line of `--json`, with the time. */
type EmulateEvent =
  | {
      readonly event: 'created'
      readonly kind: string
      readonly printed: Readonly<Record<'birthDate' | 'cardExpiry' | 'securityCode', string>>
    }
  | { readonly event: 'attached' | 'nothing-listens'; readonly address: string }
  | { readonly event: 'detached' | 'ended' }

/** `emulate`: keeps a virtual card in a slot of vpcd until interrupted (the regular end). */
async function run(context: Context): Promise<undefined> {
  const { io, options, messages } = context
  const { emulate: texts } = messages
  /** For people a text, if there is one; for programs a JSON line. */
  const say = (text: string | undefined, event?: EmulateEvent): void => {
    if (!options.has(json)) io.stdout.write(text === undefined ? '' : `${text}\n`)
    else if (event !== undefined) io.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
  }
  // The card serves other programs, so output errors must not end it.
  for (const stream of [io.stdout, io.stderr]) stream.becomeLog?.(() => {})
  const portNumber = Number(options.get(port) ?? 35963)
  if (portNumber < 1 || portNumber > 65_535) throw usageError('bad-value', optionForm(port))
  const file = options.get(faults)
  const script = file === undefined ? undefined : await readFaults(file)
  const chosen = await virtualCardOptions(options, options.has(contactless))
  const hasUsualPins = [chosen.authPin, chosen.signPassword, chosen.textPin, chosen.jukiPin].every(
    (pin) => pin === undefined,
  )
  if (chosen.identity === undefined) say(texts.making)
  const card = await makeVirtualCard(io, { ...chosen, faults: script })
  const roots = options.get(out)
  if (roots !== undefined) {
    const { formatRoots } = await import('../applications/roots.ts')
    await withFile('cannot-write', () => writeFile(roots, formatRoots(card.identity)))
  }
  const { holder, cardExpiry, securityCode, individualNumber } = card.identity
  const year = cardExpiry.slice(0, 4)
  const number = chosen.individualNumber ?? individualNumber
  const printed = messages.printed.onVirtualCard(holder.birthDate, year, securityCode, number)
  const where = { host: options.get(host) ?? '127.0.0.1', port: portNumber }
  const address = `${where.host}:${where.port}`
  const onCard = { birthDate: holder.birthDate, cardExpiry, securityCode, individualNumber: number }
  say(undefined, { event: 'created', kind: card.kind, printed: onCard })
  let said = false
  while (!io.signal.aborted) {
    const attachment = await attach(context, card, where)
    if (attachment !== undefined) {
      say(texts.attached(messages.kinds[card.kind], address), { event: 'attached', address })
      if (hasUsualPins) say(texts.pins)
      say(printed)
      say(texts.stop)
      await attachment.closed
      if (!io.signal.aborted) say(texts.detached, { event: 'detached' })
    } else if (!said && !io.signal.aborted) {
      io.stderr.write(`${texts.nothingListens(address)}\n`)
      say(undefined, { event: 'nothing-listens', address })
      said = true
    }
    await pause(io.signal)
  }
  say(texts.ended, { event: 'ended' })
  return undefined
}

/** `undefined` if nothing listens there, or when interrupted. */
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
  const { readText } = await import('../bounded-file.ts')
  const text = await readText(file)
  try {
    const script: unknown = JSON.parse(text)
    emulator.checkFaultScript(script)
    return script
  } catch (error) {
    throw usageError('bad-faults', error instanceof TypeError ? error.message : 'JSON')
  }
}
