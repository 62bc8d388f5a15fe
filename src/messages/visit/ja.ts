import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in Japanese. */
export const ja: VisitTexts = {
  steps: {
    'place-card': {
      title: 'マイナンバーカードを置いてください',
      text: 'マイナンバーカードを読み取り口に置くか、差し込んでください。',
      next: '終わるまで、カードを動かさずにお待ちください。',
    },
    'place-phone': {
      title: 'スマートフォンをかざしてください',
      text: 'マイナンバーカードの機能を入れたスマートフォンを、読み取り口にかざしてください。',
      next: '終わるまで、スマートフォンを離さないでください。',
    },
    'place-card-or-phone': {
      title: 'カードかスマートフォンをかざしてください',
      text: 'マイナンバーカードを置くか、その機能を入れたスマートフォンをかざしてください。',
      next: 'どちらか1つだけを、終わるまで動かさずにお待ちください。',
    },
    checking: {
      title: '確認しています',
      text: 'ここでご利用になれるかどうかを確認しています。',
      next: 'カードやスマートフォンを動かさずに、そのままお待ちください。',
    },
    choose: {
      title: 'ご利用のサービスをお選びください',
      text: 'いまご利用になれるサービスを表示しています。',
      next: '画面のボタンを押してください。やめるときは「{cancel}」ボタンを押してください。',
    },
    'choose-documents': {
      title: '証明書をお選びください',
      text: 'お取りになる証明書と、その枚数をお選びください。',
      next: '画面のボタンを押してください。やめるときは「{cancel}」ボタンを押してください。',
    },
    'enter-pin': {
      title: '{short}を入力してください',
      text: '{pin}は、{form}です。{tries}',
      next: '入力が終わったら「{enter}」ボタンを押してください。まわりの人に見られないよう、ご注意ください。',
    },
    'enter-pin-on-reader': {
      title: 'リーダーで{short}を入力してください',
      text: '{pin}は、{form}です。{tries}',
      next: 'カードリーダーのキーで入力し、リーダーの確定キーを押してください。まわりの人に見られないよう、ご注意ください。',
    },
    'verify-on-phone': {
      title: 'スマートフォンで本人確認をしてください',
      text: 'Face ID などで本人確認をしてください。この機械での暗証番号の入力はありません。',
      next: '本人確認が済んだら、スマートフォンを読み取り口にかざし、終わるまで離さないでください。',
    },
    authenticating: {
      title: 'ただいま確認しています',
      text: '通信して、ご本人であることを確認しています。',
      next: 'そのまま、しばらくお待ちください。',
    },
    accepted: {
      title: '本人確認ができました',
      text: 'ご本人であることを確認しました。{service}に進みます。',
      next: '次の画面の案内をご覧ください。',
    },
    printing: {
      title: '印刷しています',
      text: 'お申し込みの証明書を印刷しています。',
      next: '終わるまで、しばらくお待ちください。',
    },
    'take-card': {
      title: 'カードをお取りください',
      text: 'カードの確認は終わりました。',
      next: 'カードを忘れずにお取りください。',
    },
    'take-paper': {
      title: '証明書をお取りください',
      text: '証明書の印刷が終わりました。',
      next: '枚数を確かめ、すべての用紙を忘れずにお取りください。',
    },
    'forgotten-card': {
      title: 'カードをお忘れではありませんか',
      text: 'カードが読み取り口に残っています。',
      next: 'カードをお取りください。',
    },
    'forgotten-card-urgent': {
      title: '大切なカードが残っています',
      text: 'カードがまだ残っています。ほかの人に持ち去られるおそれがあります。',
      next: {
        attended: '今すぐカードをお取りください。取り出せないときは、係員にお知らせください。',
        unattended: '今すぐカードをお取りください。{help}',
      },
    },
    'more-time': {
      title: '操作を続けますか',
      text: 'しばらく操作がありません。このままでは、手続きを終了します。',
      next: '続けるときは「{continue}」ボタンを、終えるときは「{finish}」ボタンを押してください。',
    },
    ended: {
      title: 'ご利用ありがとうございました',
      text: '手続きが終わりました。',
      next: 'カードや用紙をお忘れにならないよう、ご注意ください。',
    },
    inactive: {
      title: '手続きを終了しました',
      text: 'しばらく操作がなかったため、手続きを終了しました。',
      next: 'カードをお忘れになっていないか、お確かめください。続ける場合は、はじめから操作してください。',
    },
    'out-of-service': {
      title: 'ただいま休止しています',
      text: 'この機械は、ただいまご利用になれません。',
      next: {
        attended: 'ご不便をおかけします。係員にお尋ねください。',
        unattended: '時間をおいてお越しいただくか、ほかの機械か窓口をご利用ください。{help}',
      },
    },
  },
  services: {
    token: { name: '証明書の交付', phrase: '証明書の交付' },
    'issuance-application': { name: '利用登録したカードでの証明書の交付', phrase: '証明書の交付' },
    stripe: { name: '磁気カードでの証明書の交付', phrase: '証明書の交付' },
    attributes: { name: '申請書の記入', phrase: '申請書の記入' },
    'register-pin': { name: '転入などの届出', phrase: '届出の手続き' },
    unknown: { name: 'お手続き', phrase: 'お手続き' },
  },
  certificates: { auth: '利用者証明用電子証明書', sign: '署名用電子証明書' },
  channels: { 'convenience-store': 'コンビニ交付', 'municipal-machine': '自動交付機', counter: '窓口' },
  buttons: {
    enter: '確定',
    correct: '訂正',
    back: '戻る',
    cancel: '中止',
    continue: '続ける',
    finish: '終わる',
    again: 'もう一度',
    listen: '音声を聞く',
  },
}
