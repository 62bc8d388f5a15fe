import { pinIds, pins } from '../../pins.ts'
import type { ChangeablePin } from '../applications/pins.ts'
import { choice } from '../arguments.ts'
import type { Command } from '../context.ts'
import { pinOptions } from '../options.ts'

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
