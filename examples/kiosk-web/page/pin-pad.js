/** The digits of a PIN, as bytes that are overwritten; they are never text. */
export class PinPad {
  #bytes = new Uint8Array(16)
  #length = 0

  /** How many digits. */
  get length() {
    return this.#length
  }

  /** @param most digits there may be */
  type(digit, most) {
    if (this.#length >= most || !/^[0-9]$/.test(digit)) return
    this.#bytes[this.#length++] = 0x30 + Number(digit)
  }

  correct() {
    if (this.#length > 0) this.#bytes[--this.#length] = 0
  }

  /** @returns the digits, which the caller overwrites; nothing is left here */
  take() {
    const taken = this.#bytes.slice(0, this.#length)
    this.wipe()
    return taken
  }

  wipe() {
    this.#bytes.fill(0)
    this.#length = 0
  }
}

/** The order of the digits on the pad: 1 to 9 and 0, or shuffled (Fisher and Yates, with unbiased numbers). */
export function digitsInOrder(isShuffled) {
  const digits = [...'1234567890']
  if (!isShuffled) return digits
  const random = new Uint8Array(1)
  for (let last = digits.length - 1; last > 0; last--) {
    do crypto.getRandomValues(random)
    while (random[0] >= 256 - (256 % (last + 1)))
    const at = random[0] % (last + 1)
    const kept = digits[last]
    digits[last] = digits[at]
    digits[at] = kept
  }
  return digits
}
