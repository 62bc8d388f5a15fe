import type { CustomerTexts } from '../texts.ts'

const replace = 'Please take your card out, put it back and start again.'
const staff = {
  attended: 'Please inform the staff. We are sorry for the trouble.',
  unattended: 'Please try again later. If it is urgent, use another machine or go to a counter. {help}',
}

/** Customer texts in English. */
export const en: CustomerTexts = {
  situations: {
    'insert-card': {
      title: 'Please place your card',
      text: 'There is no card on the reader.',
      next: 'Place or insert your card and leave it there.',
    },
    'timed-out': {
      title: 'This took too long',
      text: 'Your card could not be checked in time, so we stopped.',
      next: replace,
    },
    cancelled: {
      title: 'Cancelled',
      text: 'The procedure was ended before it was finished.',
      next: 'Please take your card. To continue, start again.',
    },
    'card-removed': {
      title: 'Your card was moved away',
      text: 'The card left the reader before we had finished, so we stopped.',
      next: 'Put the card back and do not move it until we have finished.',
    },
    'card-unreadable': {
      title: 'Your card cannot be read',
      text: 'The card may be the wrong way round, out of place, or dirty.',
      next: {
        attended:
          'Check which way it faces and place only this one card. If it still cannot be read, please inform the staff.',
        unattended:
          'Check which way it faces and place only this one card. If it still cannot be read, please ask your municipal office. {help}',
      },
    },
    'connection-lost': {
      title: 'The connection to your card broke',
      text: 'We could not finish reading your card.',
      next: {
        attended: `${replace} If this happens again, please inform the staff.`,
        unattended: `${replace} If this happens again, please try later. {help}`,
      },
    },
    busy: {
      title: 'One moment, please',
      text: 'The card reader is busy with something else.',
      next: {
        attended: 'Wait a little, then try again. If this goes on, please inform the staff.',
        unattended: 'Wait a little, then try again. If this goes on, please come back later. {help}',
      },
    },
    'out-of-order': {
      title: 'Not available at the moment',
      text: 'This machine is not ready, so we cannot continue.',
      next: staff,
    },
    'begin-again': {
      title: 'Please start again',
      text: 'We could not complete the procedure.',
      next: {
        attended: 'Please start again from the beginning. If this happens again, please inform the staff.',
        unattended: 'Please start again from the beginning. If this happens again, please try later. {help}',
      },
    },
    'too-late': {
      title: 'Your time has run out',
      text: 'The procedure was ended because too much time had passed.',
      next: 'Please start again from the beginning.',
    },
    'other-card': {
      title: 'This card cannot be used here',
      text: 'This is not a card that works for this procedure.',
      next: {
        attended: 'Check that you have not placed a different card. If you are not sure, please ask the staff.',
        unattended:
          'Check that you have not placed a different card. If you have no other card, please go to a counter. {help}',
      },
    },
    'card-not-understood': {
      title: 'Your card could not be read correctly',
      text: 'The information on the card could not be read correctly.',
      next: {
        attended: staff.attended,
        unattended:
          'Please take your card. If this happens again, take the card to your municipal office and ask. {help}',
      },
    },
    'number-or-card': {
      title: 'We could not confirm this',
      text: 'The number you entered, or the information on the card, could not be confirmed.',
      next: {
        attended: 'If you entered a number, please check it again. Otherwise, please inform the staff.',
        unattended: 'If you entered a number, please check it again. Otherwise, please go to a counter. {help}',
      },
    },
    'swipe-again': {
      title: 'Please swipe your card again',
      text: 'The magnetic stripe could not be read.',
      next: 'Check which way the card faces and swipe it again, at an even speed and to the end.',
    },
    'certificate-absent': {
      title: 'No digital certificate on this card',
      text: 'Your card does not hold the digital certificate that is needed for this procedure.',
      next: 'Your municipal office can issue it. Please take your card to the counter there and ask.',
    },
    'certificate-expired': {
      title: 'Your digital certificate has expired',
      text: 'The digital certificate on your card is past its expiry date.',
      next: 'Please take your card to the counter of your municipal office to have it renewed.',
    },
    'certificate-out-of-period': {
      title: 'Your digital certificate is not valid now',
      text: 'The digital certificate is not valid yet, or not valid any more.',
      next: {
        attended: 'Please inform the staff. An expired certificate can be renewed at your municipal office.',
        unattended:
          'Please take your card to your municipal office and ask. An expired certificate can be renewed there. {help}',
      },
    },
    'certificate-not-yet-valid': {
      title: 'Your digital certificate is not valid yet',
      text: 'The period of validity of your digital certificate has not begun. {start}',
      next: {
        attended: 'Please come back when it has begun. If you are not sure, please ask the staff.',
        unattended: 'Please come back when it has begun. If you are not sure, please ask your municipal office. {help}',
      },
    },
    'certificate-from-tomorrow': {
      title: 'Your certificate works from tomorrow',
      text: 'A digital certificate that was issued today may not be known yet to the service that checks it.',
      next: 'Please come back tomorrow or later. If it is urgent, go to the counter of your municipal office.',
    },
    'certificate-renew-soon': {
      title: 'Your digital certificate will expire soon',
      text: 'You can still use your digital certificate this time. {until}',
      next: 'After that it no longer works. Please have it renewed at the counter of your municipal office. {renew}',
    },
    'certificate-revoked': {
      title: 'Your digital certificate was revoked',
      text: 'The digital certificate on your card is no longer valid, for example because you moved or changed your name.',
      next: 'Please take your card to the counter of your municipal office to have a new certificate issued.',
    },
    'certificate-refused': {
      title: 'Your certificate cannot be confirmed',
      text: 'We could not confirm that the digital certificate on your card is valid.',
      next: {
        attended: staff.attended,
        unattended:
          'Please take your card to the counter of your municipal office and ask about the digital certificate. {help}',
      },
    },
    'service-later': {
      title: 'We cannot check this right now',
      text: 'The service that checks your request cannot be reached or is busy, so we cannot continue.',
      next: {
        attended: 'Please try again later. If this goes on, please inform the staff.',
        unattended: 'Please try again later. If it is urgent, please go to a counter. {help}',
      },
    },
    'pin-format': {
      title: 'Please check what you entered',
      text: 'Please enter {form}. None of your tries was used.',
      next: 'Please enter {pin} again.',
    },
    'pin-wrong': {
      title: 'Wrong {short}',
      text: 'What you entered does not match {pin}. {tries}',
      next: 'Please check that it is {pin} and enter it again. It will be locked after several wrong entries.',
    },
    'pin-wrong-last': {
      title: 'Wrong {short}',
      text: 'What you entered does not match {pin}. Few tries are left, so you cannot enter it again here.',
      next: {
        attended: 'More wrong entries would lock it. Please ask the staff or your municipal office.',
        unattended:
          'More wrong entries would lock it. If you are not certain, have it set again at your municipal office. {help}',
      },
    },
    'pin-guarded': {
      title: 'You cannot try again here',
      text: 'Few tries are left for {pin}, so it was not checked.',
      next: {
        attended:
          'A wrong entry could lock it. Please inform the staff, or have it set again at your municipal office.',
        unattended:
          'A wrong entry could lock it. If you are not certain, have it set again at your municipal office. {help}',
      },
    },
    'pin-blocked': {
      title: 'The {short} is locked',
      text: 'After too many wrong entries, {pin} is locked and cannot be used.',
      next: '{reset}',
    },
    'pin-unsure': {
      title: 'The connection broke during the check',
      text: 'We do not know whether {pin} was accepted. You may have one try fewer.',
      next: {
        attended: 'Please take your card out and inform the staff.',
        unattended: 'Please take your card out, put it back and start again. {help}',
      },
    },
    'verify-on-phone': {
      title: 'Please verify yourself on your phone',
      text: 'Your phone has not verified you, for example with Face ID, or too much time has passed.',
      next: 'Verify yourself with Face ID or Touch ID, then hold your phone here again and keep it still.',
    },
    'other-means': {
      title: 'This way cannot be used here',
      text: 'For this procedure we cannot confirm in that way that it is you.',
      next: {
        attended: 'Please ask the staff about using your My Number card with its PIN.',
        unattended: 'Please use your My Number card with its PIN, or go to a counter. {help}',
      },
    },
    'card-without-pin': {
      title: 'This card has no PIN',
      text: 'A My Number card for face authentication has no PIN, so it does not work at this machine.',
      next: 'Your municipal office can help you at the counter, and can also change it to a card with a PIN.',
    },
    'card-kind-ended': {
      title: 'This is a Juki card',
      text: 'Juki cards (Basic Resident Register cards) have expired or are no longer accepted by this machine.',
      next: 'Please use a My Number card. If you have none, ask at the counter of your municipal office.',
    },
    'card-expired': {
      title: 'Your card has expired',
      text: 'Your My Number card is past its expiry date.',
      next: 'Please take your card to the counter of your municipal office and ask about a new one.',
    },
    'registration-expired': {
      title: 'Your registration has expired',
      text: 'Your registration with the municipality for this service has expired.',
      next: 'Please take your card to the counter of your municipal office to have it renewed.',
    },
    'ask-at-counter': {
      title: 'Not issued at this machine',
      text: 'This certificate cannot be issued at this machine.',
      next: 'Please go to the counter of your municipal office.',
    },
    'take-card-first': {
      title: 'Please take your card out',
      text: 'The card has not finished an earlier procedure, so we cannot continue. None of your tries was used.',
      next: {
        attended: 'Take the card out and inform the staff.',
        unattended: 'Take the card out and start again. {help}',
      },
    },
    'take-card-now': {
      title: 'Take your card out now',
      text: 'The card may still be unlocked with your PIN.',
      next: {
        attended: 'Do not leave your card behind. Take it out, then inform the staff.',
        unattended: 'Do not leave your card behind. Take it with you. {help}',
      },
    },
    'municipal-pin-wrong': {
      title: 'Your PIN is not correct',
      text: 'What you entered does not match the PIN registered with your municipality. {tries}',
      next: 'Please enter it again. It will be locked after several wrong entries.',
    },
    'municipal-pin-locked': {
      title: 'Your PIN is locked',
      text: 'After too many wrong entries, the PIN registered with your municipality is locked.',
      next: 'Please have it unlocked at the counter of your municipal office.',
    },
    'municipal-pin-none': {
      title: 'No PIN is registered',
      text: 'No PIN for this certificate is registered with your municipality.',
      next: 'Please register one at the counter of your municipal office.',
    },
    'municipal-pin-format': {
      title: 'Please check your entry',
      text: 'The PIN you registered with your municipality has digits only. None of your tries was used.',
      next: 'Please enter its digits again.',
    },
    unexpected: {
      title: 'We cannot continue',
      text: 'Something unexpected happened, so we stopped the procedure.',
      next: {
        attended: 'Please take your card and inform the staff.',
        unattended: 'Please take your card and try again later. {help}',
      },
    },
  },
  pins: {
    auth: { name: 'the user-authentication PIN', short: 'PIN', form: '4 digits' },
    sign: {
      name: 'the signature password',
      short: 'password',
      form: '6 to 16 capital letters and digits, at least one of each',
    },
    juki: { name: 'the PIN for the resident register', short: 'PIN', form: '4 digits' },
    text: { name: 'the PIN for reading card details', short: 'PIN', form: '4 digits' },
    common: { name: 'the PIN of the card', short: 'PIN', form: '4 digits' },
    'code-a': { name: 'verification number A (My Number)', short: 'number', form: '12 digits' },
    'code-b': {
      name: 'verification number B',
      short: 'number',
      form: '14 digits: date of birth (6), year of expiry (4) and security code (4)',
    },
    birth: { name: 'the date of birth', short: 'date of birth', form: '6 digits: Japanese-era year, month and day' },
    issuance: { name: 'the PIN for issuing certificates', short: 'PIN', form: 'the registered digits' },
    unknown: { name: 'the PIN', short: 'PIN', form: 'the registered digits or letters' },
  },
  tries: { one: 'You have {n} try left.', other: 'You have {n} tries left.' },
  days: {
    until: 'It is valid until {day}.',
    renew: 'Renewal is possible from {day}.',
    start: 'It is valid from {day}.',
  },
  help: 'For help, please call {contact}.',
  reset: {
    counter: 'Please take your card to the counter of your municipal office to have it unlocked or set again.',
    'counter-or-store-with-auth':
      'Your municipal office can set it again. If you know the 4-digit user-authentication PIN, you can also do it with the phone app and a convenience-store kiosk.',
    'counter-or-store-with-sign':
      'Your municipal office can set it again. If you know the signature password, you can also do it with the phone app and the kiosk of some stores.',
  },
}
