import { type CvcHierarchy, type CvcRoot, type KnownCvcRoot, knownCvcRoots } from '../../card-face/index.ts'
import { type Options, optionForm } from '../arguments.ts'
import { readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { roots as rootsOption, virtual } from '../options.ts'
import { formatRoots, parseRoots } from './roots-file.ts'

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
