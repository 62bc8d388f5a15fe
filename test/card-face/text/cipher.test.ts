import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/bytes.ts'
import { CounterCipher } from '../../../src/card-face/text/secure-messaging.ts'
import { vectors } from '../../support/vectors.ts'

interface Case {
  readonly id: string
  readonly key: string
  readonly counter: number
  readonly plain: string
  readonly ciphertext: string
}

test.each(vectors<Case>('juki/secure-messaging.json'))('$id', ({ key, counter, plain, ciphertext }) => {
  const cipher = new CounterCipher(fromHex(key))
  for (let i = 0; i < counter; i++) cipher.advance()
  expect(toHex(cipher.encrypt(fromHex(plain)))).toBe(ciphertext)
  expect(toHex(cipher.decrypt(fromHex(ciphertext))!)).toBe(plain)
})
