/** Compile-only: `npm run typecheck` is the test. Each block says what would break for a user. */
import {
  type CardTransport,
  type ErrorCode,
  type JpkiApplication,
  JpkiCardError,
  type JpkiSignature,
  type Pin,
  PinError,
  spendTheLastTry,
  TransportError,
} from '../../src/index.ts'
import type { PcscOptions } from '../../src/transport/pcsc/index.ts'

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(_?: T): void => undefined

declare const jpki: JpkiApplication
declare const pin: Pin

// A signature's length is not part of its type: the next cards sign with ECDSA P-384.
holds<Equals<JpkiSignature['signature'], Uint8Array>>()
holds<'ES384' extends JpkiSignature['algorithm'] ? true : false>()

// The last try takes the exported constant; `true` must not do.
jpki.verifyPin('auth', pin, { lastTry: spendTheLastTry })
// @ts-expect-error
jpki.verifyPin('auth', pin, { lastTry: true })

// A PIN is never text.
// @ts-expect-error
jpki.verifyPin('auth', '1234')
// @ts-expect-error
jpki.authenticate(new Uint8Array(), '1234')

// Unknown keys and schemes are found by the compiler.
// @ts-expect-error
jpki.sign('encrypt', { message: new Uint8Array() })
// @ts-expect-error
jpki.sign('auth', { message: new Uint8Array() }, { scheme: 'raw' })

// Codes narrow by class.
declare const error: unknown
if (error instanceof TransportError) {
  // @ts-expect-error a transport error is never about a PIN
  holds<Equals<typeof error.code, 'ERR_PIN_BLOCKED'>>()
} else if (error instanceof PinError) holds<Equals<typeof error.entriesLeft, number | undefined>>()
else if (error instanceof JpkiCardError) holds<Equals<typeof error.code, ErrorCode>>()

// Every transport is the same to a kiosk; no binding type shows.
declare const transport: CardTransport
holds<Equals<Awaited<ReturnType<typeof transport.readers>>[number]['name'], string>>()
holds<Equals<NonNullable<PcscOptions['apduTimeoutMs']>, number>>()
