import { pinIds, pins } from '../../pins.ts'
import type { ChangeablePin } from '../applications/pins.ts'
import { choice } from '../arguments.ts'
import type { Command } from '../context.ts'
import { cardOptions, pinOptions } from '../options.ts'

export const pinStatus: Command = {
  name: 'pin status',
  options: [...cardOptions],
  session: true,
  help: {
    ja: '暗証番号の残り回数を表示します（残り回数は減りません）。',
    en: 'Show how many tries each PIN has left. Spends no try.',
  },
  run: async (context) => (await import('../applications/pins.ts')).pinStatus(context),
}

const changeable = pinIds.filter((id) => pins[id].changeable) as readonly ChangeablePin[]

const pin = choice(changeable, {
  name: 'pin',
  namesPin: true,
  help: { ja: '対象の暗証番号の種類（暗証番号そのものではありません）', en: 'which PIN; never the PIN itself' },
})

export const pinChange: Command = {
  name: 'pin change',
  options: [pin, ...pinOptions],
  required: [pin],
  session: true,
  help: {
    ja: '暗証番号を変更します。現在の暗証番号と、新しい暗証番号（2回）を入力します。',
    en: 'Change a PIN. Asks for the current one and, twice, for the new one.',
  },
  notes: {
    ja: '--pin-stdin では、1行目が現在の暗証番号、2行目が新しい暗証番号です。',
    en: 'With --pin-stdin: the first line is the current PIN, the second the new one.',
  },
  run: async (context) => (await import('../applications/pins.ts')).changePin(context, context.options.get(pin)!),
}

export const jukiStatus: Command = {
  name: 'juki status',
  options: [...cardOptions],
  session: true,
  help: {
    ja: '住民基本台帳用の暗証番号の残り回数を表示します（残り回数は減りません）。',
    en: 'Show how many tries the PIN for the Basic Resident Register has left. Spends no try.',
  },
  run: async (context) => (await import('../applications/pins.ts')).jukiStatus(context),
}
