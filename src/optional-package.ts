import { DependencyError } from './errors.ts'

/** An optional package. @throws DependencyError `ERR_DEPENDENCY_MISSING` when it is not installed. */
export async function load<T>(name: string, importing: () => Promise<T>): Promise<T> {
  try {
    return await importing()
  } catch (cause) {
    throw new DependencyError(name, { cause })
  }
}
