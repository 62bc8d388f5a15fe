import type { StaffKey, StaffText } from './texts.ts'

const record = 'take a masked transcript with `jpki-card record` and report it.'
const doctor = '`jpki-card doctor` tells more.'

/** Texts for operators in English. */
export const operatorEn: Readonly<Record<StaffKey, StaffText>> = {
  ERR_SERVICE_UNAVAILABLE: {
    text: 'The PC/SC service (pcscd on Linux) does not run, or refuses this user.',
    next: `Start it; when it refuses, see the polkit rules access_pcsc and access_card. ${doctor}`,
  },
  ERR_BINDING_MISSING: {
    text: 'No PC/SC binding could be loaded: neither pcsc-mini nor pcsclite.',
    next: 'Install pcsc-mini; on Linux check that libpcsclite1 is there too.',
  },
  ERR_NO_READER: {
    text: 'No reader at all, or none of the name that was asked for.',
    next: `Check USB and driver (libccid or the maker's), compare the name with \`jpki-card readers\`. ${doctor}`,
  },
  ERR_NO_CARD: {
    text: 'The reader was empty at the moment of connecting.',
    next: 'When a card is there: check its place over the antenna, and the driver.',
  },
  ERR_CARD_REMOVED: {
    text: 'The card or the reader went away during the work, or another card was there on reconnecting.',
    next: 'When frequent, check card tray, USB power and cable; `jpki-card soak` measures how often.',
  },
  ERR_CARD_RESET: {
    text: 'Another program reset the card or cut its power.',
    next: 'Stop other card software, browser extensions and agents included. Our connections are exclusive by default.',
  },
  ERR_CARD_MUTE: {
    text: 'No answer to reset, or one that makes no sense.',
    next: 'Try another card. With all cards: contacts or antenna of the reader, or its driver.',
  },
  ERR_READER_BUSY: {
    text: 'Another program or connection holds the card, or an exchange that timed out still occupies the reader.',
    next: 'Close the other program; after a timeout take the card out.',
  },
  ERR_TIMEOUT: {
    text: 'No card, connection or answer within the limit. After an exchange it is unknown whether the card executed it.',
    next: 'Take the card out and connect again. If it stays, check reader and driver with `jpki-card smoke`.',
  },
  ERR_ABORTED: {
    text: 'The caller aborted, by AbortSignal or by a signal.',
    next: 'Nothing to do. When it was not meant, check the time limits of the caller.',
  },
  ERR_CONNECTION_CLOSED: {
    text: 'A session or connection was used after its end, or the service was restarted and forgot it.',
    next: 'Connect again. When the service was not restarted, report it as a mistake in the program.',
  },
  ERR_TRANSPORT: {
    text: 'PC/SC failed: a transmission error, or a driver that cannot pass on a long command.',
    next: 'Try another cable, port and reader. When long commands fail, set extendedLength to "no".',
  },
  ERR_RESPONSE_MALFORMED: {
    text: 'An answer shorter than a status word, without the data asked for, or one that contradicts itself.',
    next: `Place the card again, then try another reader. If it stays, ${record}`,
  },
  ERR_RESPONSE_TOO_LONG: {
    text: 'An answer of more than 65 536 bytes: a broken card, or none of those this is made for.',
    next: `Try another card; then ${record}`,
  },
  ERR_SECURE_MESSAGING: {
    text: 'Secure messaging ended: refused by the card, an answer that failed its check, or a new selection.',
    next: `Begin again. If it stays, ${record}`,
  },
  ERR_STATUS_WORD: {
    text: 'The card refused a command with a status word that has no code of its own.',
    next: `Look the status word up in the log. If the card should have taken the command, ${record}`,
  },
  ERR_SECURITY_STATUS: {
    text: 'Status word 6982: read or signed before the PIN it needs was verified.',
    next: 'Check the order in the program. Selecting another application in between clears verified PINs.',
  },
  ERR_APPLICATION_NOT_FOUND: {
    text: 'The application that was selected is not on this card.',
    next: '`jpki-card inspect` tells which card it is. A Juki card without a certificate has no JPKI application.',
  },
  ERR_FILE_NOT_FOUND: {
    text: 'The application has no such file, record, PIN or key (6A82, 6A83, 6A88).',
    next: 'Not every kind of card has everything: decide by what `jpki-card inspect` reports.',
  },
  ERR_WRONG_CARD: {
    text: 'The key of the card is not RSA. How such cards sign is not public.',
    next: 'Look for a newer version of the package.',
  },
  ERR_APDU: {
    text: 'The bytes given are no command APDU. No card operation causes this.',
    next: 'Check the calling program at the offset of the error.',
  },
  ERR_TLV: {
    text: 'Badly structured BER-TLV.',
    next: `When it came from a card, try once more. If it stays, ${record}`,
  },
  ERR_DER: {
    text: 'Not strict DER: a certificate, revocation list or OCSP response.',
    next: 'Get files of lists and responses from their publisher again.',
  },
  ERR_CARD_DATA: {
    text: 'A file of the card does not hold what it should, or the check digit of a typed number is wrong.',
    next: `When nothing was typed, try once more. If it stays, ${record}`,
  },
  ERR_STRIPE: {
    text: 'The stripe could not be decoded or does not fit its profile. The reason is in `check`.',
    next: 'Clean the head and check the direction. `field` with every card: the profile is of another layout.',
  },
  ERR_PROFILE: {
    text: 'A profile of a card or stripe has mistakes, and nothing of it is used.',
    next: 'Correct line and column as the error tells; `docs/schema/` has the form.',
  },
  ERR_CERTIFICATE_ABSENT: {
    text: 'The file of the certificate is missing or empty.',
    next: 'Nothing to do at the machine: the holder goes to the municipal counter.',
  },
  ERR_CERTIFICATE: {
    text: 'The bytes are not exactly one certificate, revocation list or OCSP response.',
    next: `A file: get it again. A card: try once more; if it stays, ${record}`,
  },
  ERR_VERIFICATION: {
    text: 'A check of the certificate failed; `check` names it, `depth` tells which certificate.',
    next: 'Unless it is `validity` or `revocation`, check trust anchors and intermediate certificates.',
  },
  ERR_PIN_FORMAT: {
    text: 'What was given cannot be {pin}, and nothing was sent. It must be {form}.',
    next: 'Nothing to do when a person typed it. A program that uses a `Pin` twice gets it too.',
  },
  ERR_PIN_REJECTED: {
    text: 'The card answered that {pin} is wrong. {tries}',
    next: 'Nothing to do when a person typed it. When frequent, check that the screen says which PIN is meant.',
  },
  ERR_PIN_BLOCKED: {
    text: 'No try is left for {pin}. No unblock command is public: this machine cannot help.',
    next: '{reset}',
  },
  ERR_PIN_GUARDED: {
    text: 'Fewer tries than keepTries are left for {pin}, so no VERIFY was sent. {tries}',
    next: 'No mistake in the settings. The last try takes the explicit consent of the holder, and spendTheLastTry.',
  },
  ERR_PIN_OUTCOME_UNKNOWN: {
    text: 'The exchange that carried {pin} broke. A try may be spent or the PIN verified. Nothing was sent again.',
    next: 'Take the card out, then read the counter with `jpki-card pin status`. When frequent, examine the reader.',
  },
  ERR_PIN_STATE: {
    text: 'A PIN stays verified although another application was selected or the power cut. No try was spent.',
    next: 'Take the card out. When a reader does it again, check whether it really cuts the power (unpower).',
  },
  ERR_RAW_VERIFY_REFUSED: {
    text: '`transmit` or `send` was given a command that carries a PIN. Nothing was sent.',
    next: 'Correct the program: `verifyPin` or `changePin`.',
  },
  ERR_SIGNATURE_INVALID: {
    text: 'The certificate of the card does not verify the signature it made, which was thrown away.',
    next: 'Place the card again. If it stays, try another card, then another reader.',
  },
  ERR_STATE_NOT_CLEARED: {
    text: 'At the end of the session neither another application could be selected nor the power cut for certain.',
    next: 'Keep the reader out of use until the card is taken out. `cause` tells why, when known.',
  },
  ERR_TRANSCRIPT: {
    text: 'The transcript is not JSON, or of a format that is not known.',
    next: 'Record it again with `jpki-card record`.',
  },
  ERR_REPLAY: {
    text: 'On playback another command came than the next one recorded, or exchanges were left over.',
    next: 'Replay with the same command, options and version as were recorded.',
  },
  ERR_TOKEN: {
    text: 'Token or challenge are not in the form jpki-card-token:1.',
    next: 'Use matching versions in terminal and server; `docs/token.md` has the form.',
  },
  ERR_TOKEN_ORIGIN: {
    text: 'The origin in token or challenge is not the one set here.',
    next: 'Set the same origin in terminal and server.',
  },
  ERR_TOKEN_TERMINAL: {
    text: 'The token or challenge is of another terminal.',
    next: 'Check the name of the terminal, and that no two have the same.',
  },
  ERR_TOKEN_PURPOSE: {
    text: 'Another purpose than was asked for, or one the server does not serve.',
    next: 'Match the purpose of the terminal with those the server allows.',
  },
  ERR_TOKEN_ALGORITHM: {
    text: 'The signature algorithm is unknown, or none of the key in the certificate.',
    next: 'Use RS256 with the cards of today.',
  },
  ERR_TOKEN_SIGNATURE: {
    text: 'The signature is not that of the certificate over this challenge.',
    next: 'Try once more. On one terminal: examine terminal and card. On all: the versions in use.',
  },
  ERR_NONCE_UNKNOWN: {
    text: 'The challenge is not of this server, was answered, or is long expired.',
    next: 'With several servers, check that they share one store.',
  },
  ERR_NONCE_EXPIRED: {
    text: 'The answer came after the challenge had expired.',
    next: 'When frequent, review the time allowed and the delay between terminal and server.',
  },
  ERR_ANSWER_MISMATCH: {
    text: 'The answer of the server is not to what this terminal sent: another challenge, holder, terminal, purpose or time.',
    next: 'Stop the terminal and compare both clocks. If they agree, stop the server and what stands in between: answers are mixed up.',
  },
  ERR_CERTIFICATE_REFUSED: {
    text: 'A check failed in the verification at the server; see `check` and `depth`.',
    next: 'Check trust anchors, CA certificates and the settings of the verification.',
  },
  ERR_CERTIFICATE_NOT_YET_VALID: {
    text: 'By the clock of the server the certificate is not valid yet.',
    next: 'Check that the clock of the server is synchronised.',
  },
  ERR_CERTIFICATE_EXPIRED: {
    text: 'By the clock of the server the certificate has expired.',
    next: 'With everybody: check the clock. Otherwise nothing to do.',
  },
  ERR_CERTIFICATE_REVOKED: {
    text: 'By a revocation list or OCSP response the certificate is revoked.',
    next: 'Nothing to do at the machine.',
  },
  ERR_REVOCATION_UNKNOWN: {
    text: 'No source could tell whether the certificate is revoked, and the policy requires it.',
    next: 'Check how lists arrive, when they end, and the way to the OCSP responder.',
  },
  ERR_STORE_UNAVAILABLE: {
    text: 'The store of challenges (Redis, for example) does not answer. Nothing is accepted without it.',
    next: 'Check that it runs, its address and its credentials.',
  },
  ERR_STORE_FULL: {
    text: 'As many challenges are open as are allowed, or the store has no memory left.',
    next: 'Find out who asks for so many; if rightly, raise maxNonces or the memory.',
  },
  ERR_INTERNAL: {
    text: 'The server met an unexpected error while it verified a token. The token was refused.',
    next: 'Look for error and stack in the log of the server, and report them.',
  },
  ERR_MUNICIPAL_PIN_REJECTED: {
    text: 'The municipal PIN does not match, or there is none and the settings do not tell. {tries}',
    next: 'Nothing to do when a person typed it. Look for series of failures of one user in the audit log.',
  },
  ERR_MUNICIPAL_PIN_LOCKED: {
    text: 'The tries of a municipal PIN have reached maxTries. Nothing is compared until it is unlocked.',
    next: 'Clerks unlock or register it after they made sure who the customer is.',
  },
  ERR_MUNICIPAL_PIN_NOT_REGISTERED: {
    text: 'No municipal PIN is registered for this kind of certificate.',
    next: 'Clerks register it. With everybody: check the address of the store, and serverKey.',
  },
  ERR_MUNICIPAL_PIN_FORMAT: {
    text: 'Wrong length, or not digits only. No try was spent.',
    next: 'Check that the screen asks for as many digits as pinFormat allows.',
  },
  ERR_MUNICIPAL_PIN_BUSY: {
    text: 'As many PINs as hashing allows were being hashed or waiting. No try was spent.',
    next: 'If it happens often: find out which terminals send so many, add servers, or raise hashing.',
  },
  ERR_AUDIT: {
    text: 'The audit log cannot be written, or its chain does not hold. Nothing is accepted meanwhile.',
    next: 'Check disk and permissions. When there is a `line`: keep the file, and find out who changed it.',
  },
  ERR_DEPENDENCY_MISSING: {
    text: 'An optional package is needed and not installed; `dependency` is its name.',
    next: 'Install it with npm.',
  },
  ERR_SERVER: {
    text: 'The issuance server was not reached, or answered other than its interface says.',
    next: 'Check address, network, TLS certificates, and that the server runs.',
  },
  unexpected: {
    text: 'An error without a code of this package.',
    next: 'Look for error and stack in the log of the application, and report them.',
  },
}
