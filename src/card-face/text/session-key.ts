import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { isConclusive, setSessionKey } from '../../apdu/index.ts'
import { concat, copyBytes } from '../../bytes.ts'
import { type CardSession, statusError } from '../../card/index.ts'
import { DecodeError } from '../../errors.ts'
import { type CardPublicKey, pkcs1 } from '../../registry/index.ts'
import { sessionKeyLength } from './cipher.ts'

/** Random bytes a session key is made of; the first 16 become the key. */
const seedLength = 32

/**
 * Makes a session key and delivers it with SET SESSION KEY under the card's key, by RSA-OAEP with SHA-256: one exchange where
 * extended lengths work, else chained commands, which no client is known to use.
 *
 * @returns the key, 16 bytes, to be wiped by the caller.
 * @throws StatusWordError `ERR_SECURITY_STATUS` before a clear VERIFY of the PIN, `ERR_STATUS_WORD` when the card does not take it.
 * @throws DecodeError `ERR_CARD_DATA` when the card's key cannot be used.
 */
export async function deliverSessionKey(session: CardSession, key: CardPublicKey): Promise<Uint8Array> {
  const seed = new Uint8Array(randomBytes(seedLength))
  try {
    await deliver(session, encrypted(key, seed))
    return copyBytes(seed, 0, sessionKeyLength)
  } finally {
    seed.fill(0)
  }
}

async function deliver(session: CardSession, material: Uint8Array): Promise<void> {
  const { capabilities } = session
  const command = setSessionKey(material)
  const { sw } = await session.transmit(command)
  if (sw === 0x9000) return
  if (capabilities.extendedLength !== 'unknown' || isConclusive(sw)) throw statusError(command.name, sw)
  capabilities.extendedLength = 'no'
  const { sw: chained } = await session.transmit(command)
  if (chained === 0x9000) return
  capabilities.extendedLength = 'unknown'
  // A refusal of chaining says nothing about the key.
  throw statusError(command.name, isConclusive(chained) ? chained : sw)
}

function encrypted(cardKey: CardPublicKey, seed: Uint8Array): Uint8Array {
  const material = keyMaterial(seed)
  try {
    const key = createPublicKey(pkcs1(cardKey))
    return new Uint8Array(
      publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material),
    )
  } catch (cause) {
    throw new DecodeError('ERR_CARD_DATA', 'the key for secure messaging cannot be used', 0, { cause })
  } finally {
    material.fill(0)
  }
}

/** Key material as SET SESSION KEY takes it, before it is encrypted: `A0 { 80 seed }`. */
function keyMaterial(seed: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0xa0, 2 + seedLength, 0x80, seedLength), seed)
}
