import { type TokenChallenge, tokenFormat } from '../../src/token/index.ts'

/** The server of {@link tokenChallenge}. */
export const origin = 'https://issue.example'

/** A challenge for a terminal without a server behind it. */
export const tokenChallenge: TokenChallenge = {
  format: tokenFormat,
  origin,
  terminal: 'kiosk-1',
  purpose: 'residence-record',
  nonce: Buffer.alloc(32, 7).toString('base64url'),
  expiresAt: '2100-01-01T00:00:00Z',
}
