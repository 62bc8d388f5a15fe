import { createHash } from 'node:crypto'
import { type DocumentHash, documentHashes } from './signer.ts'

/** Options of {@link digestOfStream}. */
export interface DigestOptions {
  /** Called with the bytes hashed so far, after each chunk. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** Digests of a content, and its length. */
export interface StreamDigests {
  readonly digests: Readonly<Partial<Record<DocumentHash, Uint8Array>>>
  /** Bytes. */
  readonly bytes: number
}

/**
 * Hashes a content of any size as it comes: what a detached signature is made of, and verified with. Never holds more than a chunk.
 *
 * @param stream - chunks of bytes: a file, standard input. What it throws is rethrown.
 * @param hashes - those that are needed; a detached signature shows it.
 * @throws TypeError for an unknown hash.
 */
export async function digestOfStream(
  stream: AsyncIterable<Uint8Array>,
  hashes: readonly DocumentHash[],
  { onProgress }: DigestOptions = {},
): Promise<StreamDigests> {
  if (!hashes.every((hash) => documentHashes.includes(hash)))
    throw new TypeError('hashes must be SHA-256, SHA-384 or SHA-512')
  const running = hashes.map((hash) => [hash, createHash(hash.replace('-', '').toLowerCase())] as const)
  let bytes = 0
  for await (const chunk of stream) {
    for (const [, hash] of running) hash.update(chunk)
    bytes += chunk.length
    onProgress?.(bytes)
  }
  return { digests: Object.fromEntries(running.map(([name, hash]) => [name, new Uint8Array(hash.digest())])), bytes }
}
