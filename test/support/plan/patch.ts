/** A JSON merge patch applied to a copy: objects are merged, `null` removes, everything else replaces. RFC 7396. */
export function mergePatch<T>(target: T, patch: unknown): T {
  if (!isObject(patch)) return structuredClone(patch) as T
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result as T
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A moment of a plan: so many seconds, minutes, hours or days from its instant (`-30d`, `+1s`, `0s`). */
export function moment(text: string, at: Date): Date {
  const [, sign, count, unit] = /^([+-]?)(\d+)([smhd])$/.exec(text) ?? []
  if (count === undefined) throw new TypeError(`no moment: ${text}`)
  const span = Number(count) * units[unit as keyof typeof units]
  return new Date(at.getTime() + (sign === '-' ? -span : span))
}
