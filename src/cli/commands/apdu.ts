import type { DecodedCommand, ResponseApdu } from '../../apdu/index.ts'
import { fromHex, toHex } from '../../bytes.ts'
import { PinError } from '../../errors.ts'
import type { Option } from '../arguments.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Command, Context, Result } from '../context.ts'
import { cardOptions, help, lang } from '../options.ts'

/** Longest standard input, bytes: some hundred of the longest commands. */
const longestInput = 16_777_216
/** Instructions of ENVELOPE, whose data is another command. */
const envelope: readonly number[] = [0xc2, 0xc3]

export const apdu: Command = {
  name: 'apdu',
  operands: ['[HEX...]'],
  options: cardOptions,
  session: true,
  help: {
    ja: 'コマンドAPDUをそのままカードに送り、応答を表示します（暗証番号を含むコマンドは送りません）。',
    en: 'Send command APDUs to the card unchanged, and show its responses. Commands that carry a PIN are refused.',
  },
  notes: {
    ja: 'HEX は1つのコマンドAPDUの16進数です（空白とコロンは無視します）。複数指定すると、1つのセッションで順に送ります。指定がないか - のときは標準入力から1行に1つ読み取ります（# 以降はコメント）。VERIFY、CHANGE REFERENCE DATA などデータに暗証番号を含むコマンドが1つでもあれば、何も送らずに拒否します。データのない VERIFY（残り回数の照会）は送れます。61XX と 6CXX の続きは自動で受け取ります。応答のステータスにかかわらず、通信できれば終了コードは 0 です。',
    en: 'HEX is one command APDU in hexadecimal; blanks and colons are ignored. Several are sent one after the other in one session. Without HEX, or with -, they are read from standard input, one per line; # starts a comment. When one of them carries a PIN (VERIFY or CHANGE REFERENCE DATA with data and the like), all are refused and nothing is sent. VERIFY without data, which asks for the tries left, is sent. What 61XX and 6CXX announce is fetched. Exit code 0 when every command was answered, whatever the status.',
  },
  run,
}

async function run(context: Context): Promise<Result> {
  const commands = await commandsOf(await linesOf(context))
  const { describeStatus } = await import('../../apdu/index.ts')
  const { withSession } = await import('../session.ts')
  const { value } = await withSession(context, async (session) => {
    const responses: ResponseApdu[] = []
    for (const command of commands) responses.push(await session.transmit(command))
    return responses
  })
  const { encodeCommand } = await import('../../apdu/index.ts')
  const shown = commands.map((command, i) => {
    const { data, sw } = value[i]!
    return {
      name: command.name,
      command: toHex(encodeCommand(command, command.form)),
      data: toHex(data),
      status: sw.toString(16).toUpperCase().padStart(4, '0'),
      meaning: describeStatus(sw),
    }
  })
  const line = ({ command, data, status, meaning }: (typeof shown)[number]): string =>
    `> ${command}\n< ${data === '' ? '' : `${data} `}${status} (${meaning})\n`
  return { json: { commands: shown }, text: shown.map(line).join('') }
}

/** The given commands, or the lines of standard input. @throws CliError `ERR_USAGE` when there are none. */
async function linesOf({ operands, io }: Context): Promise<readonly string[]> {
  const fromInput = operands.length === 0 || (operands.length === 1 && operands[0] === '-')
  if (!fromInput) return operands
  if (io.stdin.isTTY) throw usageError('missing-operand', 'HEX')
  const { readPipe } = await import('../stripe/input.ts')
  const { strictText } = await import('../bounded-file.ts')
  const text = strictText(await withFile('cannot-read', () => readPipe(io, longestInput)))
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim())
  const given = lines.filter((line) => line !== '')
  if (given.length === 0) throw usageError('missing-operand', 'HEX')
  return given
}

/**
 * The decoded commands. Errors never repeat them.
 *
 * @throws CliError `ERR_USAGE` for an invalid command APDU; PinError `ERR_RAW_VERIFY_REFUSED` for one that carries a PIN.
 */
async function commandsOf(lines: readonly string[]): Promise<readonly DecodedCommand[]> {
  const { decodeCommand, isSecret } = await import('../../apdu/index.ts')
  const isPinCommand = (code: number, data: Uint8Array): boolean => isSecret({ ins: code, data })
  const bytes = lines.map((line) => bytesOf(line))
  // In any form, including a command split before its data: `00200080 04…`.
  const carriesPin = bytes.some((one, i) => {
    const next = bytes[i + 1]
    // Its data starts after one or three bytes of Lc; the second byte of the data is the instruction.
    if (envelope.includes(one[1]!)) return [6, 8].some((at) => one.length > at && isPinCommand(one[at]!, one))
    if (!isPinCommand(one[1]!, one)) return false
    return one.length > 4 || (next !== undefined && next[0] === next.length - 1)
  })
  if (carriesPin) {
    throw new PinError('ERR_RAW_VERIFY_REFUSED', 'a command with a PIN is never sent unchanged', {
      pin: 'unknown',
    })
  }
  try {
    return bytes.map((one) => decodeCommand(one))
  } catch {
    throw usageError('bad-value', 'HEX')
  }
}

/** The bytes of a command, four at least. @throws CliError `ERR_USAGE`. */
function bytesOf(line: string): Uint8Array {
  const hex = line.replaceAll(/[\s:]/g, '')
  if (!/^(?:[0-9A-Fa-f]{2}){4,}$/.test(hex)) throw usageError('bad-value', 'HEX')
  return fromHex(hex)
}

export const keepAll: Option = {
  name: 'keep-all',
  help: { ja: '暗証番号だけを伏せます（--virtual と一緒に指定）', en: 'mask PINs only; with --virtual only' },
}

export const record: Command = {
  name: 'record',
  operands: ['FILE', 'COMMAND'],
  options: [keepAll, lang, help],
  help: {
    ja: '別のコマンドを実行し、カードとの通信を個人情報を伏せて記録します。',
    en: 'Run another command and record its session with the card, personal data masked.',
  },
  notes: {
    ja: '暗証番号は記録しません。個人情報はすべて伏せます（--virtual と --keep-all を一緒に指定した場合を除く）。環境変数 JPKI_CARD_TRACE=FILE を設定すると、カードと通信するすべてのコマンドが同じ記録を残します。',
    en: 'PINs are never written. All data of the holder is masked, unless --keep-all is given together with --virtual. With JPKI_CARD_TRACE=FILE in the environment every command with a session does the same.',
  },
}

export const replay: Command = {
  name: 'replay',
  operands: ['FILE', 'COMMAND'],
  options: [lang, help],
  help: {
    ja: '記録した通信をカードの代わりに使い、別のコマンドを実行します。',
    en: 'Run another command on a recorded session in place of a card.',
  },
  notes: {
    ja: '記録時と同じ長さの暗証番号であれば一致します。伏せられた電子証明書は再生できません。',
    en: 'Any PIN of the recorded length matches. Certificates that were masked cannot be replayed.',
  },
}
