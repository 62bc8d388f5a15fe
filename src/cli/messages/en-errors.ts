import type { CatalogueCode, ErrorText } from './catalogue.ts'

const card = 'Take the card out, put it in again and run the command again.'
const counter = 'The holder goes to the municipal counter with the card to have it set again.'
const report = 'Run the command again with `record FILE` and report the masked transcript.'

/** What happened and what to do, in English. */
export const enErrors: Readonly<Record<CatalogueCode, ErrorText>> = {
  ERR_SERVICE_UNAVAILABLE: {
    what: 'The smart card service does not run.',
    todo: 'Linux: install and start pcscd. Windows: start the service "Smart Card". macOS: reconnect the reader.',
  },
  ERR_BINDING_MISSING: {
    what: 'The library that talks to card readers is not installed.',
    todo: 'Run `npm install pcsc-mini`, or choose another one with --binding.',
  },
  ERR_NO_READER: {
    what: 'No card reader was found.',
    todo: 'Connect a reader and install its driver. `jpki-card readers` lists those that are found.',
  },
  ERR_NO_CARD: {
    what: 'No card is in the reader.',
    todo: 'Put the card in the reader, or give more time with --wait.',
  },
  ERR_CARD_REMOVED: {
    what: 'The card was taken out.',
    todo: 'Leave the card in the reader and run the command again.',
  },
  ERR_CARD_RESET: {
    what: 'Another program reset the card.',
    todo: 'Close other programs that use the card and run the command again.',
  },
  ERR_CARD_MUTE: {
    what: 'The card does not answer.',
    todo: 'Check which side of the card faces up, clean the chip and put it in again.',
  },
  ERR_READER_BUSY: {
    what: 'Another program uses the card.',
    todo: 'Close the other program and run the command again.',
  },
  ERR_TIMEOUT: {
    what: 'No card answered in time.',
    todo: 'Put the card in the reader and run the command again, or give more time with --wait.',
  },
  ERR_ABORTED: { what: 'Interrupted.', todo: 'Run the command again when ready.' },
  ERR_CONNECTION_CLOSED: { what: 'The connection to the card was closed.', todo: card },
  ERR_TRANSPORT: {
    what: 'The reader could not pass the command on.',
    todo: `${card} If it stays, try another reader or USB port.`,
  },
  ERR_RESPONSE_MALFORMED: { what: 'The card answered something that is not an answer.', todo: card },
  ERR_RESPONSE_TOO_LONG: { what: 'The card answered more than allowed.', todo: report },
  ERR_SECURE_MESSAGING: {
    what: 'The encrypted conversation with the card has ended.',
    todo: 'Enter the PIN and begin again.',
  },
  ERR_STATUS_WORD: { what: 'The card refused a command.', todo: report },
  ERR_SECURITY_STATUS: {
    what: 'The card wants a PIN first.',
    todo: 'Run the command where it can ask for the PIN, or give the PIN with --pin-stdin.',
  },
  ERR_APPLICATION_NOT_FOUND: {
    what: 'This card does not have the application.',
    todo: 'Use a card that has it; most are on My Number cards only. `jpki-card inspect` tells what is on this one.',
  },
  ERR_FILE_NOT_FOUND: {
    what: 'This card does not have that PIN or file.',
    todo: '`jpki-card inspect` tells what is on this card.',
  },
  ERR_WRONG_CARD: {
    what: 'This card is not one the command works with.',
    todo: '`jpki-card inspect` tells which card it is.',
  },
  ERR_APDU: { what: 'A card command or answer could not be decoded.', todo: report },
  ERR_TLV: { what: 'Data of the card could not be decoded.', todo: report },
  ERR_DER: {
    what: 'A certificate or revocation list is not well formed.',
    todo: 'Get it from its publisher again.',
  },
  ERR_CARD_DATA: { what: 'A file of the card does not hold what it should.', todo: report },
  ERR_STRIPE: { what: 'The magnetic stripe could not be read.', todo: 'Swipe the card again, evenly and to the end.' },
  ERR_PROFILE: { what: 'The profile has mistakes.', todo: 'Correct the file where the detail below says.' },
  ERR_CERTIFICATE_ABSENT: {
    what: 'The card does not hold this certificate.',
    todo: 'The holder can have it issued at the municipal counter.',
  },
  ERR_CERTIFICATE: {
    what: 'What the card or file holds is not a certificate, revocation list or OCSP response.',
    todo: `If it is a file, get it from its publisher again. If it is a card: ${report}`,
  },
  ERR_VERIFICATION: {
    what: 'The certificate is not to be believed.',
    todo: 'See which check failed; do not hand anything out on this certificate.',
  },
  ERR_PIN_FORMAT: {
    what: 'This cannot be the PIN; no try was spent.',
    todo: 'The signature password must have 6 to 16 letters and digits, at least one letter and one digit; the other PINs of the card must have 4 digits. Verification code A is the 12 digits of the individual number; B is made of birth date, year of expiry and security code.',
  },
  ERR_PIN_REJECTED: {
    what: 'The PIN is wrong.',
    todo: 'Check which of the two PINs was asked for and try again. Do not guess: the card blocks.',
  },
  ERR_PIN_BLOCKED: { what: 'The PIN is blocked.', todo: counter },
  ERR_PIN_GUARDED: {
    what: 'Only the last try is left, so it was not used.',
    todo: 'If the holder is certain of the PIN: --accept-that-a-wrong-pin-blocks-the-card. Otherwise the municipal counter can set it again.',
  },
  ERR_PIN_OUTCOME_UNKNOWN: {
    what: 'The card was lost while the PIN was checked; a try may have been spent.',
    todo: 'Put the card in again and read the counter with `jpki-card pin status` before trying again.',
  },
  ERR_PIN_STATE: { what: 'A PIN verified earlier cannot be cleared; no try was spent.', todo: card },
  ERR_RAW_VERIFY_REFUSED: {
    what: 'A PIN command was refused because it did not go through the PIN guard.',
    todo: report,
  },
  ERR_PIN_MISMATCH: {
    what: 'The new PIN was not typed the same way twice.',
    todo: 'Run the command again. Nothing was changed.',
  },
  ERR_SIGNATURE_INVALID: {
    what: 'The signature does not fit the certificate and was discarded.',
    todo: `${card} If it stays, the card may be damaged.`,
  },
  ERR_STATE_NOT_CLEARED: {
    what: 'A PIN may still be verified on the card.',
    todo: 'Take the card out of the reader now.',
  },
  ERR_TRANSCRIPT: {
    what: 'The file is not a transcript of this program.',
    todo: 'Record one with `jpki-card record FILE COMMAND`.',
  },
  ERR_REPLAY: {
    what: 'The command does not do what the transcript holds.',
    todo: 'Replay the same command with the same options as were recorded. Masked certificates cannot be replayed.',
  },
  ERR_TOKEN: { what: 'The token is malformed.', todo: 'Check the program that made the token against docs/token.md.' },
  ERR_TOKEN_ORIGIN: { what: 'The token is for another server.', todo: 'Set the same origin in server and terminal.' },
  ERR_TOKEN_TERMINAL: { what: 'The token is of another terminal.', todo: 'Check the name of the terminal.' },
  ERR_TOKEN_PURPOSE: { what: 'The token is for another purpose.', todo: 'Check the purpose the terminal asks for.' },
  ERR_TOKEN_ALGORITHM: { what: 'The signature algorithm does not fit.', todo: 'Use RS256 with the cards of today.' },
  ERR_TOKEN_SIGNATURE: { what: 'The signature is not right.', todo: 'Try again with a new challenge.' },
  ERR_NONCE_UNKNOWN: { what: 'The challenge is not open any more.', todo: 'Begin again.' },
  ERR_NONCE_EXPIRED: { what: 'The challenge was answered too late.', todo: 'Begin again.' },
  ERR_ANSWER_MISMATCH: {
    what: 'The answer of the server belongs to another transaction. Nothing was accepted.',
    todo: 'Hand nothing out. Compare the clocks of terminal and server; if they agree, have the server examined.',
  },
  ERR_CERTIFICATE_REFUSED: {
    what: 'The certificate is refused.',
    todo: 'Have the card looked at by the municipal counter.',
  },
  ERR_CERTIFICATE_NOT_YET_VALID: { what: 'The certificate is not valid yet.', todo: 'Check the clock of the server.' },
  ERR_CERTIFICATE_EXPIRED: { what: 'The certificate has expired.', todo: 'The municipal counter renews it.' },
  ERR_CERTIFICATE_REVOKED: { what: 'The certificate is revoked.', todo: 'The municipal counter issues another.' },
  ERR_REVOCATION_UNKNOWN: {
    what: 'It is not known whether the certificate is revoked.',
    todo: 'Check the revocation lists of the server, then try again.',
  },
  ERR_STORE_UNAVAILABLE: { what: 'The store of the server does not answer.', todo: 'Check the store, then try again.' },
  ERR_STORE_FULL: { what: 'Too many challenges are open.', todo: 'Try again later.' },
  ERR_MUNICIPAL_PIN_REJECTED: { what: 'The PIN is wrong.', todo: 'Type it again. It locks after a few wrong ones.' },
  ERR_MUNICIPAL_PIN_LOCKED: { what: 'The PIN is locked.', todo: 'The municipal counter unlocks it.' },
  ERR_MUNICIPAL_PIN_NOT_REGISTERED: { what: 'No PIN is registered.', todo: 'The municipal counter registers one.' },
  ERR_MUNICIPAL_PIN_FORMAT: { what: 'This cannot be the PIN.', todo: 'Type its digits again; no try was spent.' },
  ERR_MUNICIPAL_PIN_BUSY: {
    what: 'Too many PINs are being checked.',
    todo: 'Try again in a moment; no try was spent.',
  },
  ERR_AUDIT: {
    what: 'The audit log cannot be written, or does not hold what was written.',
    todo: 'Keep the file as it is. Check the disk, the permissions and who can change the file.',
  },
  ERR_DEPENDENCY_MISSING: {
    what: 'A package that this needs is not installed.',
    todo: 'Install the package named below with npm.',
  },
  ERR_SERVER: { what: 'The server did not answer as it should.', todo: 'Check address and network, then try again.' },
  ERR_SERVER_START: {
    what: 'The server cannot be started.',
    todo: 'Correct what is named above in the settings (listen), or free the port, then start it again.',
  },
  ERR_USAGE: { what: 'The command line is not right.', todo: 'See `jpki-card --help`, or `jpki-card COMMAND --help`.' },
  ERR_FILE: {
    what: 'A file cannot be read or written.',
    todo: 'Check its path and permissions, and the space left on the disk.',
  },
  ERR_EVALUATION: {
    what: 'Not every case of the evaluation passed.',
    todo: 'See the reason of each case; --html writes them as a page.',
  },
  ERR_FIELD_TEST: {
    what: 'The field test was not passed.',
    todo: 'See the reason of each step; jpki-card doctor looks at service, drivers and readers.',
  },
  ERR_AUTHENTICITY: {
    what: 'The card is not authentic.',
    todo: 'See the checks that failed. Do not rely on what was read; have the counter look at the card. A root key that was not given is named by --roots.',
  },
  ERR_INTERNAL: { what: 'An unexpected error happened.', todo: report },
}
