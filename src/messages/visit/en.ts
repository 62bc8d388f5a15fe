import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in English. */
export const en: VisitTexts = {
  steps: {
    'place-card': {
      title: 'Please place your My Number card',
      text: 'Place your My Number card on the reader, or insert it.',
      next: 'Do not move the card until we have finished.',
    },
    'place-phone': {
      title: 'Please hold your phone to the reader',
      text: 'Hold a phone that has the functions of your My Number card to the reader.',
      next: 'Keep it there until we have finished.',
    },
    'place-card-or-phone': {
      title: 'Please use your card or phone',
      text: 'Place your My Number card on the reader, or hold a phone that has its functions to it.',
      next: 'Use only one of them, and do not move it until we have finished.',
    },
    checking: {
      title: 'We are checking',
      text: 'We are checking whether it can be used here.',
      next: 'Please wait without moving your card or phone.',
    },
    choose: {
      title: 'Please choose a service',
      text: 'These are the services you can use now.',
      next: 'Press a button on the screen. To stop, press "{cancel}".',
    },
    'choose-documents': {
      title: 'Please choose your certificates',
      text: 'Choose which certificates you would like, and how many copies of each.',
      next: 'Press the buttons on the screen. To stop, press "{cancel}".',
    },
    'enter-pin': {
      title: 'Please enter the {short}',
      text: 'Enter {pin} ({form}). {tries}',
      next: 'Then press "{enter}". Make sure that no one can see what you enter.',
    },
    'enter-pin-on-reader': {
      title: 'Enter the {short} on the reader',
      text: 'Enter {pin} ({form}). {tries}',
      next: 'Use the keys of the card reader, then press its OK key. Make sure that no one can see what you enter.',
    },
    'verify-on-phone': {
      title: 'Verify yourself on your phone first',
      text: 'Verify yourself with Face ID or Touch ID. No PIN is entered at this machine.',
      next: 'Then hold your phone to the reader and keep it there until we have finished.',
    },
    authenticating: {
      title: 'Please wait while we check',
      text: 'We are confirming online that it is you.',
      next: 'Please wait a little and leave everything as it is.',
    },
    accepted: {
      title: 'Your identity is confirmed',
      text: 'We have confirmed that it is you and continue with {service}.',
      next: 'Please follow the next screen.',
    },
    printing: {
      title: 'Printing',
      text: 'We are printing the certificates you asked for.',
      next: 'Please wait until we have finished.',
    },
    'take-card': {
      title: 'Please take your card',
      text: 'We have finished checking your card.',
      next: 'Do not forget to take it with you.',
    },
    'take-paper': {
      title: 'Please take your certificates',
      text: 'Your certificates have been printed.',
      next: 'Check the number of sheets and take all of them with you.',
    },
    'forgotten-card': {
      title: 'Have you forgotten your card?',
      text: 'Your card is still in the reader.',
      next: 'Please take it.',
    },
    'forgotten-card-urgent': {
      title: 'Your card is still here',
      text: 'Your card is still in the reader. Someone else could take it.',
      next: {
        attended: 'Please take it now. If it does not come out, please inform the staff.',
        unattended: 'Please take it now. {help}',
      },
    },
    'more-time': {
      title: 'Do you want to continue?',
      text: 'Nothing has been pressed for a while. The procedure will end soon.',
      next: 'Press "{continue}" to go on, or "{finish}" to end.',
    },
    ended: {
      title: 'Thank you',
      text: 'The procedure is complete.',
      next: 'Please make sure that you have your card and all your papers.',
    },
    inactive: {
      title: 'The procedure was ended',
      text: 'The procedure was ended because nothing was pressed for a while.',
      next: 'Please make sure that you have your card. To continue, start again from the beginning.',
    },
    'out-of-service': {
      title: 'This machine is out of service',
      text: 'This machine cannot be used at the moment.',
      next: {
        attended: 'We are sorry for the trouble. Please ask the staff.',
        unattended: 'Please come back later, or use another machine or a counter. {help}',
      },
    },
  },
  services: {
    token: { name: 'Issue certificates', phrase: 'the issue of certificates' },
    'issuance-application': { name: 'Issue certificates (registered card)', phrase: 'the issue of certificates' },
    stripe: { name: 'Issue certificates (magnetic card)', phrase: 'the issue of certificates' },
    attributes: { name: 'Fill in a form', phrase: 'filling in your form' },
    'register-pin': { name: 'Moving in and other notices', phrase: 'your notice' },
    unknown: { name: 'This procedure', phrase: 'your procedure' },
  },
  certificates: { auth: 'User-authentication certificate', sign: 'Signature certificate' },
  channels: { 'convenience-store': 'Convenience store', 'municipal-machine': 'Municipal machine', counter: 'Counter' },
  buttons: {
    enter: 'Enter',
    correct: 'Correct',
    back: 'Back',
    cancel: 'Cancel',
    continue: 'Continue',
    finish: 'Finish',
    again: 'Try again',
    listen: 'Listen',
  },
}
