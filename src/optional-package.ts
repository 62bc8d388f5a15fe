import { DependencyError } from './errors.ts'

/** Optional peers of this package, as in `package.json`, with the major version that is installed when one is missing; below 1.0 with the minor one. */
const majors = {
  '@cornerstonejs/codec-openjpeg': 1,
  '@hono/node-server': 2,
  hono: 4,
  libsql: 0.5,
  'prom-client': 15,
  redis: 6,
  saxes: 6,
  undici: 7,
  ws: 8,
  zod: 4,
} as const

/** Name of an optional peer of this package. */
export type OptionalPackage = keyof typeof majors

/**
 * Imports an optional package when it is used.
 *
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` with the command that installs it.
 */
export async function load<T>(name: OptionalPackage, importing: () => Promise<T>): Promise<T> {
  try {
    return await importing()
  } catch (cause) {
    throw missingPackages([name], cause)
  }
}

/**
 * Imports all optional packages that a job needs, so that one error names every missing one.
 *
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` with the command that installs what is missing.
 */
export async function loadAll(
  importing: Readonly<Partial<Record<OptionalPackage, () => Promise<unknown>>>>,
): Promise<void> {
  const names = Object.keys(importing) as OptionalPackage[]
  const results = await Promise.allSettled(names.map((name) => importing[name]!()))
  const missing = names.filter((_, i) => results[i]!.status === 'rejected')
  const first = results.find((result) => result.status === 'rejected')
  if (first !== undefined) throw missingPackages(missing, first.reason)
}

/** The error for optional packages that could not be imported. */
export function missingPackages(names: readonly OptionalPackage[], cause: unknown): DependencyError {
  const command = `npm install ${names.map((name) => `${name}@${majors[name]}`).join(' ')}`
  const subject = names.length === 1 ? `the package ${names[0]} is` : `the packages ${names.join(', ')} are`
  return new DependencyError(names, `${subject} not installed: ${command}`, { cause })
}

/**
 * The error for a file that is started or read by its address and could not be: a bundler does not take it along.
 *
 * @param name - its name, without a path.
 * @param remedy - what the application must do, in a few words.
 */
export function missingFile(name: string, remedy: string, cause: unknown): DependencyError {
  const message = `the file ${name} could not be loaded: ${remedy}, see docs/bundling.md of jpki-card`
  return new DependencyError([name], message, { cause })
}
