import { toHex } from '../../bytes.ts'
import { JpkiCardError } from '../../errors.ts'
import { localMoment } from '../../report/index.ts'
import type { CardTransport, ReaderEvent, ReaderState } from '../../transport/index.ts'
import type { Option } from '../arguments.ts'
import type { Command, Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { generalOptions, json, sourceOptions } from '../options.ts'
import { table } from '../output.ts'
import { openTransport } from '../transport.ts'

const watch: Option = {
  name: 'watch',
  help: { ja: 'Ctrl-C まで状態の変化を表示し続けます', en: 'go on and show changes, until Ctrl-C' },
}

export const readers: Command = {
  name: 'readers',
  options: [watch, ...sourceOptions, ...generalOptions],
  help: {
    ja: 'カードリーダーとその状態を一覧表示します。',
    en: 'List card readers and the cards in them.',
  },
  notes: {
    ja: '--watch --json では、1行に1つのオブジェクト {"at":…,"event":…,"reader":…} を Ctrl-C まで出力します。',
    en: 'With --watch --json: one object per line, {"at":…,"event":…,"reader":…}, until Ctrl-C.',
  },
  run,
}

async function run(context: Context): Promise<Result | undefined> {
  const transport = await openTransport(context)
  try {
    if (context.options.has(watch)) return await watchReaders(context, transport)
    return list(context.messages, await transport.readers())
  } finally {
    await transport.close()
  }
}

function list(messages: Messages, readers: readonly ReaderState[]): Result {
  const rows = readers.map((reader) => [reader.name, stateOf(reader, messages)])
  return {
    json: { readers: readers.map(describe) },
    text: readers.length === 0 ? '' : table(rows, ''),
    ...(readers.length === 0 && { note: messages.noReaders }),
  }
}

async function watchReaders({ io, options, messages }: Context, transport: CardTransport): Promise<undefined> {
  const asJson = options.has(json)
  for await (const event of transport.watch({ signal: io.signal })) {
    const now = new Date()
    const line = asJson
      ? JSON.stringify({ at: now.toISOString(), ...eventObject(event) })
      : `${localMoment(now)}  ${eventLine(event, messages)}`
    io.stdout.write(`${line}\n`)
  }
  return undefined
}

function eventObject(event: ReaderEvent): object {
  if (event.type === 'service-lost') {
    const code = event.error instanceof JpkiCardError ? event.error.code : 'ERR_SERVICE_UNAVAILABLE'
    return { event: event.type, error: { code, message: event.error.message } }
  }
  if (event.type === 'service-restored') return { event: event.type }
  return {
    event: event.type,
    reader: typeof event.reader === 'string' ? { name: event.reader } : describe(event.reader),
  }
}

function eventLine(event: ReaderEvent, messages: Messages): string {
  const what = messages.readerEvents[event.type]
  if (!('reader' in event)) return what
  return `${what}: ${typeof event.reader === 'string' ? event.reader : event.reader.name}`
}

function describe({ name, cardPresent, mute, busy, atr }: ReaderState): object {
  return { name, cardPresent, mute, busy, atr: atr === undefined ? null : toHex(atr) }
}

function stateOf({ cardPresent, mute, busy }: ReaderState, { readerStates }: Messages): string {
  if (busy) return readerStates.busy
  if (mute) return readerStates.mute
  return cardPresent ? readerStates.card : readerStates.empty
}
