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
    finding: '注記',
    findings: {
      'default-written-out': '省略すべき既定値が書かれています',
      'trailing-zero-bits': 'ビット列の末尾に不要な0があります',
      'empty-sequence': '省略すべき空のリストがあります',
      'time-form': '2049年以前の日時が GeneralizedTime で書かれています',
      'version-written-out': '失効リストにバージョン1が明記されています',
      'duplicate-entry': '同じ証明書の項目が複数あります',
    },
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
    lastMoment: (moment, days) => (days === null ? moment : `${moment}（残り ${days} 日）`),
    renewal: '更新',
    renewableFrom: (day) => `${day} から`,
    rule: '規則',
    note: (sentence) => `注: ${sentence}`,
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
