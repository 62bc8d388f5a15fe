/** A moment by the clock of this machine, with its distance from UTC: `2026-04-01 09:30:00 +09:00`. */
export function localMoment(instant: Date): string {
  const ahead = -instant.getTimezoneOffset()
  const local = new Date(instant.getTime() + ahead * 60_000).toISOString()
  const two = (value: number): string => String(value).padStart(2, '0')
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`
  return `${local.slice(0, -5).replace('T', ' ')} ${offset}`
}
