import { type CalendarDay, formatDay } from '../days.ts'
import {
  type ExplainedKind,
  flagTexts,
  type MissingFact,
  type RuleId,
  type ValidityFlag,
  validityRules,
} from './rules.ts'

/** Languages of the sentences on validity. */
export type ValidityLanguage = 'ja' | 'en'

/** Sentences on the validity of certificates and cards, in one language. */
export interface ValidityTexts {
  readonly kinds: Readonly<Record<ExplainedKind, string>>
  /** The last day, as {@link formatDay} writes it. */
  readonly until: (kind: string, day: string) => string
  readonly rules: Readonly<Record<RuleId, string>>
  /** No rule gives the day, although all facts are known. */
  readonly unexplained: string
  /** No rule gives the day from the facts that are known. */
  readonly undetermined: string
  readonly flags: Readonly<Record<ValidityFlag, string>>
  /** The day goes beyond that of a rule. */
  readonly exceeds: (day: CalendarDay, rule: string) => string
  readonly missing: (facts: readonly string[]) => string
  readonly facts: Readonly<Record<MissingFact, string>>
}

const ruleEntries = Object.values(validityRules).map(({ id, statement }) => [id, statement])

/** All sentences on validity. A program that composes its own text takes them from here; others use `explainValidity`. */
export const validityTexts: Readonly<Record<ValidityLanguage, ValidityTexts>> = {
  ja: {
    kinds: {
      auth: '利用者証明用電子証明書',
      sign: '署名用電子証明書',
      card: 'マイナンバーカード',
      'juki-card': '住民基本台帳カード',
      'juki-sign': '住民基本台帳カードの署名用電子証明書',
    },
    until: (kind, day) => `${kind}の有効期限は、${day}です`,
    rules: {
      'certificate-fifth-birthday': '電子証明書は、発行から5回目の誕生日まで有効です。',
      'certificate-sixth-birthday': '残り3か月未満で更新した電子証明書は、発行から6回目の誕生日まで有効です。',
      'certificate-card-expiry': '電子証明書の有効期限は、カードの有効期限を超えません。',
      'certificate-auth-expiry':
        '署名用電子証明書の有効期限は、同じカードの利用者証明用電子証明書の有効期限を超えません。',
      'certificate-period-of-stay': '在留期間のある外国人住民の電子証明書は、在留期間の満了日まで有効です。',
      'card-tenth-birthday':
        'マイナンバーカードは、18歳以上（2022年4月1日より前の申請では20歳以上）の方は発行から10回目の誕生日まで有効です。',
      'card-fifth-birthday': 'マイナンバーカードは、その年齢に満たない方は発行から5回目の誕生日まで有効です。',
      'card-period-of-stay': '在留期間のある外国人住民のマイナンバーカードは、発行時の在留期間の満了日まで有効です。',
      'juki-card-ten-years': '住民基本台帳カードは、発行から10年間有効です。',
      'juki-card-period-of-stay':
        '在留期間のある外国人住民の住民基本台帳カードは、発行時の在留期間の満了日まで有効です。',
      'juki-certificate-three-years':
        '住民基本台帳カードの署名用電子証明書は、カードの有効期限にかかわらず発行から3年間有効です。',
    },
    unexplained: '分かっている事柄からこの日を定める公開の規則はありません。読み取った期限はそのまま有効です',
    undetermined: '分かっている事柄からは特定できません。読み取った期限はそのまま有効です',
    flags: {
      'leap-birthday': '2月29日生まれで、その年に該当の日がありません。公開の規則はなく、券面の期限によります',
      'birthday-on-issue-day': '発行日当日の誕生日は数えません（推定。公開の資料はありません）',
      'renewal-not-stated': '残り3か月未満での更新の場合だけ当てはまりますが、更新かどうかが示されていません',
      'application-date-not-given': '申請日の年齢で決まりますが、申請日が示されていません',
      'stay-after-other-rule': '在留期間が誕生日または年数による期限より後です。どちらによるかは公開されていません',
      'juki-day-count': '発行日を年数の初日に数えるかどうかは公開されていません',
      'outside-juki-issue-period': '住民基本台帳カードの発行は2003年8月25日から2015年12月28日までです',
      'renewal-window-reading':
        '更新は3か月前の応当日の翌日からとしました（市区町村の案内によるもので、法令の条文は確認していません）',
      'renewal-window-month-end': '3か月前の月に応当日がないため、翌月1日から更新できるとしました',
      'card-last-moment': '資料が示すのは日だけで、その日の終わり（日本時間 23:59:59）まで有効としたのは推定です',
    },
    exceeds: (day, rule) => `${formatDay(day, 'ja')}を超えています。${rule}`,
    missing: (facts) => `次の事柄が分かれば変わることがあります: ${[...facts].join('、')}`,
    facts: {
      birthDate: '生年月日',
      applicationDate: '申請日',
      renewal: '更新かどうか',
      authCertificateExpiry: '利用者証明用電子証明書の有効期限',
      cardExpiry: 'カードの有効期限',
    },
  },
  en: {
    kinds: {
      auth: 'user-authentication certificate',
      sign: 'signature certificate',
      card: 'My Number card',
      'juki-card': 'Juki card',
      'juki-sign': 'signature certificate of the Juki card',
    },
    until: (kind, day) => `the ${kind} is valid until ${day}`,
    rules: Object.fromEntries(ruleEntries) as Record<RuleId, string>,
    unexplained: 'no public rule results in this day from the known facts; the day as read is valid all the same',
    undetermined: 'cannot be determined from the known facts; the day as read is valid',
    flags: flagTexts,
    exceeds: (day, rule) => `goes beyond ${formatDay(day, 'en')}: ${rule}`,
    missing: (facts) => `may differ, depending on unknown facts: ${[...facts].join(', ')}`,
    facts: {
      birthDate: 'birth date',
      applicationDate: 'day of application',
      renewal: 'whether it was a renewal',
      authCertificateExpiry: 'last day of the user-authentication certificate',
      cardExpiry: 'last day of the card',
    },
  },
}
