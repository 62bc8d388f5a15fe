import type { CardTransport } from '../transport/index.ts'

/** Runs `body`, then closes the transport; an error of closing counts when there was none before. */
export async function closing<T>(transport: CardTransport, body: (transport: CardTransport) => Promise<T>): Promise<T> {
  let value: T
  try {
    value = await body(transport)
  } catch (error) {
    await transport.close().catch(() => undefined)
    throw error
  }
  await transport.close()
  return value
}
