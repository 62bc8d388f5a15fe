import { latin1Text } from '../../bytes.ts'
import { context, type DerReader, readOid } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import { Name } from './name.ts'

/** A GeneralName. RFC 5280 4.2.1.6. */
export type GeneralName =
  | { readonly kind: 'other'; readonly type: string; readonly value: Uint8Array }
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'directory'; readonly value: Name }
  /** 4 or 16 bytes; twice that in a name constraint. */
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'registered-id'; readonly value: string }
  | { readonly kind: 'x400' | 'edi-party'; readonly value: Uint8Array }

/** Kinds of {@link GeneralName}. */
export type GeneralNameKind = GeneralName['kind']

const texts: ReadonlyMap<number, 'email' | 'dns' | 'uri'> = new Map([
  [context(1, false), 'email'],
  [context(2, false), 'dns'],
  [context(6, false), 'uri'],
])

/** Reads one GeneralName. @throws DecodeError `ERR_DER`. */
export function readGeneralName(reader: DerReader): GeneralName {
  const tag = reader.nextTag
  const text = tag === undefined ? undefined : texts.get(tag)
  if (text !== undefined) return { kind: text, value: readAscii(reader) }
  switch (tag) {
    case context(0): {
      const other = reader.enter(context(0))
      const type = readOid(other)
      const wrapped = other.enter(context(0))
      const value = wrapped.raw(wrapped.read())
      wrapped.finish()
      other.finish()
      return { kind: 'other', type, value }
    }
    case context(4): {
      const choice = reader.enter(context(4))
      const value = Name.read(choice)
      choice.finish()
      return { kind: 'directory', value }
    }
    case context(7, false):
      return { kind: 'ip', value: reader.value(reader.read()) }
    case context(8, false):
      return { kind: 'registered-id', value: readOid(reader, context(8, false)) }
    case context(3):
      return { kind: 'x400', value: reader.value(reader.read()) }
    case context(5):
      return { kind: 'edi-party', value: reader.value(reader.read()) }
    default:
      throw new DecodeError('ERR_DER', 'unknown kind of general name', reader.offset)
  }
}

/** Reads GeneralNames under the given tag: at least one. */
export function readGeneralNames(reader: DerReader, tag: number): readonly GeneralName[] {
  const sequence = reader.enter(tag)
  const names: GeneralName[] = []
  do names.push(readGeneralName(sequence))
  while (sequence.more)
  return names
}

function readAscii(reader: DerReader): string {
  const content = reader.pass()
  for (let i = content; i < reader.offset; i++) {
    if (reader.bytes[i]! > 0x7f) throw new DecodeError('ERR_DER', 'text is not ASCII', i)
  }
  return latin1Text(reader.bytes, content, reader.offset)
}
