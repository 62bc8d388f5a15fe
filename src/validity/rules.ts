import type { Evidence } from './evidence.ts'

/** Name of a rule that can set a last day. */
export type RuleId =
  | 'certificate-fifth-birthday'
  | 'certificate-sixth-birthday'
  | 'certificate-card-expiry'
  | 'certificate-auth-expiry'
  | 'certificate-period-of-stay'
  | 'card-tenth-birthday'
  | 'card-fifth-birthday'
  | 'card-period-of-stay'
  | 'juki-card-ten-years'
  | 'juki-card-period-of-stay'
  | 'juki-certificate-three-years'

/** A rule that can set a last day. */
export interface ValidityRule extends Evidence {
  readonly id: RuleId
  /** The rule in one sentence. */
  readonly statement: string
}

const official = 'stated by an official body'

function rule(id: RuleId, statement: string, source: string): ValidityRule {
  return { id, statement, source, confidence: official }
}

const five = 'Higashimurayama, Matsuyama and Ami pages; jpki.go.jp procedure/period.html as archived in 2019'
const stay = 'Yonago and yng-cms.net pages'
const jukiCard = 'Nakagawa, Ogaki and Misato pages'

/** All rules. Last days are days in Japan; where several apply, the earliest holds. */
export const validityRules: Readonly<Record<RuleId, ValidityRule>> = {
  'certificate-fifth-birthday': rule(
    'certificate-fifth-birthday',
    'A certificate ends on the fifth birthday after its issue.',
    five,
  ),
  'certificate-sixth-birthday': rule(
    'certificate-sixth-birthday',
    'A certificate renewed with less than three months left ends on the sixth birthday after its issue.',
    'Higashimurayama, Matsuyama and Niimi pages; jpki.go.jp procedure/period.html as archived in 2019',
  ),
  'certificate-card-expiry': rule('certificate-card-expiry', 'A certificate ends no later than its card.', five),
  'certificate-auth-expiry': rule(
    'certificate-auth-expiry',
    'The signature certificate ends no later than the user-authentication certificate beside it.',
    'Higashimurayama, Matsuyama and Ami pages',
  ),
  'certificate-period-of-stay': rule(
    'certificate-period-of-stay',
    'The certificates of a foreign resident with a period of stay end with it.',
    stay,
  ),
  'card-tenth-birthday': rule(
    'card-tenth-birthday',
    'A My Number card ends on the tenth birthday after issue when its holder was 18, for applications before 2022-04-01 20.',
    'Yonago, Miyakonojo and yng-cms.net pages',
  ),
  'card-fifth-birthday': rule(
    'card-fifth-birthday',
    'A My Number card ends on the fifth birthday after issue when its holder was under that age.',
    'Yonago, Miyakonojo and yng-cms.net pages',
  ),
  'card-period-of-stay': rule(
    'card-period-of-stay',
    'The My Number card of a foreign resident with a period of stay ends with the period that held at issue.',
    stay,
  ),
  'juki-card-ten-years': rule('juki-card-ten-years', 'A Juki card ends ten years from its issue.', jukiCard),
  'juki-card-period-of-stay': rule(
    'juki-card-period-of-stay',
    'The Juki card of a foreign resident with a period of stay ends with the period that held at issue.',
    jukiCard,
  ),
  'juki-certificate-three-years': rule(
    'juki-certificate-three-years',
    'The signature certificate of a Juki card ends three years from its issue, whatever its card says.',
    'Ogaki, Niimi and Shisui pages; jpki.go.jp procedure/period.html as archived in 2019',
  ),
}
