/** Instructions for operators on a prepared folder, in both languages. */
export function instructions(validUntil: Date): string {
  const day = validUntil.toISOString().substring(0, 10)
  return `jpki-card evaluate: a throw-away PKI

1. Give the server under evaluation everything in anchors/ as its only trust anchors and everything in lists/ as its
   revocation lists, revocation required, hierarchy "virtual". Use a server, a store and a database made for the
   evaluation, never one in production: a holder of keys.json can log in there as anyone.
2. Do not install not-to-be-trusted/.
3. Keep keys.json to yourself: it holds private keys. The server does not need it.
4. Run: jpki-card evaluate URL --pki THIS-FOLDER
5. Afterwards take the anchors out of the server and delete this folder. The lists end on ${day} (UTC).

jpki-card evaluate: 使い捨ての認証局一式

1. 評価するサーバーに、anchors/ の全ファイルを唯一のトラストアンカーとして、lists/ の全ファイルを失効リストとして
   設定します。失効の確認は必須、階層は "virtual" とします。必ず評価専用のサーバー、ストア、データベースを使い、
   実際のサービスには使わないでください。keys.json を持つ人は、そこで誰にでもなれます。
2. not-to-be-trusted/ は設定しないでください。
3. keys.json には秘密鍵が入っています。他人に渡さないでください。サーバーには不要です。
4. 実行: jpki-card evaluate URL --pki このフォルダー
5. 終わったら、サーバーからアンカーを外し、このフォルダーを削除してください。失効リストの期限は ${day} (UTC) です。
`
}
