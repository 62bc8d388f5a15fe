import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in Brazilian Portuguese. */
export const pt: VisitTexts = {
  steps: {
    'place-card': {
      title: 'Coloque o cartão My Number',
      text: 'Coloque o cartão My Number no leitor ou insira-o.',
      next: 'Não mova o cartão até o fim.',
    },
    'place-phone': {
      title: 'Aproxime o celular do leitor',
      text: 'Aproxime do leitor um celular que tenha as funções do cartão My Number.',
      next: 'Mantenha o celular no lugar até o fim.',
    },
    'place-card-or-phone': {
      title: 'Use o cartão ou o celular',
      text: 'Coloque o cartão My Number no leitor ou aproxime um celular que tenha as funções dele.',
      next: 'Use somente um dos dois e não o mova até o fim.',
    },
    checking: {
      title: 'Verificando',
      text: 'Estamos verificando se pode ser usado aqui.',
      next: 'Não mova o cartão ou o celular e aguarde.',
    },
    choose: {
      title: 'Escolha um serviço',
      text: 'Estes são os serviços disponíveis agora.',
      next: 'Toque em um botão na tela. Para desistir, toque em "{cancel}".',
    },
    'choose-documents': {
      title: 'Escolha os certificados',
      text: 'Escolha os certificados que deseja e o número de cópias de cada um.',
      next: 'Toque nos botões na tela. Para desistir, toque em "{cancel}".',
    },
    'enter-pin': {
      title: 'Digite {short}',
      text: 'Digite {pin} ({form}). {tries}',
      next: 'Depois toque em "{enter}". Cuide para que outras pessoas não vejam o que você digita.',
    },
    'enter-pin-on-reader': {
      title: 'Digite {short} no leitor',
      text: 'Digite {pin} ({form}). {tries}',
      next: 'Use as teclas do leitor de cartões e pressione OK. Cuide para que outras pessoas não vejam o que você digita.',
    },
    'verify-on-phone': {
      title: 'Confirme primeiro no celular',
      text: 'Confirme a identidade com Face ID ou Touch ID. Nenhuma senha é digitada nesta máquina.',
      next: 'Depois aproxime o celular do leitor e mantenha-o no lugar até o fim.',
    },
    authenticating: {
      title: 'Aguarde a verificação',
      text: 'Estamos confirmando a sua identidade pela rede.',
      next: 'Aguarde um momento e deixe tudo como está.',
    },
    accepted: {
      title: 'Identidade confirmada',
      text: 'Confirmamos a sua identidade. Vamos continuar com {service}.',
      next: 'Siga as instruções da próxima tela.',
    },
    printing: { title: 'Imprimindo', text: 'Estamos imprimindo as certidões solicitadas.', next: 'Aguarde até o fim.' },
    'take-card': {
      title: 'Retire o seu cartão',
      text: 'A verificação do cartão terminou.',
      next: 'Não se esqueça de levar o cartão.',
    },
    'take-paper': {
      title: 'Retire as certidões',
      text: 'As certidões foram impressas.',
      next: 'Confira o número de folhas e leve todas com você.',
    },
    'forgotten-card': {
      title: 'Você esqueceu o cartão?',
      text: 'O cartão ainda está no leitor.',
      next: 'Por favor, retire-o.',
    },
    'forgotten-card-urgent': {
      title: 'O seu cartão ainda está aqui',
      text: 'O cartão continua no leitor. Outra pessoa pode levá-lo.',
      next: { attended: 'Retire-o agora. Se não conseguir, avise um atendente.', unattended: 'Retire-o agora. {help}' },
    },
    'more-time': {
      title: 'Deseja continuar?',
      text: 'Faz algum tempo que não há nenhuma operação. O procedimento será encerrado.',
      next: 'Toque em "{continue}" para prosseguir ou em "{finish}" para sair.',
    },
    ended: {
      title: 'Obrigado por usar este serviço',
      text: 'O procedimento foi concluído.',
      next: 'Confira se está levando o cartão e todos os papéis.',
    },
    inactive: {
      title: 'O procedimento foi encerrado',
      text: 'O procedimento foi encerrado por falta de operação.',
      next: 'Confira se está com o cartão. Para continuar, recomece do início.',
    },
    'out-of-service': {
      title: 'Máquina fora de serviço',
      text: 'Esta máquina não pode ser usada no momento.',
      next: {
        attended: 'Pedimos desculpas. Fale com um atendente.',
        unattended: 'Volte mais tarde, use outra máquina ou procure um balcão. {help}',
      },
    },
  },
  services: {
    token: { name: 'Emitir certidões', phrase: 'a emissão de certidões' },
    'issuance-application': { name: 'Emitir certidões (cartão registrado)', phrase: 'a emissão de certidões' },
    stripe: { name: 'Emitir certidões (cartão magnético)', phrase: 'a emissão de certidões' },
    attributes: { name: 'Preencher um formulário', phrase: 'o preenchimento do formulário' },
    'register-pin': { name: 'Comunicar mudança e outros avisos', phrase: 'a comunicação à prefeitura' },
    unknown: { name: 'Este procedimento', phrase: 'o procedimento' },
  },
  certificates: { auth: 'Certificado de identificação do usuário', sign: 'Certificado de assinatura' },
  channels: {
    'convenience-store': 'Loja de conveniência',
    'municipal-machine': 'Máquina da prefeitura',
    counter: 'Balcão',
  },
  buttons: {
    enter: 'Confirmar',
    correct: 'Corrigir',
    back: 'Voltar',
    cancel: 'Cancelar',
    continue: 'Continuar',
    finish: 'Encerrar',
    again: 'Tentar de novo',
    listen: 'Ouvir',
  },
}
