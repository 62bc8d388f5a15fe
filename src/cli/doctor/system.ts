import { execFile } from 'node:child_process'
import { access, readdir, readFile, readlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** System access of the doctor. Nothing here throws: unavailable data is `undefined`. */
export interface System {
  readonly platform: string
  readonly arch: string
  /** `20.19.0`. */
  readonly nodeVersion: string
  /** User id of the process, where the platform has one; 0 is root. */
  readonly uid: number | undefined
  readonly pid: number
  readonly env: Readonly<Record<string, string | undefined>>
  readBytes(path: string): Promise<Uint8Array | undefined>
  readdir(path: string): Promise<readonly string[] | undefined>
  readlink(path: string): Promise<string | undefined>
  exists(path: string): Promise<boolean>
  /** Connects to a local socket and disconnects: `ok`, or the system's error name. */
  connect(path: string): Promise<string>
  /** Runs a program to its end, 5 seconds at most; `undefined` when it is not installed. */
  run(program: string, args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string } | undefined>
}

/** Text of a file, UTF-8; `undefined` when it cannot be read. */
export async function readText(system: System, path: string): Promise<string | undefined> {
  const bytes = await system.readBytes(path)
  return bytes && new TextDecoder().decode(bytes)
}

const timeoutMs = 5000
const orNothing = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)

/** This computer. */
export function thisSystem(env: System['env']): System {
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    uid: process.getuid?.(),
    pid: process.pid,
    env,
    readBytes: (path) => orNothing(readFile(path)),
    readdir: (path) => orNothing(readdir(path)),
    readlink: (path) => orNothing(readlink(path)),
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    connect: connectTo,
    run: runProgram,
  }
}

function connectTo(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const end = (outcome: string): void => {
      socket.destroy()
      resolve(outcome)
    }
    socket.setTimeout(timeoutMs, () => end('ETIMEDOUT'))
    socket.once('connect', () => end('ok'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'EIO'))
  })
}

function runProgram(program: string, args: readonly string[]): ReturnType<System['run']> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, maxBuffer: 4_194_304, env: { ...process.env, LC_ALL: 'C' } }
    execFile(program, [...args], options, (error, stdout) => {
      if (error === null) resolve({ code: 0, stdout })
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout })
      else resolve(error.code === 'ENOENT' ? undefined : { code: -1, stdout })
    })
  })
}
