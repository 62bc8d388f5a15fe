import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in Korean. */
export const ko: VisitTexts = {
  steps: {
    'place-card': {
      title: '마이넘버 카드를 올려놓아 주십시오',
      text: '마이넘버 카드를 판독기에 올려놓거나 꽂아 주십시오.',
      next: '끝날 때까지 카드를 움직이지 마십시오.',
    },
    'place-phone': {
      title: '스마트폰을 대 주십시오',
      text: '마이넘버 카드 기능이 들어 있는 스마트폰을 판독기에 대 주십시오.',
      next: '끝날 때까지 스마트폰을 떼지 마십시오.',
    },
    'place-card-or-phone': {
      title: '카드나 스마트폰을 이용해 주십시오',
      text: '마이넘버 카드를 올려놓거나, 그 기능이 들어 있는 스마트폰을 판독기에 대 주십시오.',
      next: '둘 중 하나만, 끝날 때까지 움직이지 마십시오.',
    },
    checking: {
      title: '확인하고 있습니다',
      text: '여기서 이용하실 수 있는지 확인하고 있습니다.',
      next: '카드나 스마트폰을 움직이지 말고 그대로 기다려 주십시오.',
    },
    choose: {
      title: '서비스를 선택해 주십시오',
      text: '지금 이용하실 수 있는 서비스입니다.',
      next: '화면의 버튼을 눌러 주십시오. 그만두시려면 "{cancel}" 버튼을 눌러 주십시오.',
    },
    'choose-documents': {
      title: '증명서를 선택해 주십시오',
      text: '발급받으실 증명서와 부수를 선택해 주십시오.',
      next: '화면의 버튼을 눌러 주십시오. 그만두시려면 "{cancel}" 버튼을 눌러 주십시오.',
    },
    'enter-pin': {
      title: '{short} 입력',
      text: '{pin} 형식은 {form}입니다. {tries}',
      next: '입력이 끝나면 "{enter}" 버튼을 눌러 주십시오. 다른 사람에게 보이지 않도록 주의해 주십시오.',
    },
    'enter-pin-on-reader': {
      title: '리더기에서 {short} 입력',
      text: '{pin} 형식은 {form}입니다. {tries}',
      next: '카드 리더기의 키로 입력하고 확인 키를 눌러 주십시오. 다른 사람에게 보이지 않도록 주의해 주십시오.',
    },
    'verify-on-phone': {
      title: '먼저 스마트폰에서 본인 확인을 해 주십시오',
      text: 'Face ID 등으로 본인 확인을 해 주십시오. 이 기계에서는 비밀번호를 입력하지 않습니다.',
      next: '본인 확인이 끝나면 스마트폰을 판독기에 대고, 끝날 때까지 떼지 마십시오.',
    },
    authenticating: {
      title: '확인 중입니다',
      text: '통신을 통해 본인임을 확인하고 있습니다.',
      next: '그대로 잠시만 기다려 주십시오.',
    },
    accepted: {
      title: '본인 확인이 되었습니다',
      text: '본인임을 확인했습니다. {service} 절차를 계속합니다.',
      next: '다음 화면의 안내를 따라 주십시오.',
    },
    printing: {
      title: '인쇄하고 있습니다',
      text: '신청하신 증명서를 인쇄하고 있습니다.',
      next: '끝날 때까지 잠시만 기다려 주십시오.',
    },
    'take-card': {
      title: '카드를 가져가 주십시오',
      text: '카드 확인이 끝났습니다.',
      next: '카드를 잊지 말고 가져가 주십시오.',
    },
    'take-paper': {
      title: '증명서를 가져가 주십시오',
      text: '증명서 인쇄가 끝났습니다.',
      next: '매수를 확인하고 모든 용지를 잊지 말고 가져가 주십시오.',
    },
    'forgotten-card': {
      title: '카드를 잊지 않으셨습니까',
      text: '카드가 판독기에 남아 있습니다.',
      next: '카드를 가져가 주십시오.',
    },
    'forgotten-card-urgent': {
      title: '소중한 카드가 남아 있습니다',
      text: '카드가 아직 판독기에 남아 있습니다. 다른 사람이 가져갈 수 있습니다.',
      next: {
        attended: '지금 바로 카드를 가져가 주십시오. 꺼낼 수 없으면 직원에게 알려 주십시오.',
        unattended: '지금 바로 카드를 가져가 주십시오. {help}',
      },
    },
    'more-time': {
      title: '계속하시겠습니까',
      text: '한동안 조작이 없었습니다. 이대로 두면 절차를 종료합니다.',
      next: '계속하시려면 "{continue}" 버튼을, 마치시려면 "{finish}" 버튼을 눌러 주십시오.',
    },
    ended: {
      title: '이용해 주셔서 감사합니다',
      text: '절차가 모두 끝났습니다.',
      next: '카드와 용지를 잊지 않도록 주의해 주십시오.',
    },
    inactive: {
      title: '절차를 종료했습니다',
      text: '한동안 조작이 없어 절차를 종료했습니다.',
      next: '카드를 잊지 않았는지 확인해 주십시오. 계속하시려면 처음부터 다시 진행해 주십시오.',
    },
    'out-of-service': {
      title: '지금은 운영하지 않습니다',
      text: '이 기계는 지금 이용하실 수 없습니다.',
      next: {
        attended: '불편을 드려 죄송합니다. 직원에게 문의해 주십시오.',
        unattended: '나중에 다시 방문하시거나 다른 기계나 창구를 이용해 주십시오. {help}',
      },
    },
  },
  services: {
    token: { name: '증명서 발급', phrase: '증명서 발급' },
    'issuance-application': { name: '등록한 카드로 증명서 발급', phrase: '증명서 발급' },
    stripe: { name: '마그네틱 카드로 증명서 발급', phrase: '증명서 발급' },
    attributes: { name: '신청서 작성', phrase: '신청서 작성' },
    'register-pin': { name: '전입 등의 신고', phrase: '신고' },
    unknown: { name: '신청하신 절차', phrase: '신청하신' },
  },
  certificates: { auth: '이용자 증명용 전자증명서', sign: '서명용 전자증명서' },
  channels: { 'convenience-store': '편의점', 'municipal-machine': '자동 발급기', counter: '창구' },
  buttons: {
    enter: '확인',
    correct: '정정',
    back: '뒤로',
    cancel: '중지',
    continue: '계속',
    finish: '종료',
    again: '다시 하기',
    listen: '음성 듣기',
  },
}
