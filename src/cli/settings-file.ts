import { type Node, type ParseError, parseTree } from 'jsonc-parser'
import type { ZodType } from 'zod'
import { usageError } from './cli-error.ts'

/**
 * Settings that a schema accepts.
 *
 * @throws CliError `ERR_USAGE` naming the setting, never its value, which may be a secret.
 */
export function validSettings<T>(schema: ZodType<T>, json: unknown): T {
  const { data, error } = schema.safeParse(json)
  if (error === undefined) return data
  const [issue] = error.issues
  const place = issue!.path.map(String).join('.')
  const keys = issue!.code === 'unrecognized_keys' ? ` ${issue!.keys.join(', ')}` : ''
  throw usageError('bad-settings', `${place === '' ? 'settings' : place}: ${issue!.code}${keys}`)
}

/** @throws CliError `ERR_USAGE` for invalid JSON, and for a duplicate name, of which only one value would be used. */
export function parseSettings(text: string): unknown {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { disallowComments: true })
  const [error] = errors
  if (root === undefined || error !== undefined) {
    const before = text.slice(0, error?.offset).split('\n')
    throw usageError('bad-settings', `JSON: line ${before.length}, column ${before.at(-1)!.length + 1}`)
  }
  const twice = duplicateName(root, '')
  if (twice !== undefined) throw usageError('bad-settings', `${twice}: duplicate`)
  return JSON.parse(text)
}

/** Path of the first duplicate name. */
function duplicateName(node: Node, path: string): string | undefined {
  const names = new Set<string>()
  for (const child of node.children ?? []) {
    const [name, value] = node.type === 'object' ? (child.children ?? []) : [undefined, child]
    const place = name === undefined ? path : path === '' ? `${name.value}` : `${path}.${name.value}`
    if (name !== undefined && names.has(name.value)) return place
    if (name !== undefined) names.add(name.value)
    const inside = value && duplicateName(value, place)
    if (inside !== undefined) return inside
  }
  return undefined
}
