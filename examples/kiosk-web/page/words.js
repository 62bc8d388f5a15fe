// The words of the page itself, in each language: what the bridge does not send. A vendor changes names of documents here.

/** `{ documents, kinds, found, copies, more, fewer, typed, code, languages, keypad, none }` by language. */
export const words = {
  ja: {
    documents: {
      'residence-record': '住民票の写し（世帯全員）',
      'residence-record-own': '住民票の写し（本人のみ）',
    },
    kinds: {
      'my-number': 'マイナンバーカード',
      juki: '住民基本台帳カード',
      'phone-android': 'Android スマートフォン',
      'phone-iphone': 'iPhone',
      'face-authentication': '顔認証マイナンバーカード',
      unknown: 'カード',
    },
    found: {
      title: '{kind}を確認しました',
      text: 'この機械で、証明書をお取りになれます。',
      next: '「{continue}」ボタンを押して、証明書をお選びください。',
    },
    copies: '{n}部',
    more: '{document}を1部ふやす',
    fewer: '{document}を1部へらす',
    typed: '{n}桁入力しました',
    code: 'コード',
    languages: '言語',
    keypad: '数字のボタン',
  },
  en: {
    documents: {
      'residence-record': 'Residence record, whole household',
      'residence-record-own': 'Residence record, yourself only',
    },
    kinds: {
      'my-number': 'My Number card',
      juki: 'Juki card',
      'phone-android': 'Android phone',
      'phone-iphone': 'iPhone',
      'face-authentication': 'Face-authentication card',
      unknown: 'Card',
    },
    found: {
      title: '{kind} recognized',
      text: 'You can have certificates issued at this machine.',
      next: 'Press "{continue}" and choose your certificates.',
    },
    copies: 'Copies: {n}',
    more: 'One more copy: {document}',
    fewer: 'One copy fewer: {document}',
    typed: 'Digits entered: {n}',
    code: 'Code',
    languages: 'Language',
    keypad: 'Digits',
  },
  zh: {
    documents: {
      'residence-record': '住民票副本（全户）',
      'residence-record-own': '住民票副本（仅本人）',
    },
    kinds: {
      'my-number': '个人编号卡',
      juki: '住民基本台账卡',
      'phone-android': '安卓手机',
      'phone-iphone': 'iPhone',
      'face-authentication': '人脸认证的个人编号卡',
      unknown: '卡片',
    },
    found: {
      title: '已识别{kind}',
      text: '您可以在本机领取证明书。',
      next: '请按“{continue}”按钮，然后选择证明书。',
    },
    copies: '{n}份',
    more: '增加1份：{document}',
    fewer: '减少1份：{document}',
    typed: '已输入{n}位',
    code: '代码',
    languages: '语言',
    keypad: '数字键',
  },
  ko: {
    documents: {
      'residence-record': '주민표 사본 (세대 전원)',
      'residence-record-own': '주민표 사본 (본인만)',
    },
    kinds: {
      'my-number': '마이넘버 카드',
      juki: '주민기본대장 카드',
      'phone-android': '안드로이드 스마트폰',
      'phone-iphone': 'iPhone',
      'face-authentication': '얼굴 인증 마이넘버 카드',
      unknown: '카드',
    },
    found: {
      title: '확인됨: {kind}',
      text: '이 기계에서 증명서를 발급받으실 수 있습니다.',
      next: '"{continue}" 버튼을 누르고 증명서를 선택해 주십시오.',
    },
    copies: '{n}부',
    more: '1부 늘리기: {document}',
    fewer: '1부 줄이기: {document}',
    typed: '입력한 자릿수: {n}',
    code: '코드',
    languages: '언어',
    keypad: '숫자 버튼',
  },
  pt: {
    documents: {
      'residence-record': 'Registro de residência, toda a família',
      'residence-record-own': 'Registro de residência, só você',
    },
    kinds: {
      'my-number': 'Cartão My Number',
      juki: 'Cartão Juki',
      'phone-android': 'Celular Android',
      'phone-iphone': 'iPhone',
      'face-authentication': 'Cartão My Number com autenticação facial',
      unknown: 'Cartão',
    },
    found: {
      title: 'Reconhecido: {kind}',
      text: 'Nesta máquina você pode obter certificados.',
      next: 'Toque em "{continue}" e escolha os certificados.',
    },
    copies: 'Cópias: {n}',
    more: 'Mais uma cópia: {document}',
    fewer: 'Uma cópia a menos: {document}',
    typed: 'Dígitos inseridos: {n}',
    code: 'Código',
    languages: 'Idioma',
    keypad: 'Dígitos',
  },
  es: {
    documents: {
      'residence-record': 'Registro de residencia, todo el hogar',
      'residence-record-own': 'Registro de residencia, solo usted',
    },
    kinds: {
      'my-number': 'Tarjeta My Number',
      juki: 'Tarjeta Juki',
      'phone-android': 'Teléfono Android',
      'phone-iphone': 'iPhone',
      'face-authentication': 'Tarjeta My Number con autenticación facial',
      unknown: 'Tarjeta',
    },
    found: {
      title: 'Reconocido: {kind}',
      text: 'En esta máquina puede obtener certificados.',
      next: 'Pulse "{continue}" y elija los certificados.',
    },
    copies: 'Copias: {n}',
    more: 'Una copia más: {document}',
    fewer: 'Una copia menos: {document}',
    typed: 'Dígitos introducidos: {n}',
    code: 'Código',
    languages: 'Idioma',
    keypad: 'Dígitos',
  },
  vi: {
    documents: {
      'residence-record': 'Phiếu cư trú, cả hộ gia đình',
      'residence-record-own': 'Phiếu cư trú, chỉ bản thân',
    },
    kinds: {
      'my-number': 'Thẻ My Number',
      juki: 'Thẻ Juki',
      'phone-android': 'Điện thoại Android',
      'phone-iphone': 'iPhone',
      'face-authentication': 'Thẻ xác thực khuôn mặt',
      unknown: 'Thẻ',
    },
    found: {
      title: 'Đã nhận ra: {kind}',
      text: 'Quý khách có thể nhận giấy chứng nhận tại máy này.',
      next: 'Xin nhấn "{continue}" rồi chọn giấy chứng nhận.',
    },
    copies: 'Số bản: {n}',
    more: 'Thêm một bản: {document}',
    fewer: 'Bớt một bản: {document}',
    typed: 'Số chữ số đã nhập: {n}',
    code: 'Mã',
    languages: 'Ngôn ngữ',
    keypad: 'Chữ số',
  },
}

/** A text with its placeholders filled. */
export function filled(text, values) {
  return text.replaceAll(/\{(\w+)\}/g, (_, name) => values[name])
}
