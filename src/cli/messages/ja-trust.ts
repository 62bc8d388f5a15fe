import type { TrustTexts } from './trust-texts.ts'

const above = ['この証明書', '発行者の証明書', '発行者の発行者の証明書']

/** Texts on trust and validity in Japanese. */
export const jaTrust: TrustTexts = {
  verify: {
    checks: {
      'jpki-profile': 'JPKIプロファイル',
      path: '認証パス',
      'trust-anchor': 'トラストアンカー',
      signature: '署名',
      validity: '有効期間',
      'name-chaining': '名前のつながり',
      'certificate-profile': '証明書の形式',
      'basic-constraints': 'CA証明書',
      'path-length': 'パスの長さ',
      'key-usage': '鍵用途',
      'extended-key-usage': '拡張鍵用途',
      'name-constraints': '名前制約',
      policy: '証明書ポリシー',
      'critical-extension': 'クリティカル拡張',
      budget: '探索の規模',
      revocation: '失効',
    },
    results: { passed: '適合', failed: '不適合', 'not-done': '未検査' },
    depth: (depth) => above[depth] ?? `${depth}段上の発行者の証明書`,
    kinds: { crl: '失効リスト', ocsp: 'OCSP応答' },
    updates: (from, to) => (to === undefined ? `発行 ${from}、次回更新なし` : `発行 ${from}、次回更新 ${to}`),
    revokedAt: (moment, reason) => `失効日時 ${moment}、理由 ${reason}`,
    more: (count) => `ほか ${count} 件`,
    path: 'パス',
    pathUntil: 'パス全体の期限',
    profile: 'プロファイル',
    noProfile: 'JPKIの証明書ではありません',
    hierarchies: { production: '本番の認証局', test: 'テスト用の認証局', virtual: '仮想カードの認証局' },
  },
  chain: {
    heading: '証明書の検証',
    good: '有効と確認しました',
    refused: '有効と認められません',
    notChecked: (why) => `未検査: ${why}`,
    gaps: {
      'no-ca-certificate':
        'カードから認証局の証明書を読み取れません。--anchors で信頼する認証局の証明書を指定してください',
      'unknown-ca':
        'カードにある認証局の証明書は J-LIS の6つの認証局のものではありません。--anchors で信頼する認証局の証明書を指定してください',
      transcript:
        '記録中と再生中は、カードの認証局の証明書を読み取りません。--anchors で信頼する認証局の証明書を指定してください',
    },
  },
  validity: {
    state: '期間の上では',
    states: {
      'not-yet-valid': '有効期間前',
      valid: '有効',
      renewable: '有効（更新できます）',
      expired: '有効期限切れ',
    },
    until: '有効期限',
    lastMoment: (moment, days) => `${moment}（残り ${days} 日）`,
    renewal: '更新',
    renewableFrom: (day) => `${day} から`,
    rule: '規則',
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
    notTold: '分かっている事柄からは特定できません。読み取った期限はそのまま有効です',
    note: (sentence) => `注: ${sentence}`,
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
    exceeds: (day, rule) => `${day} を超えています: ${rule}`,
    missing: (facts) => `次の事柄が分かれば変わることがあります: ${[...facts].join('、')}`,
    facts: {
      birthDate: '生年月日 (--birth-date)',
      applicationDate: '申請日',
      renewal: '更新かどうか',
      authCertificateExpiry: '利用者証明用電子証明書の有効期限',
      cardExpiry: 'カードの有効期限',
    },
    needsIssueDate: 'カードの発行日が分からないため、特定していません (--issue-date)',
    source: '読み取り元',
    sources: {
      'common-record': '共通カードAP（レコード1）',
      visual: '券面事項確認AP',
      'get-data': 'GET DATA 00F2',
    },
    noCardExpiry: {
      absent: 'このカードの有効期限は、暗証番号なしでは読み取れません',
      unreadable: '読み取れません（内容が壊れています）',
    },
    both: 'このカードによる利用者証明',
    notBoth: '電子証明書とカードの有効期限の両方が必要です',
    limited: '先に切れるもの',
    limitedBy: { certificate: '電子証明書', card: 'カード' },
    credentialsHeading: 'このカードの認証手段と、証明書の交付に使える窓口',
    noCredentials: 'この種類のカードの一覧はありません',
    credentials: {
      sign: '署名用電子証明書',
      auth: '利用者証明用電子証明書',
      juki: '住民基本台帳用',
      text: '券面事項入力補助用',
      magnetic: '磁気認証用',
      issuance: '証明書等自動交付AP',
    },
    channels: { 'convenience-store': 'コンビニ交付', 'municipal-machine': '自動交付機' },
    noChannel: 'なし',
    offered: { standard: '標準で搭載', municipality: '市区町村が提供する場合', ended: '発行終了' },
  },
}
