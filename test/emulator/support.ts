import { fromHex, toHex } from '../../src/bytes.ts'
import {
  createIdentity,
  createVirtualCard,
  type Identity,
  type VirtualCard,
  type VirtualCardOptions,
} from '../../src/emulator/index.ts'

/** Issue date of the shared identity; certificates last to 2030-02-17. */
export const issuedAt = new Date('2025-10-27T03:00:00Z')

let shared: Promise<Identity> | undefined

/** One identity per test file. */
export function identity(): Promise<Identity> {
  shared ??= createIdentity({ now: issuedAt })
  return shared
}

/** A powered card of the shared identity. */
export async function poweredCard(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  card.powerOn()
  return card
}

/** Sends hexadecimal, returns hexadecimal. */
export async function send(card: VirtualCard, command: string): Promise<string> {
  return toHex(await card.exchange(fromHex(command)))
}

/** Status word of the last of several commands. */
export async function sw(card: VirtualCard, ...commands: readonly string[]): Promise<string> {
  let last = ''
  for (const command of commands) last = await send(card, command)
  return last.slice(-4)
}

/** Data of an answer that must be 9000. */
export async function data(card: VirtualCard, command: string): Promise<Uint8Array> {
  const answer = await send(card, command)
  if (!answer.endsWith('9000')) throw new Error(`${command}: ${answer.slice(-4)}`)
  return fromHex(answer.slice(0, -4))
}

export const selectJpki = '00A4040C0AD392F000260100000001'
export const selectText = '00A4040C0AD3921000310001010408'
export const selectVisual = '00A4040C0AD3921000310001010402'
export const selectCommon = '00A4040C0AD3921000310001010100'
export const selectJuki = '00A4040C0AD3921000310001010401'
export const selectManager = '00A4040C07A0000001510000'

export const selectFile = (fid: string): string => `00A4020C02${fid}`
export const verifyCurrent = (pin: string): string => withData('00200080', pin)
export const verifyDirect = (p2: string, pin: string): string => withData(`002000${p2}`, pin)

export function withData(header: string, text: string): string {
  const bytes = new TextEncoder().encode(text)
  return header + toHex(Uint8Array.of(bytes.length)) + toHex(bytes)
}
