import { fromHex, toHex } from '../../bytes.ts'
import { type CvcHierarchy, type CvcRoot, cvcHierarchies, cvcRootFromSpki } from '../../card-face/index.ts'
import type { Identity } from '../../emulator/index.ts'
import { usageError } from '../cli-error.ts'

const applications = ['manager', 'text', 'visual'] as const
const members = ['keyId', 'publicKey', 'hierarchy', 'application']

/**
 * Root keys of card-verifiable certificates from JSON: a list of `{"keyId": 32 hexadecimal digits, "publicKey": base64
 * of a SubjectPublicKeyInfo, "hierarchy": "production", "application": "text"}`, `application` left out for any.
 *
 * @throws CliError `ERR_USAGE` naming the invalid field.
 */
export function parseRoots(text: string): readonly CvcRoot[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw usageError('bad-roots', 'JSON')
  }
  if (!Array.isArray(list) || list.length === 0 || list.length > 100) throw usageError('bad-roots', '[…]')
  return list.map((value: unknown, i) => parseRoot(value, `[${i}]`))
}

/** The roots of a virtual card in that form, for another process. */
export function formatRoots({ cvc }: Pick<Identity, 'cvc'>): string {
  const roots = applications.map((application) => {
    const { keyId, publicKey } = cvc[application].root
    const text = Buffer.from(publicKey).toString('base64')
    return { keyId: toHex(keyId), publicKey: text, hierarchy: 'virtual', application }
  })
  return `${JSON.stringify(roots, null, 2)}\n`
}

function parseRoot(value: unknown, at: string): CvcRoot {
  if (typeof value !== 'object' || value === null) throw usageError('bad-roots', at)
  const unknown = Object.keys(value).find((name) => !members.includes(name))
  if (unknown !== undefined) throw usageError('bad-roots', at)
  const { keyId, publicKey, hierarchy, application } = value as Record<string, unknown>
  if (typeof keyId !== 'string' || !/^[0-9A-Fa-f]{32}$/.test(keyId)) throw usageError('bad-roots', `${at}.keyId`)
  if (typeof publicKey !== 'string') throw usageError('bad-roots', `${at}.publicKey`)
  if (!cvcHierarchies.includes(hierarchy as CvcHierarchy)) throw usageError('bad-roots', `${at}.hierarchy`)
  const known = applications.find((one) => one === application)
  if (application !== undefined && known === undefined) throw usageError('bad-roots', `${at}.application`)
  try {
    return cvcRootFromSpki(new Uint8Array(Buffer.from(publicKey, 'base64')), {
      keyId: fromHex(keyId),
      hierarchy: hierarchy as CvcHierarchy,
      application: known,
    })
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw usageError('bad-roots', `${at}.publicKey`)
    throw error
  }
}
