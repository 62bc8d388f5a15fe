import type { StaffKey, StaffText } from './texts.ts'

const call = 'Take this machine out of use, note the code and call the operator.'
const again = 'Have the card taken out, placed again, and begin from the start.'
const ifStays = 'If it goes on, note the code and call the operator.'

/** Texts for clerks in English. */
export const clerkEn: Readonly<Record<StaffKey, StaffText>> = {
  ERR_SERVICE_UNAVAILABLE: {
    text: 'What reads cards on this machine does not run. Neither the customer nor the card is at fault.',
    next: `Restart the machine. If that does not help: ${call}`,
  },
  ERR_BINDING_MISSING: {
    text: 'A part that drives the card reader is not installed, so no card can be read. The card is not at fault.',
    next: call,
  },
  ERR_NO_READER: {
    text: 'The card reader is not connected, or the machine does not see it. The card is not at fault.',
    next: `Check the cable and the light of the reader. ${ifStays}`,
  },
  ERR_NO_CARD: {
    text: 'The reader finds no card: none was placed, or it lies in the wrong place.',
    next: 'Ask the customer to place the card where it belongs, out of its wallet or case.',
  },
  ERR_CARD_REMOVED: {
    text: 'The card left the reader before the work was done. No PIN stays verified on it.',
    next: 'Ask the customer not to move the card until the end, and begin from the start.',
  },
  ERR_CARD_RESET: {
    text: 'Another program on this machine touched the card, which broke off the work. The card is not at fault.',
    next: `${again} ${ifStays}`,
  },
  ERR_CARD_MUTE: {
    text: 'Something is on the reader, but it does not answer as a card: turned over, dirty, two cards together, or damaged.',
    next: 'Turn the card, leave only this one, wipe its chip with a dry cloth. If other cards can be read, this one may be damaged.',
  },
  ERR_READER_BUSY: {
    text: 'The card reader is busy with something else. This operation has not begun.',
    next: `Have the card taken out, wait a little, then try again. ${ifStays}`,
  },
  ERR_TIMEOUT: {
    text: 'No card was placed in time, or the card took too long to answer and was given up.',
    next: `${again} ${ifStays}`,
  },
  ERR_ABORTED: {
    text: 'The customer or the machine cancelled the operation. Nothing is wrong.',
    next: 'See that no card is left behind. Begin from the start if it is still wanted.',
  },
  ERR_CONNECTION_CLOSED: {
    text: 'The connection to the card has ended already, so the work cannot go on.',
    next: `${again} ${ifStays}`,
  },
  ERR_TRANSPORT: {
    text: 'Card and reader could not talk to each other: the card lies badly or is dirty, or reader or cable are failing.',
    next: `${again} If other cards fail too, report the reader to the operator.`,
  },
  ERR_RESPONSE_MALFORMED: {
    text: 'The card answered something that makes no sense. The transmission may have been disturbed.',
    next: `${again} ${ifStays}`,
  },
  ERR_RESPONSE_TOO_LONG: {
    text: 'The card answered more than any such card does. It cannot be used.',
    next: 'Check that other cards can be read, note the code and call the operator.',
  },
  ERR_SECURE_MESSAGING: {
    text: 'The encrypted conversation with the card ended early. Nothing it protects was sent openly.',
    next: `Begin from the start and have the PIN entered again. ${ifStays}`,
  },
  ERR_STATUS_WORD: {
    text: 'The card refused what was asked of it. It is in a state, or of a kind, this machine does not expect.',
    next: 'Check whether the same works with another card, note the code and call the operator.',
  },
  ERR_SECURITY_STATUS: {
    text: 'The card refused to be read or to sign because its PIN was not verified before.',
    next: `Begin from the start and have the PIN entered. ${ifStays}`,
  },
  ERR_APPLICATION_NOT_FOUND: {
    text: 'The card lacks what this procedure needs. It may be a different card, or a Juki card without it.',
    next: 'Look at the face of the card. If the customer has a My Number card, have that one placed.',
  },
  ERR_FILE_NOT_FOUND: {
    text: 'The card lacks a PIN or data that this procedure needs.',
    next: 'Look at the face of the card. If it is a My Number card, call the operator.',
  },
  ERR_WRONG_CARD: {
    text: 'The card is of a kind this machine does not support yet. No PIN try was lost.',
    next: 'Offer the procedure in another way, note the code and call the operator.',
  },
  ERR_APDU: {
    text: 'The program could not decode a command of its own. The card of the customer is not at fault.',
    next: call,
  },
  ERR_TLV: {
    text: 'The data on the card is badly structured and could not be read.',
    next: `${again} If other cards can be read, tell the customer that this one cannot be used and call the operator.`,
  },
  ERR_DER: {
    text: 'A certificate, or a revocation list that the server uses, is malformed.',
    next: 'Check whether it happens with other cards, note the code and call the operator.',
  },
  ERR_CARD_DATA: {
    text: 'The data on the card, or a number that was typed, is not right. For a number: its check digit does not fit.',
    next: 'A typed number: compare it with the card and type it again. Otherwise place the card again, once.',
  },
  ERR_STRIPE: {
    text: 'The magnetic stripe could not be read, or the card is not of the kind this machine uses.',
    next: 'Check which way it faces and have it swiped again, evenly. If it happens with every card, call the operator.',
  },
  ERR_PROFILE: {
    text: 'The file that tells how to read cards has mistakes, so the machine cannot be used. The card is not at fault.',
    next: call,
  },
  ERR_CERTIFICATE_ABSENT: {
    text: 'The card does not hold the certificate that is needed. Children under 15, for example, usually have none for signatures.',
    next: 'Tell the customer that the counter of their municipality issues it.',
  },
  ERR_CERTIFICATE: {
    text: 'What stands in place of the certificate cannot be decoded as one.',
    next: `${again} ${ifStays}`,
  },
  ERR_VERIFICATION: {
    text: 'The certificate on the card failed verification: expired, revoked, or the machine is set up wrongly.',
    next: 'Hand nothing out on it. If it has expired or is revoked, the municipal counter helps; otherwise call the operator.',
  },
  ERR_PIN_FORMAT: {
    text: 'What was entered cannot be {pin}, so nothing was sent to the card. It must be {form}. No try was lost.',
    next: 'Say which PIN is asked for, and have it entered again.',
  },
  ERR_PIN_REJECTED: {
    text: 'The card says that {pin} is wrong. {tries} The right one gives all tries back.',
    next: 'Make sure which PIN is meant. With one try left do not go on: the municipal counter can set it again.',
  },
  ERR_PIN_BLOCKED: {
    text: 'After too many wrong entries, {pin} is blocked. This machine cannot unlock it.',
    next: '{reset}',
  },
  ERR_PIN_GUARDED: {
    text: 'Too few tries are left for {pin}, so nothing was sent to the card. {tries} A wrong one may now block it.',
    next: 'Tell the holder so. Whoever is not certain has it set again at the municipal counter.',
  },
  ERR_PIN_OUTCOME_UNKNOWN: {
    text: 'The connection broke right after {pin} was sent. A try may be lost; during a change, the old or the new one may hold.',
    next: 'Have the card taken out and placed again, read the tries left, and tell the holder. Let nothing be entered before.',
  },
  ERR_PIN_STATE: {
    text: 'The card still holds a PIN verified earlier, which cannot be cleared. No try was lost.',
    next: 'Have the card taken out of the reader before anything else. After that it can be placed again.',
  },
  ERR_RAW_VERIFY_REFUSED: {
    text: 'By a mistake in a program, a PIN was to be sent without protection, and was stopped. No try was lost.',
    next: call,
  },
  ERR_SIGNATURE_INVALID: {
    text: 'The signature the card made does not match its certificate and was thrown away. No PIN try was lost.',
    next: `${again} ${ifStays}`,
  },
  ERR_STATE_NOT_CLEARED: {
    text: 'The card may still hold a verified PIN. Whoever comes next could use it.',
    next: 'Take the card out of the reader now and give it back. Keep the machine out of use until then.',
  },
  ERR_TRANSCRIPT: {
    text: 'A transcript used for maintenance is not valid. This does not happen in daily work.',
    next: call,
  },
  ERR_REPLAY: {
    text: 'Playing back a transcript, the program did something else than was recorded. This does not happen in daily work.',
    next: call,
  },
  ERR_TOKEN: {
    text: 'What machine and server exchange to authenticate is malformed. The card is not at fault.',
    next: call,
  },
  ERR_TOKEN_ORIGIN: {
    text: 'The server address set in this machine is not the one the server goes by. The card is not at fault.',
    next: call,
  },
  ERR_TOKEN_TERMINAL: {
    text: 'The terminal name set in this machine is not the one the server knows. The card is not at fault.',
    next: call,
  },
  ERR_TOKEN_PURPOSE: {
    text: 'The server does not offer what this terminal asked for. The card is not at fault.',
    next: call,
  },
  ERR_TOKEN_ALGORITHM: {
    text: 'The server cannot handle this kind of signature. The card may be of a newer kind.',
    next: 'Offer the procedure in another way, note the code and call the operator.',
  },
  ERR_TOKEN_SIGNATURE: {
    text: 'The server could not confirm the signature of the card.',
    next: `Have the customer begin from the start. ${ifStays}`,
  },
  ERR_NONCE_UNKNOWN: {
    text: 'The request of the server was answered before, or is long out of date.',
    next: `Have the customer begin from the start. ${ifStays}`,
  },
  ERR_NONCE_EXPIRED: {
    text: 'Entering the PIN, for example, took longer than the server waits.',
    next: 'Have the customer begin from the start, and look the PIN up first if that takes time.',
  },
  ERR_ANSWER_MISMATCH: {
    text: 'The server sent an answer that belongs to another request, perhaps of another person. Neither the customer nor the card is at fault.',
    next: `Hand nothing out. ${call}`,
  },
  ERR_CERTIFICATE_REFUSED: {
    text: 'The server does not accept the certificate on the card as valid.',
    next: 'Hand nothing out. Check whether it happens with other cards, and call the operator.',
  },
  ERR_CERTIFICATE_NOT_YET_VALID: {
    text: 'The certificate is not valid yet, or the clock of the machine or the server is slow.',
    next: 'Check date and time of the machine, and call the operator.',
  },
  ERR_CERTIFICATE_EXPIRED: {
    text: 'The certificate on the card has expired. It ends on another day than the card itself.',
    next: 'Tell the customer that the counter of their municipality renews it.',
  },
  ERR_CERTIFICATE_REVOKED: {
    text: 'The certificate on the card is revoked. The one for signatures is whenever address or name change.',
    next: 'Hand nothing out. Tell the customer that the counter of their municipality issues a new one.',
  },
  ERR_REVOCATION_UNKNOWN: {
    text: 'The server could not find out whether the certificate is revoked. The card need not be at fault.',
    next: `Hand nothing out, and have the customer try again later. ${ifStays}`,
  },
  ERR_STORE_UNAVAILABLE: {
    text: 'A part of the server does not answer, so nobody can be authenticated. The card is not at fault.',
    next: `Have the customer try again later. ${ifStays}`,
  },
  ERR_STORE_FULL: {
    text: 'Too many requests are open at the server to begin another. The card is not at fault.',
    next: `Have the customer try again in some minutes. ${ifStays}`,
  },
  ERR_INTERNAL: {
    text: 'The server had an unexpected problem. The card is not at fault.',
    next: `Hand nothing out. ${call}`,
  },
  ERR_MUNICIPAL_PIN_REJECTED: {
    text: 'The number does not match the PIN registered with the municipality. {tries} It looks the same when none is registered.',
    next: 'Make sure which certificate it is for, and have it entered again. A forgotten PIN is registered anew at the counter.',
  },
  ERR_MUNICIPAL_PIN_LOCKED: {
    text: 'After too many wrong entries, the PIN registered with the municipality is locked.',
    next: 'Make sure who the customer is, then unlock the PIN or register another.',
  },
  ERR_MUNICIPAL_PIN_NOT_REGISTERED: {
    text: 'No PIN has been registered for this certificate yet.',
    next: 'Make sure who the customer is, then register one.',
  },
  ERR_MUNICIPAL_PIN_FORMAT: {
    text: 'What was entered cannot be a municipal PIN. No try was lost.',
    next: 'Have the digits entered again, as many as were registered.',
  },
  ERR_MUNICIPAL_PIN_BUSY: {
    text: 'Too many PINs are being checked at this moment. None of the tries was used.',
    next: 'Have it entered again in a moment. If it happens often, tell the people who run the server.',
  },
  ERR_AUDIT: {
    text: 'The server cannot write down what happens and has stopped. Or what was written has been changed.',
    next: 'Call the operator at once. Leave the files of the log as they are.',
  },
  ERR_DEPENDENCY_MISSING: {
    text: 'A part of the program is not installed. The card is not at fault.',
    next: call,
  },
  ERR_SERVER: {
    text: 'The server cannot be reached or did not answer properly. The card is not at fault.',
    next: `Check the network cable, and have the customer try again later. ${ifStays}`,
  },
  unexpected: {
    text: 'Something happened that has no code. It may be a mistake in the program.',
    next: 'Give the card back, write down the time and what was done, and call the operator.',
  },
}
