/** The invented person a virtual card is issued to. */

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
  checkBirthDate(holder.birthDate)
  return {
    ...holder,
    nameSubstitutes: changes.nameSubstitutes ?? flags(holder.name),
    addressSubstitutes: changes.addressSubstitutes ?? flags(holder.address),
  }
}

function flags(text: string): string {
  return '1'.padEnd([...text].length, '0')
}

function checkBirthDate(text: string): void {
  const date = new Date(`${text}T00:00:00Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text)) {
    throw new TypeError('holder.birthDate must be a date YYYY-MM-DD')
  }
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
