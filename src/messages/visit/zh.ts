import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in simplified Chinese. */
export const zh: VisitTexts = {
  steps: {
    'place-card': {
      title: '请放置个人编号卡',
      text: '请将个人编号卡放在读卡处或插入卡口。',
      next: '完成之前，请勿移动卡片。',
    },
    'place-phone': {
      title: '请将手机靠近读取处',
      text: '请将载有个人编号卡功能的手机靠近读取处。',
      next: '完成之前，请勿移开手机。',
    },
    'place-card-or-phone': {
      title: '请使用卡片或手机',
      text: '请放置个人编号卡，或将载有其功能的手机靠近读取处。',
      next: '请只使用其中一个，完成之前请勿移动。',
    },
    checking: { title: '正在确认', text: '正在确认是否可以在此使用。', next: '请勿移动卡片或手机，稍候片刻。' },
    choose: {
      title: '请选择服务',
      text: '以下是目前可以使用的服务。',
      next: '请按画面上的按钮。如要停止，请按“{cancel}”按钮。',
    },
    'choose-documents': {
      title: '请选择证明书',
      text: '请选择需要的证明书和份数。',
      next: '请按画面上的按钮。如要停止，请按“{cancel}”按钮。',
    },
    'enter-pin': {
      title: '请输入{short}',
      text: '{pin}为{form}。{tries}',
      next: '输入完成后请按“{enter}”按钮。请注意不要让他人看到。',
    },
    'enter-pin-on-reader': {
      title: '请在读卡器上输入{short}',
      text: '{pin}为{form}。{tries}',
      next: '请使用读卡器的按键输入，然后按读卡器的确认键。请注意不要让他人看到。',
    },
    'verify-on-phone': {
      title: '请先在手机上进行本人确认',
      text: '请用面容 ID 等进行本人确认。无需在本机输入密码。',
      next: '确认完成后，请将手机靠近读取处，完成之前请勿移开。',
    },
    authenticating: { title: '正在进行确认', text: '正在联网确认是否为您本人。', next: '请保持现状，稍候片刻。' },
    accepted: {
      title: '本人确认已完成',
      text: '已确认是您本人。接下来办理{service}。',
      next: '请按照下一个画面的提示操作。',
    },
    printing: { title: '正在打印', text: '正在打印您申请的证明书。', next: '完成之前，请稍候。' },
    'take-card': { title: '请取回卡片', text: '卡片的确认已经完成。', next: '请不要忘记取回卡片。' },
    'take-paper': { title: '请取走证明书', text: '证明书已打印完成。', next: '请核对张数，并取走全部纸张。' },
    'forgotten-card': { title: '您是否忘记了卡片', text: '卡片还留在读卡处。', next: '请取回您的卡片。' },
    'forgotten-card-urgent': {
      title: '您的重要卡片还在机器上',
      text: '卡片仍留在读卡处，可能会被他人拿走。',
      next: { attended: '请立即取回卡片。如无法取出，请告知工作人员。', unattended: '请立即取回卡片。{help}' },
    },
    'more-time': {
      title: '是否继续操作',
      text: '已有一段时间没有操作，手续即将结束。',
      next: '如要继续，请按“{continue}”按钮；如要结束，请按“{finish}”按钮。',
    },
    ended: { title: '感谢您的使用', text: '手续已全部完成。', next: '请不要忘记您的卡片和纸张。' },
    inactive: {
      title: '手续已结束',
      text: '由于一段时间没有操作，手续已结束。',
      next: '请确认是否已取回卡片。如需继续，请从头开始操作。',
    },
    'out-of-service': {
      title: '本机暂停服务',
      text: '本机目前无法使用。',
      next: {
        attended: '给您带来不便，敬请谅解。请咨询工作人员。',
        unattended: '请稍后再来，或使用其他机器，或前往窗口。{help}',
      },
    },
  },
  services: {
    token: { name: '领取证明书', phrase: '证明书的领取' },
    'issuance-application': { name: '用已登记的卡片领取证明书', phrase: '证明书的领取' },
    stripe: { name: '用磁卡领取证明书', phrase: '证明书的领取' },
    attributes: { name: '填写申请表', phrase: '申请表的填写' },
    'register-pin': { name: '办理迁入等申报', phrase: '申报手续' },
    unknown: { name: '办理手续', phrase: '您的手续' },
  },
  certificates: { auth: '用户证明用电子证书', sign: '签名用电子证书' },
  channels: { 'convenience-store': '便利店', 'municipal-machine': '自动交付机', counter: '窗口' },
  buttons: {
    enter: '确定',
    correct: '更正',
    back: '返回',
    cancel: '取消',
    continue: '继续',
    finish: '结束',
    again: '再试一次',
    listen: '收听语音',
  },
}
