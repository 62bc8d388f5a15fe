import { toHex } from '../bytes.ts'
import type { CommandApdu } from './command.ts'
import { isSecret } from './iso7816.ts'
import type { ResponseApdu } from './response.ts'
import { describeStatus } from './status.ts'

const hex2 = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0')

/**
 * One line for a trace: name, header and lengths. The data of VERIFY, CHANGE and of commands marked `sensitive` is
 * never shown; other data is, as hexadecimal.
 */
export function formatCommand(command: CommandApdu): string {
  const { name, cla, ins, p1, p2, data, ne } = command
  const header = [cla, ins, p1, p2].map(hex2).join(' ')
  const shown = data === undefined ? '' : isSecret(command) ? ` [${data.length} secret bytes]` : ` [${toHex(data)}]`
  return `${name}: ${header}${shown}${ne === undefined ? '' : ` Ne=${ne}`}`
}

/** One line for a trace: status and length. Response data may be personal and is never shown. */
export function formatResponse(response: ResponseApdu): string {
  const sw = response.sw.toString(16).toUpperCase().padStart(4, '0')
  return `${sw} (${describeStatus(response.sw)}), ${response.data.length} bytes`
}
