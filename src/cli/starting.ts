import { ServerError } from '../errors.ts'
import { CliError, type Problem } from './cli-error.ts'

/** Problems of listening, by the system's error name. */
const obstacles: Readonly<Record<string, Problem>> = {
  EADDRINUSE: 'port-in-use',
  EACCES: 'port-not-allowed',
  EPERM: 'port-not-allowed',
  EADDRNOTAVAIL: 'address-not-here',
  ENOTFOUND: 'address-not-here',
  EAFNOSUPPORT: 'address-not-here',
}

/** Reports why a server does not listen. @throws CliError `ERR_SERVER_START`. */
export async function starting<T>(
  { host = '', port }: { readonly host?: string | undefined; readonly port: number },
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    const { code = '', syscall } = (error.cause ?? {}) as NodeJS.ErrnoException
    if (syscall === undefined) throw new CliError('ERR_SERVER_START', 'bad-tls')
    const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const problem = obstacles[code]
    if (problem !== undefined) throw new CliError('ERR_SERVER_START', problem, where)
    throw new CliError('ERR_SERVER_START', 'cannot-listen', `${where} (${code})`)
  }
}
