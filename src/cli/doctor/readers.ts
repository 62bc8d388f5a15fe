import { TransportError } from '../../errors.ts'
import { maskReader } from '../../reader-test/index.ts'
import type { CardTransport, ReaderState } from '../../transport/index.ts'
import { readersNamed } from '../wait.ts'
import { type DoctorFinding, finding } from './finding.ts'
import { quirksOfName } from './quirks.ts'
import type { System } from './system.ts'

/** Result of listing the readers. */
export interface ReaderCheck {
  readonly findings: readonly DoctorFinding[]
  /** Number of hardware readers; `undefined` when listing failed. */
  readonly listed: number | undefined
}

/** Return codes of pcscd for denied access (pcsclite, `winscard.h`): no access, security violation. */
const refusals = new Set<number | undefined>([0x80100027, 0x8010006a])
const virtual = /^Virtual PCD/

/** Lists readers as an application would. @param wanted - name of the required reader. */
export async function checkReaders(
  system: System,
  open: () => Promise<CardTransport>,
  wanted: string | undefined,
): Promise<ReaderCheck> {
  let transport: CardTransport | undefined
  try {
    transport = await open()
    const readers = await transport.readers()
    const listed = readers.filter(({ name }) => !virtual.test(name)).length
    const access = system.platform === 'linux' ? [finding('ok', 'access-ok')] : []
    return { findings: [...access, ...readersFound(readers, wanted)], listed }
  } catch (error) {
    return { findings: await failure(system, error), listed: undefined }
  } finally {
    await transport?.close().catch(() => undefined)
  }
}

function readersFound(readers: readonly ReaderState[], wanted: string | undefined): readonly DoctorFinding[] {
  if (readers.length === 0) return [finding('problem', 'reader-none')]
  const found = readers.flatMap((reader) => readerFound(reader))
  const named = wanted === undefined ? 1 : readersNamed(readers, wanted).length
  if (wanted === undefined || named === 1) return found
  const id = named === 0 ? 'reader-not-there' : 'reader-several'
  return [...found, finding('problem', id, { reader: maskReader(wanted) })]
}

function readerFound({ name, cardPresent, mute, busy }: ReaderState): readonly DoctorFinding[] {
  const facts = { reader: maskReader(name), card: cardPresent ? 'yes' : 'no' }
  return [
    finding('ok', 'reader', facts),
    ...(mute ? [finding('warning', 'reader-mute', facts)] : []),
    ...(busy ? [finding('warning', 'reader-busy', facts)] : []),
    ...(virtual.test(name) ? [finding('note', 'reader-virtual', facts)] : []),
    ...quirksOfName(name).map((id) => finding('note', id, facts)),
  ]
}

/** Findings for a failed listing. */
async function failure(system: System, error: unknown): Promise<readonly DoctorFinding[]> {
  if (!(error instanceof TransportError)) {
    return [finding('problem', 'service-failed', { reason: error instanceof Error ? error.name : 'unknown' })]
  }
  if (error.code === 'ERR_BINDING_MISSING') return [finding('problem', 'binding-none')]
  if (refusals.has(error.pcscCode)) {
    const polkit = await system.exists('/run/dbus/system_bus_socket')
    return [finding('problem', polkit ? 'access-denied' : 'access-no-polkit', { uid: String(system.uid ?? '?') })]
  }
  if (isSilence(error)) return [finding('problem', 'service-frozen')]
  return [finding('problem', 'service-failed', { reason: `${error.code}${hex(error.pcscCode)}` })]
}

const isSilence = ({ cause }: TransportError): boolean =>
  cause instanceof TransportError && cause.code === 'ERR_TIMEOUT'
const hex = (code: number | undefined): string => (code === undefined ? '' : ` 0x${code.toString(16).toUpperCase()}`)
