import type { Identity } from '../../src/emulator/index.ts'

/** Lines of 照合番号B, part by part. */
export function codeBLines(
  { holder, cardExpiry, securityCode }: Identity,
  birthDate: string = holder.birthDate,
): string {
  return `${birthDate}\n${cardExpiry.slice(0, 4)}\n${securityCode}\n`
}
