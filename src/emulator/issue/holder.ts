/** The invented person a virtual card is issued to. */

import { fromHex } from '../../bytes.ts'
import { isDay } from './calendar.ts'

/** Personal data on a card. Invented: 架空県架空市 does not exist. */
export interface Holder {
  /** 氏名, family and given name separated by U+3000. */
  readonly name: string
  /** 氏名代替文字位置: one `0` or `1` per character of the name; `1` where a substitute character is used. */
  readonly nameSubstitutes: string
  /** 住所. */
  readonly address: string
  /** 住所代替文字位置, as for the name. */
  readonly addressSubstitutes: string
  /** 生年月日, `YYYY-MM-DD`, 1868-10-23 or later. */
  readonly birthDate: string
  /** 性別: 1 男, 2 女, 9 適用不能. */
  readonly sex: '1' | '2' | '9'
  /** 顔写真, a JP2 file of at most 20 000 bytes. Default: a drawn head. */
  readonly photo?: Uint8Array | undefined
}

/** 全国地方公共団体コード, 5 digits, that no municipality has. */
export const municipalityCode = '99999'

const invented: Pick<Holder, 'name' | 'address' | 'birthDate' | 'sex'> = {
  name: '仮名　花子',
  address: '架空県架空市仮町一丁目２番３－４０５号',
  birthDate: '1990-02-17',
  sex: '2',
}

/** The invented person with some fields replaced; flags default to a substitute at the first character. */
export function makeHolder(changes: Partial<Holder> = {}): Holder {
  const holder = { ...invented, ...changes }
  if (!isDay(holder.birthDate)) throw new TypeError('holder.birthDate must be a date YYYY-MM-DD')
  const whole = {
    ...holder,
    nameSubstitutes: changes.nameSubstitutes ?? flags(holder.name),
    addressSubstitutes: changes.addressSubstitutes ?? flags(holder.address),
  }
  checkHolder(whole, 'holder')
  return whole
}

/** Longest values in bytes of UTF-8: name and address have to fit EF 0002 of the text AP, 1024 bytes. */
const mostBytes = { name: 300, address: 600 } as const

/** Start of a JP2 file (ISO/IEC 15444-1, I.5.1). */
const jp2Start = fromHex('0000000C6A5020200D0A870A')

/**
 * Checks types and sizes only: a person whose flags do not fit the name is a test of readers.
 *
 * @throws TypeError naming the field that is out of its range.
 */
export function checkHolder(holder: Omit<Holder, 'birthDate' | 'sex'>, where: string): void {
  const { photo } = holder
  for (const name of ['name', 'address'] as const) {
    const value = holder[name]
    if (typeof value !== 'string' || Buffer.byteLength(value) > mostBytes[name]) {
      throw new TypeError(`${where}.${name}: must be text of at most ${mostBytes[name]} bytes in UTF-8`)
    }
    const flags = holder[`${name}Substitutes`]
    if (typeof flags !== 'string' || flags.length > mostBytes[name]) {
      throw new TypeError(`${where}.${name}Substitutes: must be text of at most ${mostBytes[name]} characters`)
    }
  }
  if (photo === undefined) return
  const isJp2 = photo instanceof Uint8Array && jp2Start.every((byte, i) => photo[i] === byte)
  if (!isJp2 || photo.length > 20_000) throw new TypeError(`${where}.photo: must be a JP2 file of at most 20 000 bytes`)
}

function flags(text: string): string {
  return '1'.padEnd([...text].length, '0')
}

// 個人番号 with its check digit, card-facts section 5.1.

/** 12 digits: the 11 given ones and their check digit. */
export function withCheckDigit(eleven: string): string {
  const sum = [...eleven].reverse().reduce((total, digit, i) => total + Number(digit) * (i < 6 ? i + 2 : i - 4), 0)
  const remainder = sum % 11
  return `${eleven}${remainder <= 1 ? 0 : 11 - remainder}`
}

/** The same with a check digit that is wrong by one. */
export function withWrongCheckDigit(twelve: string): string {
  return twelve.slice(0, 11) + ((Number(twelve[11]) + 1) % 10)
}
