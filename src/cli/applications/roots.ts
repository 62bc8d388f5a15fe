import { fromHex, toHex } from '../../bytes.ts'
import {
  type CvcHierarchy,
  type CvcRoot,
  cvcHierarchies,
  cvcRootFromSpki,
  type KnownCvcRoot,
  knownCvcRoots,
} from '../../card-face/index.ts'
import type { Identity } from '../../emulator/index.ts'
import { type Options, optionForm } from '../arguments.ts'
import { readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { roots as rootsOption, virtual } from '../options.ts'

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

const longestFile = 1_048_576

/** Root keys to trust, and their accepted hierarchies: decided by naming the roots. */
export interface TrustedRoots {
  readonly roots: readonly CvcRoot[]
  readonly hierarchies: readonly CvcHierarchy[]
}

/** Keys found by public projects; `known-test`: those of J-LIS test cards. Neither is officially published. */
const known = { known: 'production', 'known-test': 'test' } as const

/**
 * The roots `--roots` names: `known`, `known-test`, or a file; may be given several times. With `--virtual` alone
 * `undefined`: the virtual card's own, see {@link virtualRoots}.
 *
 * @throws CliError `ERR_USAGE` when a real card is to be verified without roots, or a file has no roots; `ERR_FILE`.
 */
export async function namedRoots(options: Options): Promise<TrustedRoots | undefined> {
  const names = options.all(rootsOption)
  if (names.length === 0) {
    if (options.has(virtual)) return undefined
    throw usageError('missing-option', optionForm(rootsOption))
  }
  const roots: CvcRoot[] = []
  for (const name of names) roots.push(...(await rootsOf(name)))
  return { roots, hierarchies: [...new Set(roots.map(({ hierarchy }) => hierarchy))] }
}

/** Whether a root is known from public projects, not from its issuer. */
export function isKnownRoot(root: CvcRoot): root is KnownCvcRoot {
  return 'officiallyPublished' in root
}

async function rootsOf(name: string): Promise<readonly CvcRoot[]> {
  if (Object.hasOwn(known, name)) {
    const wanted = known[name as keyof typeof known]
    return knownCvcRoots.filter(({ hierarchy }) => hierarchy === wanted)
  }
  return parseRoots(await readText(name, longestFile))
}

/** The roots of the card of `--virtual`: generated with it, without trust value. */
export function virtualRoots({ virtualCard }: Context): TrustedRoots {
  return { roots: parseRoots(formatRoots(virtualCard!.identity)), hierarchies: ['virtual'] }
}
