import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { RequestEvent } from '../../../src/server/http/options.ts'
import type { AuditEvent } from '../../../src/server/index.ts'
import { leakIn } from '../../../src/server-test/leaks.ts'
import { serve, user } from '../fixture.ts'
import { askChallenge, askCheck, freshToken, handIn, handlerWith, post } from './fixture.ts'

const certificate = new X509Certificate(Buffer.from(user.auth.certificate))
const serial = Buffer.from(certificate.serialNumber, 'hex')

/** The serial number in every form in which somebody writes it, and the name in the certificate. */
const secrets: readonly string[] = [
  certificate.serialNumber,
  certificate.serialNumber.replace(/^0+/, ''),
  certificate.serialNumber.replaceAll(/(..)(?=.)/g, '$1:'),
  certificate.serialNumber.replaceAll(/(..)(?=.)/g, '$1 '),
  String(BigInt(`0x${certificate.serialNumber}`)),
  serial.toString('base64'),
  serial.toString('base64url'),
  JSON.stringify([...serial]).slice(1, -1),
  /CN=(.+)/.exec(certificate.subject)![1]!,
]

function found(text: string, token: Awaited<ReturnType<typeof freshToken>>): readonly string[] {
  const small = text.toLowerCase()
  const leak = leakIn(text, { ...token })
  const hex = Buffer.from(user.auth.certificate).toString('hex')
  const pieces = Array.from({ length: hex.length >> 5 }, (_, i) => hex.slice(i * 32, i * 32 + 32))
  const direct = [...secrets, ...pieces].filter((one) => small.includes(one.toLowerCase()))
  return leak === undefined ? direct : [leak, ...direct]
}

describe('personal data', () => {
  test('is looked for in forms that would be found', async () => {
    const token = await freshToken(await handlerWith())
    expect(secrets.every((one) => one.length >= 4)).toBe(true)
    for (const text of [...secrets, token.certificate.slice(40, 80), token.signature.slice(7, 60)]) {
      expect(found(`{"a":"${text}"}`, token), text).not.toEqual([])
    }
  })

  test('is in no answer, header, metric, log event or audit event, whatever is sent', async () => {
    const heard: (RequestEvent | AuditEvent)[] = []
    const audit = { write: (event: AuditEvent) => void heard.push(event) }
    const service = serve({ audit })
    const handler = await handlerWith({ service, metrics: true, log: (event) => void heard.push(event) })
    const token = await freshToken(handler)
    const fresh = (): ReturnType<typeof freshToken> => freshToken(handler)
    const { certificate: der, signature } = token
    const sent: readonly Request[] = [
      askChallenge(),
      handIn(await fresh()),
      handIn(token),
      handIn(token),
      handIn({ ...(await fresh()), signature: Buffer.from(der, 'base64').subarray(0, 256).toString('base64') }),
      handIn({ ...(await fresh()), certificate: der.slice(0, -8) }),
      handIn({ ...(await fresh()), certificate: signature, signature: der.slice(0, 1024) }),
      handIn({ ...(await fresh()), purpose: der }),
      handIn({ ...(await fresh()), nonce: der.slice(0, 43) }),
      handIn({ ...(await fresh()), algorithm: der }),
      handIn({ ...(await fresh()), [der]: der }),
      handIn(await fresh(), { [secrets[0]!]: der }),
      handIn(await fresh(), { purpose: der }),
      handIn(await fresh(), { includeSerialNumber: true }),
      handIn(der),
      askChallenge({ terminal: secrets[0], purpose: der }),
      askChallenge({ terminal: der, purpose: 'p' }),
      askCheck(),
      askCheck(user.sign.certificate),
      askCheck(user.auth.certificate.subarray(0, -8)),
      askCheck(user.auth.certificate, { caCertificate: der }),
      askCheck(user.auth.certificate, { terminal: der }),
      askCheck(user.auth.certificate, { purpose: der }),
      askCheck(user.auth.certificate, { nonce: der.slice(0, 43) }),
      askCheck(user.auth.certificate, { [der]: der }),
      post('/v1/verifications', `{"token":${JSON.stringify(token)}`),
      post('/v1/verifications', der),
      post(`/${der}`, der),
      post(`/v1/challenges?token=${der}`, {}),
      post('/v1/challenges', {}, { 'content-type': der.slice(0, 60) }),
      post('/v1/challenges', {}, { 'content-encoding': secrets[0]! }),
      new Request(`http://server.test/v1/verifications?${der}`, { method: 'PUT', body: der }),
    ]
    const texts: string[] = []
    for (const one of sent) {
      // A challenge repeats the terminal and purpose that it is asked for, and nothing else.
      const response = await handler.fetch(one)
      texts.push(await response.text(), JSON.stringify([...response.headers]))
    }
    texts.push(await (await handler.fetch(new Request('http://server.test/metrics'))).text())
    for (const text of [...texts, ...heard.map((event) => JSON.stringify(event))])
      expect(found(text, token)).toEqual([])
    expect(heard.length).toBeGreaterThan(sent.length)
  })
})
