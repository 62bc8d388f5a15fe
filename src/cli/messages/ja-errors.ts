import type { CatalogueCode, ErrorText } from './catalogue.ts'

const card = 'カードを置き直して、もう一度実行してください。'
const report = '`record FILE` を付けてもう一度実行し、個人情報が伏せられた通信記録を添えてご報告ください。'

/** What happened and what to do, in Japanese. */
export const jaErrors: Readonly<Record<CatalogueCode, ErrorText>> = {
  ERR_SERVICE_UNAVAILABLE: {
    what: 'スマートカードサービスが動作していません。',
    todo: 'Linux: pcscd をインストールして起動してください。Windows: サービス「Smart Card」を開始してください。macOS: リーダーを接続し直してください。',
  },
  ERR_BINDING_MISSING: {
    what: 'カードリーダーと通信するライブラリがインストールされていません。',
    todo: '`npm install pcsc-mini` を実行するか、--binding で別のライブラリを指定してください。',
  },
  ERR_NO_READER: {
    what: 'カードリーダーが見つかりません。',
    todo: 'リーダーを接続し、ドライバーをインストールしてください。`jpki-card readers` で一覧を確認できます。',
  },
  ERR_NO_CARD: {
    what: 'リーダーにカードがありません。',
    todo: 'カードをリーダーに置いてください。--wait で待ち時間を延ばせます。',
  },
  ERR_CARD_REMOVED: {
    what: 'カードが取り外されました。',
    todo: 'カードをリーダーに置いたまま、もう一度実行してください。',
  },
  ERR_CARD_RESET: {
    what: '他のプログラムがカードをリセットしました。',
    todo: 'カードを使用している他のプログラムを終了して、もう一度実行してください。',
  },
  ERR_CARD_MUTE: {
    what: 'カードが応答しません。',
    todo: 'カードの向きを確かめ、ICチップの汚れを拭き取ってから置き直してください。',
  },
  ERR_READER_BUSY: {
    what: '他のプログラムがカードを使用しています。',
    todo: 'そのプログラムを終了して、もう一度実行してください。',
  },
  ERR_TIMEOUT: {
    what: '時間内にカードの応答がありませんでした。',
    todo: 'カードをリーダーに置いて、もう一度実行してください。--wait で待ち時間を延ばせます。',
  },
  ERR_ABORTED: { what: '中断されました。', todo: '準備ができましたら、もう一度実行してください。' },
  ERR_CONNECTION_CLOSED: { what: 'カードとの接続が切れました。', todo: card },
  ERR_TRANSPORT: {
    what: 'リーダーとの通信に失敗しました。',
    todo: `${card}改善しない場合は、別のリーダーやUSBポートをお試しください。`,
  },
  ERR_RESPONSE_MALFORMED: { what: 'カードの応答が正しくありません。', todo: card },
  ERR_RESPONSE_TOO_LONG: { what: 'カードの応答が長すぎます。', todo: report },
  ERR_SECURE_MESSAGING: {
    what: 'カードとの暗号化通信が終了しました。',
    todo: '暗証番号を入力して、はじめからやり直してください。',
  },
  ERR_STATUS_WORD: { what: 'カードがコマンドを受け付けませんでした。', todo: report },
  ERR_SECURITY_STATUS: {
    what: '先に暗証番号の照合が必要です。',
    todo: '暗証番号を入力できる端末で実行するか、--pin-stdin で暗証番号を渡してください。',
  },
  ERR_APPLICATION_NOT_FOUND: {
    what: 'このカードには必要なアプリケーションがありません。',
    todo: '対応するカードをお使いください（多くはマイナンバーカードだけにあります）。カードの内容は `jpki-card inspect` で確認できます。',
  },
  ERR_FILE_NOT_FOUND: {
    what: 'このカードには対象の暗証番号またはファイルがありません。',
    todo: 'カードの内容は `jpki-card inspect` で確認できます。',
  },
  ERR_WRONG_CARD: {
    what: 'このカードでは実行できません。',
    todo: 'カードの種類は `jpki-card inspect` で確認できます。',
  },
  ERR_APDU: { what: 'カードとの通信内容を解釈できません。', todo: report },
  ERR_TLV: { what: 'カードのデータを解釈できません。', todo: report },
  ERR_DER: {
    what: '証明書または失効リストの形式が正しくありません。',
    todo: '発行元からもう一度取得してください。',
  },
  ERR_CARD_DATA: { what: 'カードのファイルの内容が正しくありません。', todo: report },
  ERR_STRIPE: {
    what: '磁気ストライプを読み取れませんでした。',
    todo: 'カードをもう一度、一定の速さで最後まで通してください。',
  },
  ERR_PROFILE: {
    what: 'プロファイルに誤りがあります。',
    todo: '下の詳細に示された行と列を直してください。',
  },
  ERR_CERTIFICATE_ABSENT: {
    what: 'このカードには対象の電子証明書が格納されていません。',
    todo: 'ご本人が市区町村の窓口で発行を受けられます。',
  },
  ERR_CERTIFICATE: {
    what: 'カードまたはファイルの内容を、証明書、失効リスト、OCSP応答として解釈できません。',
    todo: `ファイルの場合は発行元からもう一度取得してください。カードの場合は、${report}`,
  },
  ERR_VERIFICATION: {
    what: 'この証明書は有効と認められません。',
    todo: '失敗した検査を確かめてください。この証明書で手続きを進めないでください。',
  },
  ERR_PIN_FORMAT: {
    what: '暗証番号の形式が正しくありません。残り回数は減っていません。',
    todo: '署名用は英数字6文字以上16文字以下で、英字と数字をそれぞれ1文字以上含む必要があります。カードのその他の暗証番号は数字4桁です。照合番号Aは個人番号の12桁、照合番号Bは生年月日・有効期限の西暦年・セキュリティコードからなります。',
  },
  ERR_PIN_REJECTED: {
    what: '暗証番号が違います。',
    todo: 'どちらの暗証番号かを確かめて、もう一度お試しください。続けて間違えるとロックされます。',
  },
  ERR_PIN_BLOCKED: {
    what: '暗証番号がロックされています。',
    todo: 'ご本人がカードを持って市区町村の窓口へお越しになり、再設定（初期化）の手続きをしてください。',
  },
  ERR_PIN_GUARDED: {
    what: '残り回数が1回のため、照合を行いませんでした。',
    todo: '暗証番号に間違いがない場合に限り、--accept-that-a-wrong-pin-blocks-the-card を付けて実行してください。不確かな場合は市区町村の窓口で再設定できます。',
  },
  ERR_PIN_OUTCOME_UNKNOWN: {
    what: '照合中にカードとの通信が切れました。残り回数が減った可能性があります。',
    todo: 'カードを置き直し、`jpki-card pin status` で残り回数を確認してから再度お試しください。',
  },
  ERR_PIN_STATE: { what: '以前の照合済み状態を解除できません。残り回数は減っていません。', todo: card },
  ERR_RAW_VERIFY_REFUSED: { what: '保護機能を通らない暗証番号コマンドを拒否しました。', todo: report },
  ERR_PIN_MISMATCH: {
    what: '新しい暗証番号が2回とも同じではありません。',
    todo: 'もう一度実行してください。変更は行われていません。',
  },
  ERR_SIGNATURE_INVALID: {
    what: '電子署名が電子証明書と一致しないため、破棄しました。',
    todo: `${card}改善しない場合は、カードが破損している可能性があります。`,
  },
  ERR_STATE_NOT_CLEARED: {
    what: 'カードに暗証番号の照合済み状態が残っている可能性があります。',
    todo: '今すぐカードをリーダーから取り外してください。',
  },
  ERR_TRANSCRIPT: {
    what: 'このファイルは通信記録ではありません。',
    todo: '`jpki-card record FILE COMMAND` で記録したファイルを指定してください。',
  },
  ERR_REPLAY: {
    what: 'コマンドの動作が通信記録と一致しません。',
    todo: '記録したときと同じコマンドとオプションで再生してください。伏せられた電子証明書は再生できません。',
  },
  ERR_TOKEN: {
    what: 'トークンの形式が正しくありません。',
    todo: 'トークンを作成したプログラムを docs/token.md と照らし合わせてください。',
  },
  ERR_TOKEN_ORIGIN: {
    what: '別のサーバー向けのトークンです。',
    todo: 'サーバーと端末に同じオリジンを設定してください。',
  },
  ERR_TOKEN_TERMINAL: { what: '別の端末のトークンです。', todo: '端末の名前を確かめてください。' },
  ERR_TOKEN_PURPOSE: { what: '別の用途のトークンです。', todo: '端末が求める用途を確かめてください。' },
  ERR_TOKEN_ALGORITHM: { what: '署名アルゴリズムが適合しません。', todo: '現行のカードでは RS256 をお使いください。' },
  ERR_TOKEN_SIGNATURE: { what: '署名が正しくありません。', todo: '新しいチャレンジでもう一度お試しください。' },
  ERR_NONCE_UNKNOWN: { what: 'このチャレンジは使用済みか、期限切れです。', todo: '最初からやり直してください。' },
  ERR_NONCE_EXPIRED: { what: '時間内に操作が完了しませんでした。', todo: '最初からやり直してください。' },
  ERR_ANSWER_MISMATCH: {
    what: 'サーバーの応答が別の要求に対するものです。受理されていません。',
    todo: '証明書等を交付せず、端末とサーバーの時刻を比べてください。時刻が正しければ、サーバーを調べてください。',
  },
  ERR_CERTIFICATE_REFUSED: {
    what: '証明書を確認できませんでした。',
    todo: '市区町村の窓口でカードを確認してもらってください。',
  },
  ERR_CERTIFICATE_NOT_YET_VALID: {
    what: '証明書の有効期間がまだ始まっていません。',
    todo: 'サーバーの時刻を確かめてください。',
  },
  ERR_CERTIFICATE_EXPIRED: { what: '証明書の有効期限が切れています。', todo: '市区町村の窓口で更新してください。' },
  ERR_CERTIFICATE_REVOKED: { what: '証明書が失効しています。', todo: '市区町村の窓口で再発行を受けてください。' },
  ERR_REVOCATION_UNKNOWN: {
    what: '証明書の失効の有無を確認できませんでした。',
    todo: 'サーバーの失効リストを確かめてから、もう一度お試しください。',
  },
  ERR_STORE_UNAVAILABLE: {
    what: 'サーバーの記憶領域が応答しません。',
    todo: '記憶領域を確かめてから、もう一度お試しください。',
  },
  ERR_STORE_FULL: { what: '未使用のチャレンジが多すぎます。', todo: 'しばらくしてからもう一度お試しください。' },
  ERR_MUNICIPAL_PIN_REJECTED: {
    what: '暗証番号が違います。',
    todo: 'もう一度入力してください。続けて間違えると使えなくなります。',
  },
  ERR_MUNICIPAL_PIN_LOCKED: {
    what: '暗証番号がロックされています。',
    todo: '市区町村の窓口で解除を受けてください。',
  },
  ERR_MUNICIPAL_PIN_NOT_REGISTERED: {
    what: '暗証番号が登録されていません。',
    todo: '市区町村の窓口で登録してください。',
  },
  ERR_MUNICIPAL_PIN_FORMAT: {
    what: '暗証番号の形式ではありません。',
    todo: '数字をもう一度入力してください。残り回数は減っていません。',
  },
  ERR_MUNICIPAL_PIN_BUSY: {
    what: '暗証番号の確認が混み合っています。',
    todo: '少し待ってからもう一度お試しください。回数は減っていません。',
  },
  ERR_AUDIT: {
    what: '監査ログに書き込めないか、内容が書き込んだときのままではありません。',
    todo: 'ファイルはそのまま残し、ディスクと権限、ファイルを変更できる人を確かめてください。',
  },
  ERR_DEPENDENCY_MISSING: {
    what: '必要なパッケージがインストールされていません。',
    todo: '下に表示されたパッケージを npm でインストールしてください。',
  },
  ERR_SERVER: {
    what: 'サーバーから正しい応答がありませんでした。',
    todo: 'アドレスとネットワークを確かめてから、もう一度お試しください。',
  },
  ERR_SERVER_START: {
    what: 'サーバーを起動できません。',
    todo: '上に示された内容に従って設定（listen）を直すか、ポートを空けてから、もう一度起動してください。',
  },
  ERR_USAGE: {
    what: 'コマンドの指定に誤りがあります。',
    todo: '`jpki-card --help` または `jpki-card COMMAND --help` をご覧ください。',
  },
  ERR_FILE: {
    what: 'ファイルの読み書きができません。',
    todo: 'ファイルの場所とアクセス権、ディスクの空き容量を確認してください。',
  },
  ERR_EVALUATION: {
    what: '評価の試験がすべて合格とはなりませんでした。',
    todo: '各試験の理由を確かめてください。--html で一覧のページを書き込めます。',
  },
  ERR_FIELD_TEST: {
    what: '動作確認に合格しませんでした。',
    todo: '各項目の理由を確かめてください。サービス、ドライバー、リーダーの状態は jpki-card doctor で確認できます。',
  },
  ERR_AUTHENTICITY: {
    what: '真正なカードと認められません。',
    todo: '不合格の検査を確かめ、読み取った内容は使わず、市区町村の窓口でカードを確認してもらってください。ルート鍵が足りない場合は --roots で指定してください。',
  },
  ERR_INTERNAL: { what: '予期しないエラーが発生しました。', todo: report },
}
