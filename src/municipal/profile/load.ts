import { ProfileError, type ProfileProblem } from '../../errors.ts'
import { JsonDocument, type JsonObject, type JsonValue, rootOf } from './json-reader.ts'

/** Result of checking a profile. */
export interface ProfileCheck {
  /** No problems. */
  readonly ok: boolean
  /** In the order of the text, at most 100. */
  readonly problems: readonly ProfileProblem[]
}

/** Parses a document with `read`, which reports its problems into it. */
export function inspectProfile<T>(
  text: string,
  read: (root: JsonValue) => T | undefined,
): { readonly value: T | undefined; readonly problems: readonly ProfileProblem[] } {
  const document = new JsonDocument(text)
  const root = rootOf(document)
  const value = root && read(root)
  return { value, problems: document.problems() }
}

/** The value of {@link inspectProfile}. @throws ProfileError `ERR_PROFILE` when there is a problem. */
export function requireProfile<T>(text: string, read: (root: JsonValue) => T | undefined): T {
  const { value, problems } = inspectProfile(text, read)
  const [first, ...rest] = problems
  if (first !== undefined) throw new ProfileError([first, ...rest])
  return value!
}

/** `format` of a document: the kind of profile, also of an invalid one. */
export function profileFormat(text: string): string | undefined {
  const { value } = inspectProfile(text, (root) => root.member('format'))
  return value
}

/** Members every profile has. */
export const headMembers = ['$schema', 'format', 'name', 'description'] as const

/** Values of {@link headMembers}. */
export interface ProfileHead {
  readonly name: string
  readonly description: string | undefined
}

/** Reads the head; refuses any other format. */
export function readHead(object: JsonObject, format: string): ProfileHead {
  object.optional('$schema')?.string({ match: /^.{1,300}$/s, say: 'must be text' })
  object.required('format')?.choice([format])
  const name = object
    .required('name')
    ?.string({ match: /^\P{Cc}{1,100}$/u, say: 'must be text of 1 to 100 characters' })
  const description = object
    .optional('description')
    ?.string({ match: /^.{1,2000}$/su, say: 'must be text of 1 to 2000 characters' })
  return { name: name ?? '', description }
}
