import type { StaffTexts } from '../texts.ts'

const call = 'Take this machine out of use, note the code and call the operator.'
const again = 'Have the card taken out, placed again, and begin from the start.'
const ifStays = 'If it goes on, note the code and call the operator.'
const later = `Have the customer try again later. ${ifStays}`
const record = 'take a masked transcript with `jpki-card record FILE COMMAND` and report it.'

/** Texts for clerks and operators in English. */
export const en: StaffTexts = {
  codes: {
    ERR_SERVICE_UNAVAILABLE: {
      title: 'Smart card service not running',
      clerk: {
        text: 'The smart card service on this machine is not running. Neither the customer nor the card is at fault.',
        next: `Restart the machine. If that does not help: ${call}`,
      },
      operator: {
        text: 'The PC/SC service (pcscd on Linux) is not running, or refuses this OS account.',
        next: 'Linux: install and start pcscd; if it refuses the account, see the polkit rules access_pcsc and access_card. Windows: start the service "Smart Card". macOS: reconnect the reader. `jpki-card doctor` shows the cause.',
      },
    },
    ERR_BINDING_MISSING: {
      title: 'Card reader library missing',
      clerk: {
        text: 'A part that drives the card reader is not installed, so no card can be read. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'No PC/SC binding could be loaded: neither pcsc-mini nor pcsclite, or not the one that was chosen.',
        next: 'Run `npm install pcsc-mini`; on Linux, libpcsclite1 is needed too. Or choose another binding with --binding.',
      },
    },
    ERR_NO_READER: {
      title: 'No card reader found',
      clerk: {
        text: 'The card reader is not connected, or the machine does not see it. The card is not at fault.',
        next: `Check the cable and the light of the reader. ${ifStays}`,
      },
      operator: {
        text: 'No card reader is connected, or none has the name that was given.',
        next: "Connect the reader, check USB and driver (libccid or the manufacturer's), and compare the name with `jpki-card readers`. `jpki-card doctor` shows the cause.",
      },
    },
    ERR_NO_CARD: {
      title: 'No card in the reader',
      clerk: {
        text: 'The reader finds no card: none was placed, or it lies in the wrong place.',
        next: 'Ask the customer to place the card where it belongs, out of its wallet or case.',
      },
      operator: {
        text: 'No card is in the reader.',
        next: 'Place the card in the reader, or give more time with --wait. If a card is there, check its position over the antenna, and the driver.',
      },
    },
    ERR_CARD_REMOVED: {
      title: 'Card removed too early',
      clerk: {
        text: 'The card left the reader before the work was done. No PIN stays verified on it.',
        next: 'Ask the customer not to move the card until the end, and begin from the start.',
      },
      operator: {
        text: 'The card or the reader was removed during the operation, or a different card was found on reconnecting.',
        next: 'Leave the card in the reader and start again. If frequent, check card tray, USB power and cable; `jpki-card soak` measures how often.',
      },
    },
    ERR_CARD_RESET: {
      title: 'Another program reset the card',
      clerk: {
        text: 'Another program on this machine touched the card, which broke off the work. The card is not at fault.',
        next: `${again} ${ifStays}`,
      },
      operator: {
        text: 'Another program reset the card or cut its power.',
        next: 'Stop other programs that use the card, browser extensions and background services included, and start again.',
      },
    },
    ERR_CARD_MUTE: {
      title: 'Card does not answer',
      clerk: {
        text: 'Something is on the reader, but it does not answer as a card: turned over, dirty, two cards together, or damaged.',
        next: 'Turn the card, leave only this one, wipe its chip with a dry cloth. If other cards can be read, this one may be damaged.',
      },
      operator: {
        text: 'The card does not answer: no answer to reset (ATR), or an invalid one.',
        next: 'Check which side of the card faces up, clean the chip and place it again, alone. If other cards fail too, check contacts or antenna of the reader, and its driver.',
      },
    },
    ERR_READER_BUSY: {
      title: 'Card reader in use',
      clerk: {
        text: 'The card reader is busy with something else. This operation has not begun.',
        next: `Have the card taken out, wait a little, then try again. ${ifStays}`,
      },
      operator: {
        text: 'Another program or connection is using the card, or an exchange that timed out still occupies the reader.',
        next: 'Close the other program and start again. After a timeout, take the card out.',
      },
    },
    ERR_NO_KEYPAD: {
      title: 'Reader without a keypad',
      clerk: {
        text: 'PINs are to be entered at the reader, and this reader has no keypad. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'PIN entry is set to the keypad of the reader; the reader attached, or its driver, offers none.',
        next: 'Attach a reader with a keypad, or change `pinEntry` in the settings of the bridge.',
      },
    },
    ERR_TIMEOUT: {
      title: 'No answer in time',
      clerk: {
        text: 'No card was placed in time, or the card took too long to answer and was given up.',
        next: `${again} ${ifStays}`,
      },
      operator: {
        text: 'No card, connection or response in time. If an exchange timed out, it is unknown whether the card executed the command.',
        next: 'Place the card in the reader and start again, or give more time with --wait. After an exchange that timed out, take the card out first. If it persists, check reader and driver with `jpki-card smoke`.',
      },
    },
    ERR_ABORTED: {
      title: 'Operation cancelled',
      clerk: {
        text: 'The customer or the machine cancelled the operation. Nothing is wrong.',
        next: 'See that no card is left behind. Begin from the start if it is still wanted.',
      },
      operator: {
        text: 'The operation was interrupted (AbortSignal, Ctrl-C or a signal), or cancelled at the keypad of the reader.',
        next: 'Start again when ready. If the interruption was not intended, check the time limits of the calling program.',
      },
    },
    ERR_CONNECTION_CLOSED: {
      title: 'Connection to the card closed',
      clerk: {
        text: 'The connection to the card has ended already, so the work cannot go on.',
        next: `${again} ${ifStays}`,
      },
      operator: {
        text: 'The connection to the card was already closed, or was lost when the service restarted.',
        next: 'Take the card out, place it again and start again. If the service was not restarted, report it as a program error.',
      },
    },
    ERR_TRANSPORT: {
      title: 'Card reader communication failed',
      clerk: {
        text: 'Communication between card and reader failed: the card lies badly or is dirty, or reader or cable are failing.',
        next: `${again} If other cards fail too, report the reader to the operator.`,
      },
      operator: {
        text: 'Communication with the reader failed: a transmission error, or a driver without support for extended-length APDUs.',
        next: 'Place the card again and start again; if it persists, try another cable, USB port and reader. If only long commands fail, set --extended-length no (extendedLength: "no").',
      },
    },
    ERR_RESPONSE_MALFORMED: {
      title: 'Invalid response from the card',
      clerk: {
        text: 'The response of the card is not valid. The transmission may have been disturbed.',
        next: `${again} ${ifStays}`,
      },
      operator: {
        text: 'Invalid response from the card: shorter than a status word, without the data requested, or contradictory.',
        next: `Place the card again, then try another reader. If it persists, ${record}`,
      },
    },
    ERR_RESPONSE_TOO_LONG: {
      title: 'Card response too long',
      clerk: {
        text: 'The response of the card is longer than of any such card. It cannot be used.',
        next: 'Check that other cards can be read, note the code and call the operator.',
      },
      operator: {
        text: 'The response of the card exceeds 65 536 bytes: a defective card, or one of another kind.',
        next: `Try another card; then ${record}`,
      },
    },
    ERR_SECURE_MESSAGING: {
      title: 'Encrypted card session ended',
      clerk: {
        text: 'The encrypted session with the card ended early. Nothing it protects was sent openly.',
        next: `Begin from the start and have the PIN entered again. ${ifStays}`,
      },
      operator: {
        text: 'Secure messaging with the card ended: the card refused it, a response failed its check, or the application was selected again.',
        next: `Enter the PIN and start again. If it persists, ${record}`,
      },
    },
    ERR_STATUS_WORD: {
      title: 'Card refused a command',
      clerk: {
        text: 'The card refused what was asked of it. It is in a state, or of a kind, this machine does not expect.',
        next: 'Check whether the same works with another card, note the code and call the operator.',
      },
      operator: {
        text: 'The card refused a command with a status word that has no code of its own.',
        next: `Look up the status word in the detail or the log. If the card should have accepted the command, ${record}`,
      },
    },
    ERR_SECURITY_STATUS: {
      title: 'PIN not verified yet',
      clerk: {
        text: 'The card refused to be read or to sign because its PIN was not verified before.',
        next: `Begin from the start and have the PIN entered. ${ifStays}`,
      },
      operator: {
        text: 'The card requires a PIN first (status word 6982).',
        next: 'Run the command where it can ask for the PIN, or give the PIN with --pin-stdin. In a program, verify the PIN first: selecting another application in between clears it.',
      },
    },
    ERR_APPLICATION_NOT_FOUND: {
      title: 'Card lacks the application',
      clerk: {
        text: 'The card lacks what this procedure needs. It may be a different card, or a Juki card without it.',
        next: 'Look at the face of the card. If the customer has a My Number card, have that one placed.',
      },
      operator: {
        text: 'This card does not have the application.',
        next: 'Use a card that has it; most are on My Number cards only, and a Juki card without a certificate has no JPKI application. `jpki-card inspect` shows what is on this card.',
      },
    },
    ERR_FILE_NOT_FOUND: {
      title: 'Card lacks a file or PIN',
      clerk: {
        text: 'The card lacks a PIN or data that this procedure needs.',
        next: 'Look at the face of the card. If it is a My Number card, call the operator.',
      },
      operator: {
        text: 'This card does not have that file, record, PIN or key (status word 6A82, 6A83 or 6A88).',
        next: '`jpki-card inspect` shows what is on this card; not every kind of card has everything.',
      },
    },
    ERR_WRONG_CARD: {
      title: 'Kind of card not supported',
      clerk: {
        text: 'The card is of a kind this machine does not support yet. No PIN try was lost.',
        next: 'Offer the procedure in another way, note the code and call the operator.',
      },
      operator: {
        text: 'This kind of card is not supported: its key is not RSA, and how such cards sign is not public.',
        next: '`jpki-card inspect` shows which card it is. Look for a newer version of the package.',
      },
    },
    ERR_APDU: {
      title: 'Command not well-formed',
      clerk: {
        text: 'The program could not decode a command of its own. The card of the customer is not at fault.',
        next: call,
      },
      operator: {
        text: 'The bytes given are not a command APDU. No card operation causes this.',
        next: 'Check the calling program at the offset of the error.',
      },
    },
    ERR_TLV: {
      title: 'Card data not well-formed',
      clerk: {
        text: 'The data on the card is badly structured and could not be read.',
        next: `${again} If other cards can be read, inform the customer that this one is unusable and call the operator.`,
      },
      operator: {
        text: 'The data is not well-formed BER-TLV.',
        next: `If it came from a card, try once more. If it persists, ${record}`,
      },
    },
    ERR_DER: {
      title: 'Certificate or list not well-formed',
      clerk: {
        text: 'A certificate, or a revocation list that the server uses, is malformed.',
        next: 'Check whether it happens with other cards, note the code and call the operator.',
      },
      operator: {
        text: 'A certificate, revocation list or OCSP response is not strict DER.',
        next: 'Get the file from its publisher again.',
      },
    },
    ERR_CARD_DATA: {
      title: 'Data not as specified',
      clerk: {
        text: 'The data on the card, or a number that was typed, is not right. For a number: its check digit does not fit.',
        next: 'A typed number: compare it with the card and type it again. Otherwise place the card again, once.',
      },
      operator: {
        text: 'A file of the card does not have the specified content, or the check digit of an entered number is wrong.',
        next: `Compare an entered number with the card and enter it again. Otherwise try once more; if it persists, ${record}`,
      },
    },
    ERR_STRIPE: {
      title: 'Magnetic stripe not read',
      clerk: {
        text: 'The magnetic stripe could not be read, or the card is not of the kind this machine uses.',
        next: 'Check which way it faces and have it swiped again, evenly. If it happens with every card, call the operator.',
      },
      operator: {
        text: 'The magnetic stripe could not be read, or does not match its profile; `check` has the reason.',
        next: 'Swipe the card again, evenly and to the end. If it persists, clean the head and check the direction; `field` with every card means that the profile is for another layout.',
      },
    },
    ERR_PROFILE: {
      title: 'Profile has errors',
      clerk: {
        text: 'The file that describes how to read cards has errors, so the machine cannot be used. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'The profile of a card or stripe has errors; no part of it is used.',
        next: 'Correct the file at the line and column in the detail; `docs/schema/` has the format.',
      },
    },
    ERR_CERTIFICATE_ABSENT: {
      title: 'No certificate on the card',
      clerk: {
        text: 'The card does not hold the certificate that is needed. Children under 15, for example, usually have none for signatures.',
        next: 'Inform the customer that the counter of their municipality issues it.',
      },
      operator: {
        text: 'The card does not hold this certificate: its file is missing or empty.',
        next: 'Nothing to do at the machine: the holder can have it issued at the municipal counter.',
      },
    },
    ERR_CERTIFICATE: {
      title: 'Certificate cannot be decoded',
      clerk: {
        text: 'The data in place of the certificate cannot be decoded.',
        next: `${again} ${ifStays}`,
      },
      operator: {
        text: 'The data is not exactly one certificate, revocation list or OCSP response.',
        next: `A file: get it from its publisher again. A card: try once more; if it persists, ${record}`,
      },
    },
    ERR_VERIFICATION: {
      title: 'Certificate failed verification',
      clerk: {
        text: 'The certificate on the card failed verification: expired, revoked, or the machine is set up wrongly.',
        next: 'Hand nothing out on it. If it has expired or is revoked, the municipal counter helps; otherwise call the operator.',
      },
      operator: {
        text: 'The certificate failed verification; `check` names the failed check, `depth` the certificate.',
        next: 'Do not issue anything based on this certificate. Unless the check is `validity` or `revocation`, check trust anchors and intermediate certificates.',
      },
    },
    ERR_PIN_FORMAT: {
      title: 'Not the form of this {short}',
      clerk: {
        text: 'What was entered cannot be {pin}, so nothing was sent to the card. It must be {form}. No try was lost.',
        next: 'Say which PIN is asked for, and have it entered again.',
      },
      operator: {
        text: 'The input cannot be {pin} and was not sent; no try was spent. It must be {form}.',
        next: 'Enter it again. The signature password has 6 to 16 letters and digits, at least one of each; the other PINs of the card have 4 digits. Verification code A is the 12 digits of the individual number; B is made of birth date, year of expiry and security code. A program that uses a `Pin` twice gets this error too.',
      },
    },
    ERR_PIN_REJECTED: {
      title: 'The {short} is wrong',
      clerk: {
        text: 'The card says that {pin} is wrong. {tries} The right one gives all tries back.',
        next: 'Make sure which PIN is meant. When no more entries are accepted, the municipal counter can set it again.',
      },
      operator: {
        text: 'The card rejected {pin} as wrong. {tries}',
        next: 'Check which PIN was asked for and enter it again, if entries are left. Do not guess: the card blocks. If frequent, check that the screen names the PIN.',
      },
    },
    ERR_PIN_BLOCKED: {
      title: 'The {short} is blocked',
      clerk: {
        text: 'After too many wrong entries, {pin} is blocked. This machine cannot unlock it.',
        next: '{reset}',
      },
      operator: {
        text: 'No try is left for {pin}: it is blocked. No command to unblock it is public.',
        next: '{reset}',
      },
    },
    ERR_PIN_GUARDED: {
      title: 'Not checked: too few tries left',
      clerk: {
        text: 'Too few tries are left for {pin}, so nothing was sent to the card. {tries} A wrong one may now block it.',
        next: 'Inform the holder. A holder who is not certain can have it set again at the municipal counter.',
      },
      operator: {
        text: 'Fewer tries than keepTries are left for {pin}, so it was not sent. {tries}',
        next: 'If the holder is certain of the PIN and agrees: --accept-that-a-wrong-pin-blocks-the-card (spendTheLastTry). Otherwise the municipal counter can set it again. This is not a configuration error.',
      },
    },
    ERR_PIN_OUTCOME_UNKNOWN: {
      title: 'Result of the PIN check unknown',
      clerk: {
        text: 'The connection broke right after {pin} was sent. A try may be lost; during a change, the old or the new one may hold.',
        next: 'Have the card taken out and placed again, read the tries left, and inform the holder. Nothing must be entered before.',
      },
      operator: {
        text: 'The connection broke while {pin} was checked or changed: a try may have been spent, or the PIN may be verified. It was not sent again.',
        next: 'Take the card out, place it again and read the counter with `jpki-card pin status` before trying again. If frequent, check the reader.',
      },
    },
    ERR_PIN_STATE: {
      title: 'Earlier verified PIN still active',
      clerk: {
        text: 'The card still holds a PIN verified earlier, which cannot be cleared. No try was lost.',
        next: 'Have the card taken out of the reader before anything else. After that it can be placed again.',
      },
      operator: {
        text: 'A PIN verified earlier cannot be cleared by selecting another application or cutting the power. No try was spent.',
        next: 'Take the card out, place it again and start again. If one reader repeats this, check whether it really cuts the power (unpower).',
      },
    },
    ERR_USER_NOT_VERIFIED: {
      title: 'The phone has not verified its holder',
      clerk: {
        text: 'The phone refused to sign: its holder has not verified with Face ID or Touch ID, or too long ago.',
        next: 'Ask the customer to verify on the phone and to hold it to the reader again.',
      },
      operator: {
        text: 'The phone was asked to sign after its own user verification and refused with its security status (6982 or alike). No PIN was sent.',
        next: 'Show the customer to verify on the phone and to hold it there again. If it goes on, record the exchanges with `jpki-card record`.',
      },
    },
    ERR_PIN_NOT_USED: {
      title: 'No PIN is sent to this phone',
      clerk: {
        text: 'This phone verifies its holder by itself. No PIN was sent.',
        next: 'Ask the customer not to enter a PIN, but to verify on the phone and to hold it to the reader.',
      },
      operator: {
        text: 'The label in EF 0006 is of a kind that verifies its holder by itself (userVerification device in tokenKinds). No PIN was sent.',
        next: "Where userVerification is device, ask for no PIN and call `authenticate(challenge, 'device')`. Give tokenKinds where the kind is another one.",
      },
    },
    ERR_USER_VERIFICATION: {
      title: 'This way of verifying the holder is not accepted',
      clerk: {
        text: 'This service does not accept the way the customer was verified (by PIN, by phone).',
        next: 'Offer a way that is accepted, such as a My Number card with its PIN.',
      },
      operator: {
        text: "userVerification of the token is not among those of the server's setting userVerification, or contradicts what the certificate's policy says.",
        next: 'Add it to the setting to accept it. For a contradiction, check what the terminal reports and the table of profiles.',
      },
    },
    ERR_CARD_EXPIRED: {
      title: 'The card has expired',
      clerk: {
        text: 'The expiry date of the card itself has passed. The date of its certificates is another one.',
        next: 'Ask the customer to see the counter of the municipal office about a new card.',
      },
      operator: {
        text: 'The date in the common application is before the given time. No PIN was sent.',
        next: 'Use `jpki-card validity` to see the dates, and check the clock of this machine.',
      },
    },
    ERR_REGISTRATION_EXPIRED: {
      title: 'The registration with the municipality has expired',
      clerk: {
        text: 'The date registered by the municipality has passed. The dates of card and certificates are others.',
        next: 'Ask the customer to have the registration renewed at the municipal counter.',
      },
      operator: {
        text: 'The date in the municipal application or on the magnetic stripe is before the given time.',
        next: 'Check the field validity of the profile. If it is right, the registration must be renewed at the counter.',
      },
    },
    ERR_RAW_VERIFY_REFUSED: {
      title: 'Unguarded PIN command stopped',
      clerk: {
        text: 'A program error: a PIN was about to be sent without protection and was stopped. No try was lost.',
        next: call,
      },
      operator: {
        text: 'A command that carries a PIN was refused because it did not go through the PIN guard. Nothing was sent.',
        next: 'On the command line use the command that needs this PIN; in a program `verifyPin` or `changePin`, not `transmit` or `send`.',
      },
    },
    ERR_SIGNATURE_INVALID: {
      title: 'Signature does not match',
      clerk: {
        text: 'The signature the card made does not match its certificate and was thrown away. No PIN try was lost.',
        next: `${again} ${ifStays}`,
      },
      operator: {
        text: 'The signature does not match the certificate of the card and was discarded.',
        next: 'Place the card again and start again. If it persists, try another card, then another reader; the card may be damaged.',
      },
    },
    ERR_STATE_NOT_CLEARED: {
      title: 'Verified PIN not cleared',
      clerk: {
        text: 'The card may still hold a verified PIN. The next customer could use it.',
        next: 'Take the card out of the reader now and give it back. Keep the machine out of use until then.',
      },
      operator: {
        text: 'A PIN may still be verified on the card: neither selecting another application nor cutting the power succeeded for certain.',
        next: 'Take the card out of the reader now, and keep the reader out of use until then. `cause` has the reason, if known.',
      },
    },
    ERR_TRANSCRIPT: {
      title: 'Transcript file not valid',
      clerk: {
        text: 'A transcript used for maintenance is not valid. This does not happen in daily work.',
        next: call,
      },
      operator: {
        text: 'The file is not a transcript: it is not JSON, or its format is unknown.',
        next: 'Record one with `jpki-card record FILE COMMAND`.',
      },
    },
    ERR_REPLAY: {
      title: 'Run differs from the transcript',
      clerk: {
        text: 'Playing back a transcript, the program did something else than was recorded. This does not happen in daily work.',
        next: call,
      },
      operator: {
        text: 'The run differs from the transcript: another command than the next one recorded, or exchanges left over.',
        next: 'Replay the same command with the same options and version as recorded. Masked certificates cannot be replayed.',
      },
    },
    ERR_TOKEN: {
      title: 'Token not well-formed',
      clerk: {
        text: 'The data that machine and server exchange for authentication is not valid. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'The token or challenge does not have the form jpki-card-token:2, or has a version that this server does not serve.',
        next: 'Use matching versions in terminal and server (setting `tokenFormats` for terminals of version 1), and check the program that made the token against `docs/token.md`.',
      },
    },
    ERR_TOKEN_ORIGIN: {
      title: 'Token for another server',
      clerk: {
        text: 'The server address set in this machine does not match that of the server. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'The token or challenge is for another server: its origin is not the one set here.',
        next: 'Set the same origin in server and terminal.',
      },
    },
    ERR_TOKEN_TERMINAL: {
      title: 'Token of another terminal',
      clerk: {
        text: 'The terminal name set in this machine is not the one the server knows. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'The token or challenge is of another terminal, or the terminal is unknown.',
        next: 'Check the name of the terminal, and that no two terminals have the same.',
      },
    },
    ERR_TOKEN_PURPOSE: {
      title: 'Token for another purpose',
      clerk: {
        text: 'The server does not offer what this terminal asked for. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'The token or challenge is for another purpose than requested, or one the server does not accept.',
        next: 'Match the purpose the terminal asks for with those the server allows.',
      },
    },
    ERR_TOKEN_ALGORITHM: {
      title: 'Signature algorithm does not fit',
      clerk: {
        text: 'The server cannot handle this kind of signature. The card may be of a newer kind.',
        next: 'Offer the procedure in another way, note the code and call the operator.',
      },
      operator: {
        text: 'The signature algorithm is unknown, or does not fit the key in the certificate.',
        next: 'Use RS256 with the cards in use today.',
      },
    },
    ERR_TOKEN_SIGNATURE: {
      title: 'Token signature wrong',
      clerk: {
        text: 'The server could not confirm the signature of the card.',
        next: `Have the customer begin from the start. ${ifStays}`,
      },
      operator: {
        text: 'The signature of the token does not verify with its certificate over this challenge.',
        next: 'Try again with a new challenge. If it persists on one terminal, check terminal and card; on all terminals, the versions in use.',
      },
    },
    ERR_NONCE_UNKNOWN: {
      title: 'Challenge unknown or used',
      clerk: {
        text: 'The request of the server was answered before, or is long out of date.',
        next: `Have the customer begin from the start. ${ifStays}`,
      },
      operator: {
        text: 'The challenge is unknown to this server, already answered, or expired long ago.',
        next: 'Start again. With several servers, check that they share one store.',
      },
    },
    ERR_NONCE_EXPIRED: {
      title: 'Challenge expired',
      clerk: {
        text: 'Entering the PIN, for example, took longer than the server waits.',
        next: 'Have the customer begin from the start, and look the PIN up first if that takes time.',
      },
      operator: {
        text: 'The challenge was answered after it had expired.',
        next: 'Start again. If frequent, review its lifetime and the delay between terminal and server.',
      },
    },
    ERR_ANSWER_MISMATCH: {
      title: 'Response of another transaction',
      clerk: {
        text: 'The server sent an answer that belongs to another request, perhaps of another person. Neither the customer nor the card is at fault.',
        next: `Hand nothing out. ${call}`,
      },
      operator: {
        text: 'The response of the server belongs to another transaction: another challenge, holder, terminal, purpose or time. Nothing was accepted.',
        next: 'Do not issue anything. Stop the terminal and compare the clocks of terminal and server; if they agree, stop the server and what is in between: responses are mixed up.',
      },
    },
    ERR_CERTIFICATE_REFUSED: {
      title: 'Server refused the certificate',
      clerk: {
        text: 'The server does not accept the certificate on the card as valid.',
        next: 'Hand nothing out. Check whether it happens with other cards, and call the operator.',
      },
      operator: {
        text: 'The server refused the certificate: a check failed; see `check` and `depth`.',
        next: 'Have the municipal counter look at the card. If it happens with other cards, check trust anchors, CA certificates and the verification settings.',
      },
    },
    ERR_CERTIFICATE_NOT_YET_VALID: {
      title: 'Certificate not valid yet',
      clerk: {
        text: 'The certificate is not valid yet, or the clock of the machine or the server is slow.',
        next: 'Check date and time of the machine, and call the operator.',
      },
      operator: {
        text: 'By the clock of the server the certificate is not valid yet.',
        next: 'Check that the clock of the server is synchronised.',
      },
    },
    ERR_CERTIFICATE_EXPIRED: {
      title: 'Certificate expired',
      clerk: {
        text: 'The certificate on the card has expired. It ends on another day than the card itself.',
        next: 'Inform the customer that the counter of their municipality renews it.',
      },
      operator: {
        text: 'By the clock of the server the certificate has expired.',
        next: 'The municipal counter renews it. If it happens with every card, check the clock of the server.',
      },
    },
    ERR_CERTIFICATE_REVOKED: {
      title: 'Certificate revoked',
      clerk: {
        text: 'The certificate on the card is revoked. The one for signatures is whenever address or name change.',
        next: 'Hand nothing out. Inform the customer that the counter of their municipality issues a new one.',
      },
      operator: {
        text: 'The certificate is revoked, according to a revocation list or OCSP response.',
        next: 'Nothing to do at the machine: the municipal counter issues another.',
      },
    },
    ERR_REVOCATION_UNKNOWN: {
      title: 'Revocation status unknown',
      clerk: {
        text: 'The server could not find out whether the certificate is revoked. The card need not be at fault.',
        next: `Hand nothing out, and have the customer try again later. ${ifStays}`,
      },
      operator: {
        text: 'No source could determine whether the certificate is revoked, and the policy requires it.',
        next: 'Check how revocation lists arrive, when they expire, and the connection to the OCSP responder; then try again.',
      },
    },
    ERR_STORE_UNAVAILABLE: {
      title: 'Server store does not respond',
      clerk: {
        text: 'A part of the server does not answer, so no one can be authenticated. The card is not at fault.',
        next: later,
      },
      operator: {
        text: 'The store of the server (Redis, for example) does not respond. Nothing is accepted without it.',
        next: 'Check that it is running, its address and its credentials; then try again.',
      },
    },
    ERR_STORE_FULL: {
      title: 'Too many open challenges',
      clerk: {
        text: 'Too many requests are open at the server to begin another. The card is not at fault.',
        next: `Have the customer try again in some minutes. ${ifStays}`,
      },
      operator: {
        text: 'The limit of open challenges is reached, or the store has no memory left.',
        next: 'Try again later. Find out which terminals request so many; if they are legitimate, raise maxNonces or the memory.',
      },
    },
    ERR_INTERNAL: {
      title: 'Unexpected error',
      clerk: {
        text: 'The server had an unexpected problem. The card is not at fault.',
        next: `Hand nothing out. ${call}`,
      },
      operator: {
        text: 'An unexpected error occurred.',
        next: `Server: the token was refused; look for error and stack in its log, and report them. Command line: ${record}`,
      },
    },
    ERR_MUNICIPAL_PIN_REJECTED: {
      title: 'Municipal PIN wrong',
      clerk: {
        text: 'The number does not match the PIN registered with the municipality. {tries} It looks the same when none is registered.',
        next: 'Make sure which certificate it is for, and have it entered again. A forgotten PIN is registered again at the counter.',
      },
      operator: {
        text: 'The municipal PIN is wrong, or none is registered and the settings do not reveal that. {tries}',
        next: 'Enter it again; it locks after too many wrong entries. Look for series of failures of one user in the audit log.',
      },
    },
    ERR_MUNICIPAL_PIN_LOCKED: {
      title: 'Municipal PIN locked',
      clerk: {
        text: 'After too many wrong entries, the PIN registered with the municipality is locked.',
        next: 'Make sure who the customer is, then unlock the PIN or register another.',
      },
      operator: {
        text: 'The municipal PIN is locked: its tries have reached maxTries. It is not compared until it is unlocked.',
        next: 'A clerk unlocks it, or registers another, after verifying the identity of the customer.',
      },
    },
    ERR_MUNICIPAL_PIN_NOT_REGISTERED: {
      title: 'Municipal PIN not registered',
      clerk: {
        text: 'No PIN has been registered for this certificate yet.',
        next: 'Make sure who the customer is, then register one.',
      },
      operator: {
        text: 'No municipal PIN is registered for this kind of certificate.',
        next: 'A clerk registers it. If it happens with every customer, check the address of the store, and serverKey.',
      },
    },
    ERR_MUNICIPAL_PIN_FORMAT: {
      title: 'Not the form of a municipal PIN',
      clerk: {
        text: 'What was entered cannot be a municipal PIN. No try was lost.',
        next: 'Have the digits entered again, as many as were registered.',
      },
      operator: {
        text: 'The input cannot be a municipal PIN: wrong length, or not digits only. No try was spent.',
        next: 'Enter its digits again. Check that the screen asks for as many digits as pinFormat allows.',
      },
    },
    ERR_MUNICIPAL_PIN_BUSY: {
      title: 'Too many PINs at once',
      clerk: {
        text: 'Too many PINs are being checked at this moment. None of the tries was used.',
        next: 'Have it entered again in a moment. If it happens often, call the operator.',
      },
      operator: {
        text: 'The limit of PINs that are hashed or wait for it (hashing) is reached. No try was spent.',
        next: 'Try again in a moment. If frequent, find out which terminals send so many, add servers, or raise hashing.',
      },
    },
    ERR_CASE_UNKNOWN: {
      title: 'Unknown case',
      clerk: {
        text: 'The server does not know the procedure the machine is asking about. Neither the customer nor the card is at fault.',
        next: again,
      },
      operator: {
        text: 'The case does not exist, is over since long, or is one of another terminal.',
        next: 'If it goes on, compare the terminals that are configured with the audit log (`case-refused`): one terminal must not use the case of another.',
      },
    },
    ERR_CASE_STATE: {
      title: 'Case in another state',
      clerk: {
        text: 'The procedure has already gone on or ended, so this step was not done.',
        next: again,
      },
      operator: {
        text: 'The step does not follow the present state of the case, or names an outdated fencing number: a document released before, a report of one that was not released.',
        next: 'Look up the case in the audit log. Release once, and report with the fencing number of the last answer.',
      },
    },
    ERR_CASE_EXPIRED: {
      title: 'Time of the case is over',
      clerk: {
        text: 'It took too long, so the procedure ended. Nothing was handed out.',
        next: again,
      },
      operator: {
        text: 'The document was not fetched before the deadline of its case. What was composed is not handed out any more.',
        next: 'If frequent, look at the time the register and the composer take; extend the lifetime of cases only if customers need longer.',
      },
    },
    ERR_NOT_ISSUABLE: {
      title: 'Not issued at a machine',
      clerk: {
        text: 'The municipality does not issue this certificate at a machine now. The reason is not shown here.',
        next: 'Ask the customer to go to the counter of the municipal office. Do not ask for reasons in front of others.',
      },
      operator: {
        text: 'The register suppresses the document for this person: moved away, died, protected, a change in progress, registration deleted, characters the form does not take.',
        next: 'Nothing to do at the machine. The reason is in the audit log and for the issuing system only.',
      },
    },
    ERR_REGISTER: {
      title: 'Register cannot be relied on',
      clerk: {
        text: 'The register of the municipality cannot be used at the moment, so nothing is issued. The card is not at fault.',
        next: later,
      },
      operator: {
        text: 'A register does not answer, is older than allowed, lacks changes, went back, or contradicts another one (`reason`).',
        next: 'Check the link that brings changes to the register (heartbeat, sequence). Contradicting registers stop issuing until a clerk resumes it.',
      },
    },
    ERR_DOCUMENT: {
      title: 'Document not composed',
      clerk: {
        text: 'The certificate could not be prepared. Nothing was handed out; neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'The request names documents that are not issued here, or the composer failed, or delivered a document that is malformed, too large, or not of this case and person (`reason`).',
        next: 'Look up the case in the audit log. A page of another person, case or number stops issuing: find the cause in the composer before it is resumed.',
      },
    },
    ERR_ISSUING_STOPPED: {
      title: 'Issuing is stopped',
      clerk: {
        text: 'Issuing was stopped for safety, on all machines. Neither the customer nor the card is at fault.',
        next: 'Hand nothing out, and direct the customer to the counter. Issuing is resumed by the person in charge.',
      },
      operator: {
        text: 'A mismatch was found, or a clerk stopped issuing. Nothing is released until a named clerk resumes it with a reason.',
        next: 'Find `issuing-stopped` in the audit log and its cause first. Then resume with the reason, which is audited.',
      },
    },
    ERR_SEAL: {
      title: 'Document not for this visit',
      clerk: {
        text: 'What the machine received is not the document of this visit. Nothing was printed.',
        next: 'Hand nothing out, and have the customer begin again. Note the code and call the operator.',
      },
      operator: {
        text: 'The sealed document was not sealed for this visit, case and terminal, is too late, incomplete, changed, or has a page of another person (`reason`).',
        next: 'Nothing was printed. Find the case in the audit log of the server: issuing stops when the terminal reports a mismatch.',
      },
    },
    ERR_PRINTER: {
      title: 'Printer failed',
      clerk: {
        text: 'The printer could not print the document, or not all of it.',
        next: `Remove what was printed and destroy it; do not hand it out. ${call}`,
      },
      operator: {
        text: 'The printer reported a failure while a document was being printed. The case was reported as abandoned.',
        next: "Check paper, toner and the printer's own messages; make sure that no page of the document remains in it.",
      },
    },
    ERR_TIMESTAMP: {
      title: 'No timestamp',
      clerk: {
        text: 'The timestamp service gave no valid time. Neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'The timestamp authority cannot be reached, refuses, or its response is not an answer to the request (`reason`).',
        next: 'Check the address, the credentials and the clock of this machine. A wrong nonce or imprint is a replayed response: find out who sent it.',
      },
    },
    ERR_SIGNED_DOCUMENT: {
      title: 'Signed document refused',
      clerk: {
        text: 'The signature of the document is not valid, or cannot be verified; or the document cannot be signed as it is.',
        next: 'Do not accept the document as signed. The report names each signature and what is wrong with it.',
      },
      operator: {
        text: 'A signed document was refused; `reason` is the indication of the report or the problem found.',
        next: 'Read the report (`verify-document --json`): broken integrity, an unknown issuer and an unknown revocation status have different remedies.',
      },
    },
    ERR_AUDIT: {
      title: 'Audit log failure',
      clerk: {
        text: 'The server cannot write down what happens and has stopped. Or what was written has been changed.',
        next: 'Call the operator at once. Leave the files of the log as they are.',
      },
      operator: {
        text: 'The audit log cannot be written, or its hash chain does not verify. A server accepts nothing meanwhile.',
        next: 'Keep the file as it is. Check disk space and permissions; if the error has a `line`, find out who can change the file.',
      },
    },
    ERR_DEPENDENCY_MISSING: {
      title: 'Package not installed',
      clerk: {
        text: 'A part of the program is not installed. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'An optional package is required and not installed; `dependency` is its name.',
        next: 'Install the package named in the detail with npm.',
      },
    },
    ERR_SERVER: {
      title: 'Invalid response from the server',
      clerk: {
        text: 'The server cannot be reached or did not answer properly. The card is not at fault.',
        next: `Check the network cable, and have the customer try again later. ${ifStays}`,
      },
      operator: {
        text: 'The issuance server was not reached, or did not answer as its interface specifies.',
        next: 'Check address, network, TLS certificates, and that the server is running; then try again.',
      },
    },
    ERR_BRIDGE_REQUEST: {
      title: 'Invalid request of the screen',
      clerk: {
        text: 'The program of the screen sent an invalid request to the program of the card reader. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'A frame received by the bridge is not a valid JSON-RPC request: form, size, depth, reused id, or parameters.',
        next: 'Compare the client with docs/bridge.md and its version; `detail` names the part.',
      },
    },
    ERR_BRIDGE_ACCESS: {
      title: 'Not allowed to use the bridge',
      clerk: {
        text: 'This screen may not use the card reader. The card is not at fault.',
        next: call,
      },
      operator: {
        text: 'Not paired, an invalid key, or a method or origin that the settings do not allow.',
        next: 'Check `clients` in the settings, and pair again with a new secret.',
      },
    },
    ERR_BRIDGE_VISIT: {
      title: 'Visit not available',
      clerk: {
        text: 'The visit of this customer has ended, or another screen is using it.',
        next: again,
      },
      operator: {
        text: 'The visit or question has ended, or belongs to another session.',
        next: 'Take the number of each `visit` from its event. A visit has one owner.',
      },
    },
    ERR_BRIDGE_BUSY: {
      title: 'Bridge overloaded',
      clerk: {
        text: 'The program of the card reader does not accept more requests now.',
        next: later,
      },
      operator: {
        text: 'Too many open calls or connections, or a client does not read what it is sent.',
        next: 'Wait for the end of a call before the next one, and look for a page that has stopped reading.',
      },
    },
    ERR_BRIDGE_LOST: {
      title: 'Bridge not connected',
      clerk: {
        text: 'The program of the screen cannot reach the program of the card reader.',
        next: call,
      },
      operator: {
        text: 'The bridge cannot be connected to, or the connection was lost. A visit in progress is cancelled then.',
        next: 'Make sure that `jpki-card bridge` is running, and that address and port are right.',
      },
    },
    ERR_REQUEST: {
      title: 'Request not valid',
      clerk: {
        text: 'The machine sent the server a request that is not valid. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The HTTP request or its body does not have the form the interface specifies.',
        next: 'Check the client against `docs/openapi.json`, and what proxies in between change.',
      },
    },
    ERR_FORBIDDEN: {
      title: 'Terminal not registered',
      clerk: {
        text: 'The server does not know this machine and refuses it. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The sender is not a terminal this server knows, by its client certificate or network address.',
        next: 'Check the terminals in the settings of the server, the certificate of the terminal, and the proxies.',
      },
    },
    ERR_NOT_FOUND: {
      title: 'Nothing at this address',
      clerk: {
        text: 'The server address set in this machine leads nowhere. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The server has nothing at this path.',
        next: 'Check the address, basePath and the version of the interface.',
      },
    },
    ERR_METHOD: {
      title: 'Method not allowed',
      clerk: {
        text: 'The machine sent the server a kind of request it does not accept. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The path does not support this HTTP method; the header `Allow` lists those it does.',
        next: 'Correct the client.',
      },
    },
    ERR_REQUEST_TIMEOUT: {
      title: 'Request incomplete',
      clerk: {
        text: 'The request of this machine did not reach the server in time. Neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'The body of the request did not arrive within the time limit.',
        next: 'Try again. Check the network between terminal and server, and proxies in between.',
      },
    },
    ERR_BODY_TOO_LARGE: {
      title: 'Request too large',
      clerk: {
        text: 'The machine sent the server more data than it accepts. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The body of the request is larger than the limit (bodyBytes).',
        next: 'Check the client; a token is far smaller than the default limit.',
      },
    },
    ERR_MEDIA_TYPE: {
      title: 'Data format not accepted',
      clerk: {
        text: 'The machine sent the server data in a format it does not accept. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The body of the request is not `application/json` in UTF-8.',
        next: 'Correct the headers of the client.',
      },
    },
    ERR_HOST: {
      title: 'Name of another server',
      clerk: {
        text: 'The server address set in this machine is that of another server. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The request names a host this server does not serve.',
        next: 'Check the address set in the terminal, hosts of the server, and the header `Host` a proxy sends.',
      },
    },
    ERR_RATE_LIMITED: {
      title: 'Too many requests',
      clerk: {
        text: 'This machine sent the server too many requests in a short time. Neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'A terminal or address sent more requests than its limit allows.',
        next: 'Try again after the time in `Retry-After`. If the requests are legitimate, raise the limit (perTerminal, perAddress).',
      },
    },
    ERR_NOT_READY: {
      title: 'Server not ready',
      clerk: {
        text: 'The server is starting or stopping, or a part of it has failed. Neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'The server is starting or shutting down, or a part of it has failed.',
        next: 'See the conditions of `/readyz` on the admin listener, and the log of the server.',
      },
    },
    ERR_OVERLOADED: {
      title: 'Server busy',
      clerk: {
        text: 'The server is too busy to begin another procedure. Neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'More requests are being processed or waiting than the server allows (concurrency, queueMs).',
        next: 'Try again after the time in `Retry-After`. If frequent, add servers, or find out which terminals send so many.',
      },
    },
    ERR_ANSWER_TIMEOUT: {
      title: 'Server did not finish in time',
      clerk: {
        text: 'The server did not finish in time. Neither the customer nor the card is at fault.',
        next: later,
      },
      operator: {
        text: 'The server did not finish within its time limit; the challenge may be used up.',
        next: 'Start again with a new challenge. If frequent, check store, audit log, OCSP responder and load of the server.',
      },
    },
    ERR_USAGE: {
      title: 'Command line not valid',
      clerk: {
        text: 'A maintenance command was given wrongly. This does not happen in daily work.',
        next: call,
      },
      operator: {
        text: 'The command line is not valid.',
        next: 'See `jpki-card --help`, or `jpki-card COMMAND --help`.',
      },
    },
    ERR_FILE: {
      title: 'File cannot be read or written',
      clerk: {
        text: 'A file of the machine cannot be read or written. This does not happen in daily work.',
        next: call,
      },
      operator: {
        text: 'A file cannot be read or written.',
        next: 'Check its path and permissions, and the space left on the disk.',
      },
    },
    ERR_PIN_MISMATCH: {
      title: 'New PIN not the same twice',
      clerk: {
        text: 'The two entries of the new PIN differ, so nothing was changed.',
        next: 'Have the new PIN entered twice again, the same both times.',
      },
      operator: {
        text: 'The new PIN was not typed the same way twice.',
        next: 'Run the command again. Nothing was changed.',
      },
    },
    ERR_EVALUATION: {
      title: 'Evaluation not passed',
      clerk: {
        text: 'A test of the server was not passed. This does not happen in daily work.',
        next: call,
      },
      operator: {
        text: 'Not every case of the evaluation passed.',
        next: 'See the reason of each case; --html writes them as a page.',
      },
    },
    ERR_AUTHENTICITY: {
      title: 'Card not authentic',
      clerk: {
        text: 'The proof that the card and its data are genuine failed.',
        next: 'Hand nothing out. Check the identity of the holder in another way, note the code and call the operator.',
      },
      operator: {
        text: 'The card is not authentic.',
        next: 'See the checks that failed. Do not rely on what was read; have the municipal counter look at the card. If a root key is missing, name it with --roots.',
      },
    },
    ERR_FIELD_TEST: {
      title: 'Field test not passed',
      clerk: {
        text: 'A test of the card reader was not passed. This does not happen in daily work.',
        next: call,
      },
      operator: {
        text: 'The field test was not passed.',
        next: 'See the reason of each step. `jpki-card doctor` checks service, drivers and readers.',
      },
    },
    ERR_SERVER_START: {
      title: 'Server cannot be started',
      clerk: {
        text: 'The server could not be started, so no procedure can be carried out. Neither the customer nor the card is at fault.',
        next: call,
      },
      operator: {
        text: 'The server cannot be started.',
        next: 'Correct what is named in the message in the settings (listen), or free the port, then start it again.',
      },
    },
    'certificate-from-tomorrow': {
      title: 'A certificate issued today works from tomorrow',
      clerk: {
        text: 'The certificate was issued today, and the service that checks it may not know it yet.',
        next: 'Ask the customer to come back tomorrow or later, or refer them to the municipal counter.',
      },
      operator: {
        text: 'The certificate is valid from today. Sources of revocation may not know it before the next day.',
        next: 'Nothing to do. If it goes on after that day, check the sources of revocation.',
      },
    },
    'certificate-renew-soon': {
      title: 'The certificate will expire soon',
      clerk: {
        text: 'The certificate works, and will expire soon. {until}',
        next: 'Mention that the municipal counter renews it. {renew}',
      },
      operator: {
        text: 'The certificate is valid and will expire soon. {until} Processing is not affected.',
        next: 'Nothing to do. `jpki-card validity` shows the last day and from when it can be renewed.',
      },
    },
    'card-without-pin': {
      title: 'A card without a PIN',
      clerk: {
        text: 'This appears to be a My Number card for face authentication. It has no PIN, so it does not work at this machine.',
        next: 'The counter of the municipality can help, and can also change it to a card with a PIN.',
      },
      operator: {
        text: 'There is no signature certificate and the user-authentication PIN is unusable: inferred to be a card for face authentication. No PIN is asked for.',
        next: 'It may also be an ordinary card that is blocked; the municipal counter is the place to go either way. `jpki-card pin status` shows the counters.',
      },
    },
    'card-kind-ended': {
      title: 'Juki cards are not accepted',
      clerk: {
        text: 'No service of this machine works with a Juki card.',
        next: 'Ask for a My Number card, or refer the customer to the municipal counter.',
      },
      operator: {
        text: 'No service of this channel works with a Juki card. The last were issued in December 2015, for ten years.',
        next: '`jpki-card services` lists what each kind of card can be used for.',
      },
    },
    unexpected: {
      title: 'Unexpected problem',
      clerk: {
        text: 'Something happened that has no code. It may be a program error.',
        next: 'Give the card back, write down the time and what was done, and call the operator.',
      },
      operator: {
        text: 'An error without a code of this package.',
        next: 'Look for error and stack in the log of the application, and report them.',
      },
    },
  },
  tries: { one: '{n} try is left.', other: '{n} tries are left.' },
  entries: {
    none: 'This machine accepts no more entries.',
    one: 'This machine accepts {n} more entry.',
    other: 'This machine accepts {n} more entries.',
  },
  reset: {
    counter: 'Send the holder with the card to the municipal counter, which unlocks it or sets it again.',
    'counter-or-store-with-auth':
      'The municipal counter sets it again. A holder who knows the 4-digit user-authentication PIN may also book with the phone app JPKI暗証番号リセット and set it at a store kiosk that offers this.',
    'counter-or-store-with-sign':
      'The municipal counter sets it again. A holder who knows the signature password may also book with the phone app JPKI暗証番号リセット and set it at the kiosk of those stores that offer this.',
  },
}
