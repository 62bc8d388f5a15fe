import type { DoctorTexts } from './finding.ts'

const rule = (uid = '?'): string =>
  `root で /etc/polkit-1/rules.d/50-pcscd.rules に次の内容を書きます（NAME はユーザー ${uid} の名前）: polkit.addRule(function(action, subject) { if ((action.id == "org.debian.pcsc-lite.access_pcsc" || action.id == "org.debian.pcsc-lite.access_card") && subject.user == "NAME") return polkit.Result.YES; });`

/** Japanese. */
export const doctorJa: DoctorTexts = {
  levels: { ok: '正常', note: '参考', warning: '警告', problem: '問題' },
  usable: 'リーダーを使用できます。',
  unusable: (problems) => `${problems} 件の問題があり、リーダーを使用できません。`,
  findings: {
    'node-version': { what: ({ version }) => `Node.js ${version}（対応版）` },
    'node-too-old': {
      what: ({ version, needed }) => `Node.js ${version} は古すぎます（${needed} 以降が必要です）`,
      todo: () => 'Node.js 20.19、22、24 のいずれかをインストールしてください。',
    },
    platform: { what: ({ platform, arch }) => `実行環境: ${platform} ${arch}` },
    'platform-untested': {
      what: ({ platform, arch }) =>
        `実行環境: ${platform} ${arch}（リーダーの試験は Linux だけで行っており、ここで調べられる項目も限られます）`,
    },
    'service-answers': { what: ({ socket }) => `pcscd が ${socket} で接続を受け付けています` },
    'service-not-installed': {
      what: () => 'スマートカードサービス pcscd がインストールされていません',
      todo: () => 'apt-get install pcscd libccid の後、systemctl enable --now pcscd.socket で起動してください。',
    },
    'service-not-running': {
      what: ({ socket }) => `pcscd はインストール済みですが、動作していません（${socket} がありません）`,
      todo: ({ start }) => `root で実行してください: ${start}`,
    },
    'service-dead-socket': {
      what: ({ socket }) =>
        `${socket} で待ち受けるプログラムがありません（pcscd が強制終了されたか、異常終了しました）`,
      todo: ({ start }) =>
        `root で systemctl restart pcscd（systemd がない環境では ${start}）を実行してください。繰り返す場合は journalctl -u pcscd を確かめてください。`,
    },
    'service-no-access': {
      what: ({ socket, error }) => `このユーザーには ${socket} に接続する権限がありません（${error}）`,
      todo: () =>
        '通常はだれでも接続できます。ソケットとフォルダーのアクセス権、AppArmor、SELinux、コンテナの設定を確かめてください。',
    },
    'service-unreachable': {
      what: ({ socket, error }) => `${socket} に接続できません（${error}）`,
      todo: () => 'サービスを再起動してください: systemctl restart pcscd',
    },
    'service-other-socket': {
      what: ({ socket }) => `PCSCLITE_CSOCK_NAME により、標準とは別の ${socket} を使う設定になっています`,
    },
    'service-frozen': {
      what: () => 'pcscd は接続を受け付けますが、応答しません',
      todo: () =>
        'systemctl restart pcscd で再起動してください。再発する場合はリーダーまたはドライバーが停止しています。リーダーを1台ずつ外して確かめてください。',
    },
    'service-failed': {
      what: ({ reason }) => `pcscd からリーダーの一覧を取得できません（${reason}）`,
      todo: () => 'systemctl restart pcscd で再起動し、journalctl -u pcscd を確かめてください。',
    },
    'unit-ok': { what: () => '必要なときに systemd が pcscd を起動します' },
    'unit-masked': {
      what: ({ unit }) => `${unit} がマスクされているため、systemd は起動しません`,
      todo: ({ unit }) => `root で実行してください: systemctl unmask ${unit}`,
    },
    'unit-failed': {
      what: ({ unit }) => `${unit} が異常終了しています`,
      todo: ({ unit }) => `journalctl -u ${unit} を確かめ、root で systemctl restart ${unit} を実行してください。`,
    },
    'unit-disabled': {
      what: () => 'コンピューターを再起動すると pcscd が起動しない設定です',
      todo: () => 'root で実行してください: systemctl enable --now pcscd.socket',
    },
    'access-ok': { what: () => 'このユーザーはリーダーを使用できます' },
    'access-denied': {
      what: ({ uid }) =>
        `pcscd がこのユーザー（${uid}）を拒否しました。デスクトップにログインしていないユーザーには polkit の規則が必要です`,
      todo: ({ uid }) => rule(uid),
    },
    'access-no-polkit': {
      what: ({ uid }) =>
        `pcscd がこのユーザー（${uid}）を拒否しました。polkit に問い合わせるための D-Bus がありません（コンテナでよくあります）`,
      todo: () =>
        'コンテナで D-Bus と polkit を動かすか、pcscd を --disable-polkit で起動するか、root で実行してください。',
    },
    drivers: { what: ({ names }) => `リーダーのドライバー: ${names}` },
    'drivers-missing': {
      what: ({ folder }) => `${folder} にリーダーのドライバーがありません`,
      todo: () =>
        'apt-get install libccid（ACS 製では libacsccid1 も）の後、systemctl restart pcscd を実行してください。',
    },
    'drivers-no-ccid': {
      what: () => 'ほとんどの USB リーダーに必要なドライバー libccid がありません',
      todo: () => 'apt-get install libccid の後、systemctl restart pcscd を実行してください。',
    },
    'usb-reader': { what: ({ product, id }) => `USB に接続されています: ${product} (${id})` },
    'usb-none': {
      what: () => 'USB に接続されたカードリーダーがありません',
      todo: () =>
        'リーダーを接続し、別のケーブルやポートでも試し、lsusb に現れるか確かめてください。仮想マシンやコンテナでは、リーダーを引き渡す設定が必要です。',
    },
    'usb-unknown': { what: () => 'この環境では USB の接続状況が分かりません' },
    'usb-not-listed': {
      what: ({ usb, listed }) => `USB にはリーダーが ${usb} 台ありますが、pcscd の一覧には ${listed} 台しかありません`,
      todo: () =>
        'リーダーのドライバー（libccid、ACS 製では libacsccid1）をインストールし、systemctl restart pcscd の後、リーダーを接続し直してください。',
    },
    'usb-module-conflict': {
      what: ({ product, module }) =>
        `${product} はカーネルモジュール ${module} が占有しているため、pcscd では使えません`,
      todo: ({ module }) =>
        `root で実行し、リーダーを接続し直してください: echo "blacklist ${module}" > /etc/modprobe.d/blacklist-${module}.conf; modprobe -r ${module}`,
    },
    'apdu-extended': { what: ({ product }) => `${product} は拡張長に対応しており、1回の通信でファイルを読み取れます` },
    'apdu-short': {
      what: ({ product }) => `${product} は短縮長APDUだけに対応しており、証明書の読み取りに通信が7回ほど多くかかります`,
    },
    'apdu-tpdu': {
      what: ({ product }) => `${product} では長さの扱いをドライバーが受け持ち、カードが対応していれば拡張長を使えます`,
    },
    pinpad: { what: ({ product }) => `${product} にはリーダー本体での暗証番号入力機能があります` },
    reader: { what: ({ reader, card }) => `${reader}: ${card === 'yes' ? 'カードあり' : 'カードなし'}` },
    'reader-none': {
      what: () => 'pcscd の一覧にリーダーがありません',
      todo: () => 'リーダーを接続してください。接続済みの場合は、ドライバーと USB の項目を確かめてください。',
    },
    'reader-not-there': {
      what: ({ reader }) => `${reader} という名前のリーダーはありません`,
      todo: () =>
        '名前は jpki-card readers の表示のとおりに指定します。ポートによって変わることがあるため、1台だけの場合は --reader を指定しないでください。',
    },
    'reader-several': {
      what: ({ reader }) => `${reader} に当てはまるリーダーが複数あります`,
      todo: () => 'jpki-card readers で表示される名前を、区別できるところまで指定してください。',
    },
    'reader-mute': {
      what: ({ reader }) => `${reader}: カードが応答しません`,
      todo: () =>
        'カードの向きと表裏を確かめ、非接触では中央に平らに置いてください。端子を清掃し、別のカードでも試してください。',
    },
    'reader-busy': {
      what: ({ reader }) => `${reader}: 他のプログラムがカードを使用中です`,
      todo: () => 'ここに示したプログラムを終了してください。',
    },
    'reader-virtual': { what: ({ reader }) => `${reader} は仮想リーダー（vsmartcard-vpcd）です` },
    'quirk-rc-s380': {
      what: () => 'ソニー RC-S380 は CCID 対応ではなく、Linux で確実に動く PC/SC ドライバーは知られていません',
      todo: () => '後継の RC-S300（CCID 対応）など、別のリーダーを使ってください。',
    },
    'quirk-acr122u': {
      what: () => 'ACS ACR122U は、pcscd より先にカーネルモジュール pn533_usb が占有します',
      todo: () => 'root で実行してください: echo "blacklist pn533_usb" > /etc/modprobe.d/blacklist-pn533.conf',
    },
    'quirk-acs-driver': {
      what: () => 'ACS 製のリーダーには、専用ドライバーのほうがよく動くものや、専用ドライバーが必要なものがあります',
      todo: () => '実行してください: apt-get install libacsccid1',
    },
    'quirk-acs-extended': {
      what: ({ reader }) => `${reader}: この機種では拡張長の通信に失敗する例が報告されています`,
      todo: () =>
        '証明書の読み取りが ERR_TRANSPORT で失敗する場合は、ファームウェアとドライバーを更新するか、別のリーダーを使ってください。',
    },
    'quirk-omnikey-short': {
      what: ({ reader }) => `${reader}: この機種は libccid では短縮長APDUだけに対応しています`,
    },
    'quirk-cyberjack-pinpad': {
      what: ({ reader }) =>
        `${reader}: このメーカーのリーダーでの暗証番号入力は、機種ごとに動作が異なると報告されています`,
      todo: () => 'リーダー本体での暗証番号入力は、先に試験用カードで確かめてください。',
    },
    holder: { what: ({ name, pid }) => `${name}（プロセス ${pid}）が pcscd に接続しています` },
    'holder-scdaemon': {
      what: ({ name, pid }) => `GnuPG の ${name}（プロセス ${pid}）が pcscd に接続しており、カードを占有し続けます`,
      todo: () =>
        'gpgconf --kill scdaemon を実行してください。恒久的には ~/.gnupg/scdaemon.conf に disable-ccid と pcsc-shared を書くか、キオスクから scdaemon を取り除いてください。',
    },
    'holders-none': { what: () => 'pcscd に接続しているプログラムはほかにありません' },
    'holders-unnamed': {
      what: ({ count }) => `このユーザーには見えないプログラムが、pcscd に ${count} 件接続しています`,
      todo: () => 'root で実行すると、どのプログラムか分かります。',
    },
    binding: { what: ({ name, version }) => `${name} ${version} を使用できます` },
    'binding-missing': { what: ({ name, version, reason }) => `${name} ${version} は使用できません: ${reason}` },
    'binding-none': {
      what: () => 'この実行で使う、リーダーと通信するパッケージを使用できません',
      todo: () =>
        'npm install pcsc-mini を実行し（Linux では apt-get install libpcsclite1 も）、--binding を指定せずに実行してください。',
    },
  },
}
