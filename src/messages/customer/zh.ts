import type { CustomerTexts } from '../texts.ts'

const again = '请从头开始操作。'
const replace = '请取出卡片，重新放好后从头开始操作。'
const staff = {
  attended: '非常抱歉，请告知工作人员。',
  unattended: '请稍后再试。如需尽快办理，请使用其他机器或前往窗口。{help}',
}

/** Customer texts in simplified Chinese. */
export const zh: CustomerTexts = {
  situations: {
    'insert-card': {
      title: '请放置卡片',
      text: '读卡位置上没有卡片。',
      next: '请将卡片放在读卡处或插入卡口，并保持不动。',
    },
    'timed-out': {
      title: '未能在规定时间内完成确认',
      text: '确认卡片所需时间过长，操作已中止。',
      next: replace,
    },
    cancelled: {
      title: '操作已取消',
      text: '手续已在中途结束。',
      next: '请取回卡片。如需继续，请从头开始操作。',
    },
    'card-removed': {
      title: '卡片已离开读卡位置',
      text: '读取过程中卡片被移开，手续已中止。',
      next: '请重新放好卡片，完成之前请勿移动。',
    },
    'card-unreadable': {
      title: '无法读取卡片',
      text: '可能是卡片的方向或位置不对，或卡片有污渍。',
      next: {
        attended: '请确认方向，只放置这一张卡片。如仍无法读取，请告知工作人员。',
        unattended: '请确认方向，只放置这一张卡片。如仍无法读取，请到市区町村的窗口咨询。{help}',
      },
    },
    'connection-lost': {
      title: '与卡片的通信中断',
      text: '未能完成卡片的读取。',
      next: {
        attended: `${replace}如再次发生，请告知工作人员。`,
        unattended: `${replace}如再次发生，请稍后再试。{help}`,
      },
    },
    busy: {
      title: '请稍候',
      text: '读卡器正在处理其他操作。',
      next: {
        attended: '请稍等片刻后再次操作。如仍无法使用，请告知工作人员。',
        unattended: '请稍等片刻后再次操作。如仍无法使用，请过一段时间再来。{help}',
      },
    },
    'out-of-order': {
      title: '暂时无法使用',
      text: '机器尚未准备就绪，无法继续办理。',
      next: staff,
    },
    'begin-again': {
      title: '请重新操作',
      text: '未能完成手续。',
      next: {
        attended: `${again}如再次发生，请告知工作人员。`,
        unattended: `${again}如再次发生，请稍后再试。{help}`,
      },
    },
    'too-late': {
      title: '操作已超时',
      text: '由于超过规定时间，手续已结束。',
      next: again,
    },
    'other-card': {
      title: '此卡片无法使用',
      text: '此卡片不能用于本项手续。',
      next: {
        attended: '请确认是否放错了卡片。如有疑问，请咨询工作人员。',
        unattended: '请确认是否放错了卡片。如没有可用的卡片，请前往窗口办理。{help}',
      },
    },
    'card-not-understood': {
      title: '无法读取卡片信息',
      text: '未能正确读取卡片中记录的信息。',
      next: {
        attended: staff.attended,
        unattended: '请取回卡片。如再次发生，请携带卡片到市区町村的窗口咨询。{help}',
      },
    },
    'number-or-card': {
      title: '未能确认内容',
      text: '未能确认您输入的号码或卡片中的信息。',
      next: {
        attended: '如果您输入了号码，请再次核对。其他情况请告知工作人员。',
        unattended: '如果您输入了号码，请再次核对。其他情况请前往窗口办理。{help}',
      },
    },
    'swipe-again': {
      title: '无法读取磁条',
      text: '未能正确读取卡片的磁条。',
      next: '请确认卡片方向，以均匀的速度再刷一次，并刷到底。',
    },
    'certificate-absent': {
      title: '卡片中没有电子证书',
      text: '您的卡片中没有本项手续所需的电子证书。',
      next: '电子证书可在市区町村的窗口申请发行。请携带卡片前往咨询。',
    },
    'certificate-expired': {
      title: '电子证书已过期',
      text: '您卡片中的电子证书已超过有效期限。',
      next: '请携带卡片前往市区町村的窗口办理更新。',
    },
    'certificate-out-of-period': {
      title: '电子证书不在有效期内',
      text: '电子证书的有效期尚未开始，或已经结束。',
      next: {
        attended: '请告知工作人员。如已过期，可在市区町村的窗口办理更新。',
        unattended: '请携带卡片到市区町村的窗口咨询。如已过期，可在窗口办理更新。{help}',
      },
    },
    'certificate-not-yet-valid': {
      title: '电子证书尚未生效',
      text: '电子证书的有效期尚未开始。{start}',
      next: {
        attended: '请在有效期开始后再来办理。如有疑问，请咨询工作人员。',
        unattended: '请在有效期开始后再来办理。如有疑问，请到市区町村的窗口咨询。{help}',
      },
    },
    'certificate-from-tomorrow': {
      title: '电子证书从明天起可用',
      text: '今天发行的电子证书可能尚未登记到确认系统。',
      next: '请于明天以后再来。如需尽快办理，请前往市区町村的窗口。',
    },
    'certificate-renew-soon': {
      title: '电子证书即将到期',
      text: '本次仍可使用您的电子证书。{until}',
      next: '到期后将无法使用。请携带卡片前往市区町村的窗口办理更新。{renew}',
    },
    'certificate-revoked': {
      title: '电子证书已失效',
      text: '由于搬家、更改姓名等原因，您卡片中的电子证书已失效，无法使用。',
      next: '请携带卡片前往市区町村的窗口，申请发行新的电子证书。',
    },
    'certificate-refused': {
      title: '无法确认电子证书',
      text: '未能确认您卡片中的电子证书是否有效。',
      next: {
        attended: staff.attended,
        unattended: '请携带卡片到市区町村的窗口，咨询电子证书的情况。{help}',
      },
    },
    'service-later': {
      title: '目前无法进行确认',
      text: '无法连接到负责确认的服务，或该服务繁忙，因此无法继续办理。',
      next: {
        attended: '请稍后再次操作。如仍无法使用，请告知工作人员。',
        unattended: '请稍后再次操作。如需尽快办理，请前往窗口。{help}',
      },
    },
    'pin-format': {
      title: '请核对您输入的内容',
      text: '{pin}为{form}。剩余次数没有减少。',
      next: '请再次正确输入。',
    },
    'pin-wrong': {
      title: '{short}不正确',
      text: '您输入的内容与{pin}不一致。{tries}',
      next: '请核对{pin}后再次输入。连续输错将被锁定，无法使用。',
    },
    'pin-wrong-last': {
      title: '{short}不正确',
      text: '您输入的内容与{pin}不一致。剩余次数不多，不能在此继续输入。',
      next: {
        attended: '继续输错将被锁定，无法使用。请咨询工作人员或市区町村的窗口。',
        unattended: '继续输错将被锁定，无法使用。如果不能确定，请在市区町村的窗口重新设置。{help}',
      },
    },
    'pin-guarded': {
      title: '不能在此继续输入',
      text: '{pin}的剩余次数不多，因此没有进行核对。',
      next: {
        attended: '如果输错，将可能被锁定。请告知工作人员，或在市区町村的窗口重新设置。',
        unattended: '如果输错，将可能被锁定。如果不能确定，请在市区町村的窗口重新设置。{help}',
      },
    },
    'pin-blocked': {
      title: '{short}已被锁定',
      text: '由于多次输错，{pin}已被锁定，无法使用。',
      next: '{reset}',
    },
    'pin-unsure': {
      title: '核对过程中通信中断',
      text: '无法得知{pin}是否核对成功。剩余次数可能已减少一次。',
      next: {
        attended: '请取出卡片，并告知工作人员。',
        unattended: '请取出卡片，重新放好后从头开始操作。{help}',
      },
    },
    'verify-on-phone': {
      title: '请在手机上进行本人确认',
      text: '手机上的本人确认（如面容 ID）尚未完成，或已超过时间。',
      next: '请用面容 ID 等完成确认后，再次将手机靠近读取处，并保持不动。',
    },
    'other-means': {
      title: '不能以这种方式使用',
      text: '本项手续无法以这种方式确认您的身份。',
      next: {
        attended: '请向工作人员咨询使用个人编号卡和密码办理。',
        unattended: '请使用个人编号卡和密码，或前往窗口办理。{help}',
      },
    },
    'card-without-pin': {
      title: '这是没有密码的卡片',
      text: '人脸认证的个人编号卡没有密码，因此无法在本机使用。',
      next: '可在市区町村的窗口办理手续，也可换成设有密码的卡片。',
    },
    'card-kind-ended': {
      title: '这是住民基本台账卡',
      text: '住民基本台账卡的有效期已结束，或者本机已不再受理。',
      next: '请使用个人编号卡。如没有，请到市区町村的窗口咨询。',
    },
    'card-expired': {
      title: '卡片已过有效期限',
      text: '您的个人编号卡已超过有效期限。',
      next: '请携带卡片前往市区町村的窗口，咨询新卡的申请。',
    },
    'registration-expired': {
      title: '使用登记已过期',
      text: '您在市区町村的使用登记已超过期限。',
      next: '请携带卡片前往市区町村的窗口更新登记。',
    },
    'ask-at-counter': {
      title: '本机无法发放',
      text: '本机无法发放此证明书。',
      next: '请前往市区町村的窗口办理。',
    },
    'take-card-first': {
      title: '请先取出卡片',
      text: '卡片中仍保留着之前手续的状态，无法继续。剩余次数没有减少。',
      next: {
        attended: '请取出卡片，并告知工作人员。',
        unattended: '请取出卡片，从头开始操作。{help}',
      },
    },
    'take-card-now': {
      title: '请立即取出卡片',
      text: '卡片可能仍处于密码已核对的状态。',
      next: {
        attended: '请勿将卡片留在机器上。请取出卡片后告知工作人员。',
        unattended: '请勿将卡片留在机器上，务必带走。{help}',
      },
    },
    'municipal-pin-wrong': {
      title: '密码有误',
      text: '您输入的号码与在市区町村登记的密码不一致。{tries}',
      next: '请再次输入。连续输错将被锁定，无法使用。',
    },
    'municipal-pin-locked': {
      title: '登记的密码已被锁定',
      text: '由于多次输错，您在市区町村登记的密码已被锁定。',
      next: '请在市区町村的窗口办理解锁手续。',
    },
    'municipal-pin-none': {
      title: '尚未登记密码',
      text: '您尚未在市区町村登记用于此证明书的密码。',
      next: '请在市区町村的窗口登记。',
    },
    'municipal-pin-format': {
      title: '请核对您的输入',
      text: '请输入在市区町村登记的密码，密码仅由数字组成。剩余次数没有减少。',
      next: '请再次输入数字。',
    },
    unexpected: {
      title: '无法继续办理',
      text: '发生了意外的问题，手续已中止。',
      next: {
        attended: '请取回卡片，并告知工作人员。',
        unattended: '请取回卡片，稍后再试。{help}',
      },
    },
  },
  pins: {
    auth: { name: '用户证明用密码', short: '密码', form: '4位数字' },
    sign: { name: '签名用密码', short: '密码', form: '6至16位，须同时包含大写英文字母和数字' },
    juki: { name: '住民基本台账用密码', short: '密码', form: '4位数字' },
    text: { name: '卡面事项输入辅助用密码', short: '密码', form: '4位数字' },
    common: { name: '卡片密码', short: '密码', form: '4位数字' },
    'code-a': { name: '核对号码A（个人编号）', short: '核对号码', form: '12位数字' },
    'code-b': {
      name: '核对号码B',
      short: '核对号码',
      form: '14位数字（出生日期6位、有效期限的公历年份4位、安全码4位）',
    },
    birth: { name: '出生日期', short: '出生日期', form: '6位数字（日本年号的年、月、日各2位）' },
    issuance: { name: '证明书发放用密码', short: '密码', form: '您登记的数字' },
    unknown: { name: '密码', short: '密码', form: '您登记的数字或英文字母' },
  },
  tries: { other: '您还可以输入{n}次。' },
  days: {
    until: '有效期至{day}。',
    renew: '从{day}起可以办理更新。',
    start: '从{day}起可以使用。',
  },
  help: '如需帮助，请致电{contact}。',
  reset: {
    counter: '请携带卡片前往市区町村的窗口，办理解锁或重新设置的手续。',
    'counter-or-store-with-auth':
      '可在市区町村的窗口重新设置。如果您知道用户证明用密码（4位数字），也可通过手机专用应用预约后，在便利店等的终端机上重新设置。',
    'counter-or-store-with-sign':
      '可在市区町村的窗口重新设置。如果您知道签名用密码，也可通过手机专用应用预约后，在部分便利店等的终端机上重新设置。',
  },
}
