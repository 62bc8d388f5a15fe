import { checkDigit } from './check-digit.ts'
import { type Character, decode } from './encodings.ts'
import { type BlockLayout, characterForms, type Fault, type FaultCheck, type Field } from './field.ts'
import { reveal } from './obfuscation.ts'

/** Texts of a block by field; `undefined` for an optional field that is empty. */
export type BlockTexts = ReadonlyMap<Field, string | undefined>

/** Reads all fields of a block, or returns the first difference from the layout. */
export function readBlock(layout: BlockLayout, block: Uint8Array): BlockTexts | Fault {
  const { length, constants, fields } = layout
  if (block.length < length.min)
    return fault('length', block.length, undefined, `cut off: at least ${length.min} are needed`)
  if (block.length > length.max)
    return fault('length', length.max, undefined, `too long: at most ${length.max} are expected`)
  for (const { offset, bytes } of constants) {
    const wrong = bytes.findIndex((byte, i) => block[offset + i] !== byte)
    if (wrong >= 0) return fault('constant', offset + wrong, undefined, 'the constant is missing')
  }
  const texts = new Map<Field, string | undefined>()
  for (const field of fields) {
    const read = readField(field, block)
    if ('reason' in read) return read
    texts.set(field, read.text)
  }
  return texts
}

/** `text` is undefined for an optional field that is empty. */
function readField(field: Field, block: Uint8Array): { readonly text: string | undefined } | Fault {
  const { id, offset, length, encoding, padding, obfuscation } = field
  if (block.length < offset + length) return fault('length', block.length, id, 'the field is cut off')
  const decoded = decode(encoding, block, offset, length, padding)
  if ('reason' in decoded) return fault('encoding', decoded.offset, id, decoded.reason)
  let { characters } = decoded
  if (characters.length === 0) {
    return field.optional ? { text: undefined } : fault('empty', offset, id, 'the field is empty')
  }
  if (obfuscation !== undefined) {
    const revealed = reveal(obfuscation, characters)
    if ('reason' in revealed) return fault('obfuscation', revealed.offset, id, revealed.reason)
    characters = revealed
  }
  const text = characters.map((one) => one.text).join('')
  return faultOf(field, characters, text) ?? { text }
}

/** The first rule of the field that its text breaks. */
function faultOf(field: Field, characters: readonly Character[], text: string): Fault | undefined {
  const { id, offset, size, oneOf } = field
  const [last] = characters.slice(-1)
  const mayEndInX = field.checkDigit?.digits.includes('X') ?? false
  const wrong = characters.find(
    (one) => !characterForms[field.characters].test(one.text) && !(mayEndInX && one === last && one.text === 'X'),
  )
  if (wrong !== undefined) return fault('characters', wrong.offset, id, `a character outside ${field.characters}`)
  const count = characters.length
  if (count < size.min || count > size.max) {
    return fault('size', offset, id, `${count} characters where ${size.min} to ${size.max} are allowed`)
  }
  if (oneOf !== undefined && !oneOf.includes(text)) return fault('value', offset, id, 'not one of the allowed values')
  const rule = field.checkDigit
  if (rule !== undefined && checkDigit(rule, text.slice(0, -1)) !== last!.text) {
    return fault('check-digit', last!.offset, id, 'the check digit is wrong')
  }
  return undefined
}

function fault(check: FaultCheck, offset: number, field: string | undefined, reason: string): Fault {
  return { check, offset, field, reason }
}
