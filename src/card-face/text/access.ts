import { describeStatus } from '../../apdu/index.ts'
import { StatusWordError } from '../../errors.ts'
import type { TextPin } from './files.ts'

const names: Readonly<Record<TextPin, string>> = {
  pin: 'the PIN (券面事項入力補助用暗証番号)',
  'code-a': '照合番号A',
  'code-b': '照合番号B',
}

/** The error for a file that is closed, with the PINs that open it; any other error as it is. */
export function accessError(error: unknown, opens: readonly TextPin[]): unknown {
  if (!(error instanceof StatusWordError) || error.code !== 'ERR_SECURITY_STATUS' || opens.length === 0) return error
  const meaning = `${describeStatus(error.sw)}; verify ${opens.map((pin) => names[pin]).join(' or ')} first`
  return new StatusWordError(error.code, error.command, error.sw, meaning, { cause: error })
}
