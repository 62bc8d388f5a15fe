import { type Option, optionForm, type Texts } from './arguments.ts'
import { usageError } from './cli-error.ts'
import type { Command } from './context.ts'
import type { Language } from './language.ts'
import { generalOptions, pinOptions, virtual } from './options.ts'
import { packageVersion } from './package-version.ts'
import { columns, wrap } from './style.ts'

const texts = {
  usage: { ja: '使い方', en: 'Usage' },
  intro: {
    ja: 'マイナンバーカード、住民基本台帳カード、スマホ用電子証明書をカードリーダー経由で、暗証番号を安全に扱いながら利用します。',
    en: 'Works with My Number cards, Juki cards and phone tokens through a card reader, and keeps PINs safe.',
  },
  commands: { ja: 'コマンド', en: 'Commands' },
  options: { ja: 'オプション', en: 'Options' },
  common: {
    ja: '共通のオプション（説明は jpki-card help options）',
    en: 'Common options (see jpki-card help options)',
  },
  commonHeading: { ja: '共通のオプション', en: 'Common options' },
  more: {
    ja: 'jpki-card help COMMAND（または COMMAND --help）で各コマンドの説明、jpki-card --version でバージョンを表示します。',
    en: 'jpki-card help COMMAND (or COMMAND --help) shows the options of a command, jpki-card --version the version.',
  },
  pins: {
    ja: '暗証番号は入力を求められたときに入力するか（画面には表示されません）、--pin-stdin で渡します。引数では受け付けません。',
    en: 'PINs are typed when asked, without echo, or read with --pin-stdin. They are never taken from arguments.',
  },
  exitCodes: { ja: '終了コード', en: 'Exit codes' },
} as const satisfies Record<string, Texts>

/** Exit codes of the program, see `exit-codes.ts`. */
const exitCodes: readonly (readonly [code: string, meaning: Texts])[] = [
  ['0', { ja: '正常終了', en: 'done' }],
  ['1', { ja: 'カードが拒否した、または検証に失敗した', en: 'the card refused, or a check failed' }],
  ['2', { ja: 'コマンドの指定の誤り', en: 'wrong usage' }],
  ['3', { ja: 'サービス、リーダー、カードのいずれかがない', en: 'no service, reader or card' }],
  ['4', { ja: '暗証番号の不一致、保護による拒否、ロック', en: 'PIN rejected, guarded or blocked' }],
  ['129 130 143', { ja: '中断（SIGHUP、SIGINT、SIGTERM）', en: 'interrupted (SIGHUP, SIGINT, SIGTERM)' }],
]

/** Output format of help. */
export interface HelpForm {
  readonly language: Language
  readonly json: boolean
  /** Available columns. */
  readonly width: number
}

/** Usage line of a command. */
export function usageOf({ name, operands = [], required = [], run }: Command): string {
  return `${['jpki-card', name, ...operands, ...required.map(optionForm), '[OPTIONS]'].join(' ')}${run === undefined ? '…' : ''}`
}

/** Options listed individually, and those grouped under one heading. */
export function splitOptions({ options }: Command): {
  readonly own: readonly Option[]
  readonly common: readonly Option[]
} {
  const isCommon = (option: Option): boolean =>
    generalOptions.includes(option) || (options.includes(virtual) && pinOptions.includes(option))
  return { own: options.filter((option) => !isCommon(option)), common: options.filter(isCommon) }
}

/** Help on all commands. */
export function generalHelp(commands: readonly Command[], { language, json, width }: HelpForm): string {
  if (json) {
    return answer({
      version: packageVersion(),
      usage: 'jpki-card COMMAND [OPTIONS]',
      commands: commands.map(({ name, help }) => ({ name, help: help[language] })),
      exitCodes: exitCodes.map(([code, meaning]) => ({ code, meaning: meaning[language] })),
    })
  }
  const rows = commands.map(({ name, help }) => [name, help[language]] as const)
  return [
    `${texts.usage[language]}: jpki-card COMMAND [OPTIONS]\n`,
    paragraph(texts.intro[language], width),
    `${texts.commands[language]}:\n${columns(rows, width)}`,
    paragraph(texts.more[language], width),
    paragraph(texts.pins[language], width),
    `${texts.exitCodes[language]}:\n${columns(
      exitCodes.map(([code, meaning]) => [code, meaning[language]]),
      width,
    )}`,
  ].join('\n')
}

/** Help on one command: its own options with descriptions, the common ones by name. */
export function commandHelp(command: Command, { language, json, width }: HelpForm): string {
  const { own, common } = splitOptions(command)
  const { name, help, notes, operands = [], required = [], session = false } = command
  if (json) {
    return answer({
      command: name,
      usage: usageOf(command),
      help: help[language],
      notes: notes?.[language] ?? null,
      operands,
      session,
      options: command.options.map((option) => ({
        ...optionJson(option, language),
        required: required.includes(option),
        common: common.includes(option),
      })),
    })
  }
  return [
    `${texts.usage[language]}: ${usageOf(command)}\n`,
    paragraph(help[language], width),
    ...(notes === undefined ? [] : [paragraph(notes[language], width)]),
    ...(own.length === 0 ? [] : [`${texts.options[language]}:\n${optionRows(own, language, width)}`]),
    `${paragraph(`${texts.common[language]}:`, width)}${forms(common, width)}`,
  ].join('\n')
}

/** Help on the common options. */
export function commonHelp({ language, json, width }: HelpForm): string {
  if (json) return answer({ options: pinOptions.map((option) => optionJson(option, language)) })
  return `${texts.commonHeading[language]}:\n${optionRows(pinOptions, language, width)}`
}

/** Help on the commands with a common first word: `help pin`. */
export function familyHelp(commands: readonly Command[], { language, json, width }: HelpForm): string {
  if (json) return answer({ commands: commands.map(({ name, help }) => ({ name, help: help[language] })) })
  const rows = commands.map(({ name, help }) => [name, help[language]] as const)
  return `${texts.commands[language]}:\n${columns(rows, width)}`
}

/** `help [COMMAND]`. @throws CliError `ERR_USAGE` for an unknown command, made by `unknown`. */
export function helpOn(
  words: readonly string[],
  commands: readonly Command[],
  form: HelpForm,
  unknown: () => Error = () => usageError('unknown-command'),
): string {
  const wanted = words.join(' ')
  if (wanted === '') return generalHelp(commands, form)
  if (wanted === 'options') return commonHelp(form)
  const command = commands.find(({ name }) => name === wanted)
  if (command !== undefined) return commandHelp(command, form)
  const family = commands.filter(({ name }) => name.startsWith(`${wanted} `))
  if (family.length === 0) throw unknown()
  return familyHelp(family, form)
}

const answer = (value: object): string => `${JSON.stringify({ ok: true, ...value })}\n`

const paragraph = (text: string, width: number): string => `${wrap(text, width).join('\n')}\n`

const optionRows = (options: readonly Option[], language: Language, width: number): string =>
  columns(
    options.map((option) => [optionForm(option), option.help[language]]),
    width,
  )

/** Option forms, wrapped between forms only. */
function forms(options: readonly Option[], width: number): string {
  const lines: string[] = []
  for (const form of options.map(optionForm)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + form.length + 2 > width) lines.push(`  ${form}`)
    else lines[lines.length - 1] = `${line}  ${form}`
  }
  return lines.map((line) => `${line}\n`).join('')
}

function optionJson(option: Option, language: Language) {
  const { name, meta, choices, several, help } = option
  return {
    name,
    form: optionForm(option),
    value: meta ?? null,
    choices: choices ?? null,
    several: several ?? false,
    help: help[language],
  }
}
