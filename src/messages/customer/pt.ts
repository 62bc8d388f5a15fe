import type { CustomerTexts } from '../texts.ts'

const replace = 'Retire o cartão, coloque-o de novo e recomece.'
const staff = {
  attended: 'Pedimos desculpas. Por favor, avise um atendente.',
  unattended: 'Tente de novo mais tarde. Se for urgente, use outra máquina ou procure um balcão. {help}',
}

/** Customer texts in Brazilian Portuguese. */
export const pt: CustomerTexts = {
  situations: {
    'insert-card': {
      title: 'Coloque o cartão',
      text: 'Não há cartão no leitor.',
      next: 'Coloque ou insira o cartão e deixe-o parado.',
    },
    'timed-out': {
      title: 'O tempo se esgotou',
      text: 'A verificação do cartão demorou demais e a operação foi encerrada.',
      next: replace,
    },
    cancelled: {
      title: 'Operação cancelada',
      text: 'O procedimento foi encerrado antes do fim.',
      next: 'Retire o cartão. Para continuar, recomece do início.',
    },
    'card-removed': {
      title: 'O cartão foi retirado',
      text: 'O cartão saiu do lugar durante a leitura e o procedimento foi interrompido.',
      next: 'Coloque o cartão de novo e não o mova até o fim.',
    },
    'card-unreadable': {
      title: 'Não foi possível ler o cartão',
      text: 'O cartão pode estar virado, fora do lugar ou sujo.',
      next: {
        attended: 'Confira o lado e coloque somente este cartão. Se ainda não funcionar, avise um atendente.',
        unattended:
          'Confira o lado e coloque somente este cartão. Se ainda não funcionar, informe-se na prefeitura da sua cidade. {help}',
      },
    },
    'connection-lost': {
      title: 'A comunicação com o cartão caiu',
      text: 'Não foi possível concluir a leitura do cartão.',
      next: {
        attended: `${replace} Se acontecer outra vez, avise um atendente.`,
        unattended: `${replace} Se acontecer outra vez, tente mais tarde. {help}`,
      },
    },
    busy: {
      title: 'Aguarde um momento',
      text: 'O leitor de cartões está ocupado com outra operação.',
      next: {
        attended: 'Espere um pouco e tente de novo. Se continuar, avise um atendente.',
        unattended: 'Espere um pouco e tente de novo. Se continuar, volte mais tarde. {help}',
      },
    },
    'out-of-order': {
      title: 'Indisponível no momento',
      text: 'A máquina não está pronta e não é possível continuar.',
      next: staff,
    },
    'begin-again': {
      title: 'Por favor, recomece',
      text: 'Não foi possível concluir o procedimento.',
      next: {
        attended: 'Recomece do início. Se acontecer outra vez, avise um atendente.',
        unattended: 'Recomece do início. Se acontecer outra vez, tente mais tarde. {help}',
      },
    },
    'too-late': {
      title: 'Tempo de operação encerrado',
      text: 'O procedimento foi encerrado porque o tempo limite passou.',
      next: 'Recomece do início, por favor.',
    },
    'other-card': {
      title: 'Este cartão não pode ser usado aqui',
      text: 'Este cartão não serve para este procedimento.',
      next: {
        attended: 'Verifique se não colocou outro cartão. Em caso de dúvida, pergunte a um atendente.',
        unattended:
          'Verifique se não colocou outro cartão. Se não tiver um cartão que sirva, procure um balcão. {help}',
      },
    },
    'card-not-understood': {
      title: 'Não foi possível ler os dados do cartão',
      text: 'Os dados gravados no cartão não puderam ser lidos corretamente.',
      next: {
        attended: staff.attended,
        unattended: 'Retire o cartão. Se acontecer outra vez, leve-o à prefeitura da sua cidade e informe-se. {help}',
      },
    },
    'number-or-card': {
      title: 'Não foi possível confirmar',
      text: 'Não foi possível confirmar o número digitado ou os dados do cartão.',
      next: {
        attended: 'Se você digitou um número, confira-o novamente. Caso contrário, avise um atendente.',
        unattended: 'Se você digitou um número, confira-o novamente. Caso contrário, procure um balcão. {help}',
      },
    },
    'swipe-again': {
      title: 'Passe o cartão novamente',
      text: 'Não foi possível ler a tarja magnética do cartão.',
      next: 'Confira o lado e passe o cartão de novo, em velocidade constante e até o fim.',
    },
    'certificate-absent': {
      title: 'O cartão não tem certificado digital',
      text: 'O seu cartão não contém o certificado digital necessário para este procedimento.',
      next: 'O certificado é emitido na prefeitura da sua cidade. Leve o cartão ao balcão e informe-se.',
    },
    'certificate-expired': {
      title: 'O certificado digital venceu',
      text: 'O certificado digital do seu cartão está fora do prazo de validade.',
      next: 'Leve o cartão ao balcão da prefeitura da sua cidade para renovar o certificado.',
    },
    'certificate-out-of-period': {
      title: 'Certificado digital fora da validade',
      text: 'A validade do certificado digital ainda não começou ou já terminou.',
      next: {
        attended: 'Avise um atendente. Se estiver vencido, a renovação é feita na prefeitura da sua cidade.',
        unattended:
          'Leve o cartão à prefeitura da sua cidade e informe-se. Se estiver vencido, a renovação é feita lá. {help}',
      },
    },
    'certificate-not-yet-valid': {
      title: 'O certificado digital ainda não vale',
      text: 'O prazo de validade do certificado digital ainda não começou. {start}',
      next: {
        attended: 'Volte depois do início da validade. Em caso de dúvida, pergunte a um atendente.',
        unattended:
          'Volte depois do início da validade. Em caso de dúvida, informe-se na prefeitura da sua cidade. {help}',
      },
    },
    'certificate-from-tomorrow': {
      title: 'O certificado vale a partir de amanhã',
      text: 'Um certificado digital emitido hoje pode ainda não constar no serviço que faz a verificação.',
      next: 'Volte amanhã ou depois. Se for urgente, procure o balcão da prefeitura da sua cidade.',
    },
    'certificate-renew-soon': {
      title: 'O certificado digital vencerá em breve',
      text: 'Desta vez o certificado digital ainda pode ser usado. {until}',
      next: 'Depois disso não funcionará mais. Leve o cartão ao balcão da prefeitura para renová-lo. {renew}',
    },
    'certificate-revoked': {
      title: 'O certificado digital foi revogado',
      text: 'O certificado digital do cartão perdeu a validade, por exemplo por mudança de endereço ou de nome.',
      next: 'Leve o cartão ao balcão da prefeitura da sua cidade para emitir um novo certificado.',
    },
    'certificate-refused': {
      title: 'Certificado digital não confirmado',
      text: 'Não foi possível confirmar que o certificado digital do cartão é válido.',
      next: {
        attended: staff.attended,
        unattended:
          'Leve o cartão ao balcão da prefeitura da sua cidade e informe-se sobre o certificado digital. {help}',
      },
    },
    'service-later': {
      title: 'Não é possível verificar agora',
      text: 'O serviço de verificação está fora do ar ou ocupado, e não é possível continuar.',
      next: {
        attended: 'Tente de novo mais tarde. Se continuar, avise um atendente.',
        unattended: 'Tente de novo mais tarde. Se for urgente, procure um balcão. {help}',
      },
    },
    'pin-format': {
      title: 'Confira o que digitou',
      text: 'Digite {form}. Nenhuma tentativa foi gasta.',
      next: 'Digite novamente {pin}.',
    },
    'pin-wrong': {
      title: 'Confira {short}, por favor',
      text: 'O que você digitou não confere com {pin}. {tries}',
      next: 'Confira {pin} e digite de novo. Após vários erros seguidos, ocorre o bloqueio.',
    },
    'pin-wrong-last': {
      title: 'Confira {short}, por favor',
      text: 'O que você digitou não confere com {pin}. Restam poucas tentativas e não é possível continuar aqui.',
      next: {
        attended: 'Mais erros causarão o bloqueio. Fale com um atendente ou com a prefeitura da sua cidade.',
        unattended:
          'Mais erros causarão o bloqueio. Se não tiver certeza, faça a redefinição na prefeitura da sua cidade. {help}',
      },
    },
    'pin-guarded': {
      title: 'Não é possível continuar aqui',
      text: 'Restam poucas tentativas para {pin}; a verificação não foi feita.',
      next: {
        attended:
          'Um erro pode causar o bloqueio. Avise um atendente ou faça a redefinição na prefeitura da sua cidade.',
        unattended:
          'Um erro pode causar o bloqueio. Se não tiver certeza, faça a redefinição na prefeitura da sua cidade. {help}',
      },
    },
    'pin-blocked': {
      title: 'O cartão bloqueou {short}',
      text: 'Após vários erros, o cartão bloqueou {pin}.',
      next: '{reset}',
    },
    'pin-unsure': {
      title: 'A comunicação caiu na verificação',
      text: 'Não sabemos se o cartão aceitou {pin}. Talvez você tenha uma tentativa a menos.',
      next: {
        attended: 'Retire o cartão e avise um atendente.',
        unattended: 'Retire o cartão, coloque-o de novo e recomece. {help}',
      },
    },
    'verify-on-phone': {
      title: 'Confirme a identidade no celular',
      text: 'A confirmação no celular (por exemplo, Face ID) não foi feita ou o tempo acabou.',
      next: 'Confirme com Face ID ou Touch ID, aproxime o celular de novo e mantenha-o parado até o fim.',
    },
    'other-means': {
      title: 'Não é possível usar desta forma',
      text: 'Neste procedimento não podemos confirmar a sua identidade dessa forma.',
      next: {
        attended: 'Consulte um atendente sobre o uso do cartão My Number com a senha.',
        unattended: 'Use o cartão My Number com a senha ou procure um balcão. {help}',
      },
    },
    'card-without-pin': {
      title: 'Este cartão não tem senha',
      text: 'O cartão My Number com autenticação facial não tem senha e não funciona nesta máquina.',
      next: 'O balcão da prefeitura da sua cidade pode atendê-lo e também trocar por um cartão com senha.',
    },
    'card-kind-ended': {
      title: 'Este é um cartão Juki',
      text: 'Os cartões do registro básico de residentes (Juki) venceram ou não são mais aceitos aqui.',
      next: 'Use um cartão My Number. Se não tiver um, informe-se no balcão da prefeitura da sua cidade.',
    },
    'card-expired': {
      title: 'O cartão venceu',
      text: 'O seu cartão My Number está fora do prazo de validade.',
      next: 'Leve o cartão ao balcão da prefeitura da sua cidade e informe-se sobre um novo cartão.',
    },
    'registration-expired': {
      title: 'O registro de uso venceu',
      text: 'O seu registro na prefeitura para este serviço está fora do prazo.',
      next: 'Leve o cartão ao balcão da prefeitura da sua cidade para renovar o registro.',
    },
    'ask-at-counter': {
      title: 'Não emitido nesta máquina',
      text: 'Este certificado não pode ser emitido nesta máquina.',
      next: 'Dirija-se ao balcão da prefeitura da sua cidade.',
    },
    'take-card-first': {
      title: 'Primeiro, retire o cartão',
      text: 'O cartão guarda o estado de um procedimento anterior e não é possível continuar. Nenhuma tentativa foi gasta.',
      next: {
        attended: 'Retire o cartão e procure um atendente.',
        unattended: 'Retire o cartão e recomece do início. {help}',
      },
    },
    'take-card-now': {
      title: 'Retire o cartão agora',
      text: 'O cartão pode ainda estar liberado com a sua senha.',
      next: {
        attended: 'Não deixe o cartão para trás. Retire-o e depois avise um atendente.',
        unattended: 'Não deixe o cartão para trás. Leve-o com você. {help}',
      },
    },
    'municipal-pin-wrong': {
      title: 'Senha incorreta',
      text: 'O que você digitou não confere com a senha registrada na prefeitura. {tries}',
      next: 'Digite de novo. Após vários erros seguidos, a senha é bloqueada.',
    },
    'municipal-pin-locked': {
      title: 'Senha bloqueada',
      text: 'Após vários erros, a senha registrada na prefeitura foi bloqueada.',
      next: 'Peça o desbloqueio no balcão da prefeitura da sua cidade.',
    },
    'municipal-pin-none': {
      title: 'Nenhuma senha registrada',
      text: 'Não há senha registrada na prefeitura para esta certidão.',
      next: 'Registre uma senha no balcão da prefeitura da sua cidade.',
    },
    'municipal-pin-format': {
      title: 'Confira a senha digitada',
      text: 'A senha registrada na prefeitura tem somente números. Nenhuma tentativa foi gasta.',
      next: 'Digite os números de novo.',
    },
    unexpected: {
      title: 'Não é possível continuar',
      text: 'Ocorreu um problema inesperado e o procedimento foi interrompido.',
      next: {
        attended: 'Retire o cartão e avise um atendente, por favor.',
        unattended: 'Retire o cartão e tente de novo mais tarde. {help}',
      },
    },
  },
  pins: {
    auth: { name: 'a senha de identificação do usuário', short: 'a senha', form: '4 números' },
    sign: {
      name: 'a senha de assinatura',
      short: 'a senha',
      form: 'de 6 a 16 letras maiúsculas e números, pelo menos um de cada',
    },
    juki: { name: 'a senha do registro básico de residentes', short: 'a senha', form: '4 números' },
    text: { name: 'a senha de leitura dos dados do cartão', short: 'a senha', form: '4 números' },
    common: { name: 'a senha do cartão', short: 'a senha', form: '4 números' },
    'code-a': { name: 'o número de verificação A (My Number)', short: 'o número', form: '12 números' },
    'code-b': {
      name: 'o número de verificação B',
      short: 'o número',
      form: '14 números: data de nascimento (6), ano de validade (4) e código de segurança (4)',
    },
    birth: {
      name: 'a data de nascimento',
      short: 'a data de nascimento',
      form: '6 números: ano da era japonesa, mês e dia',
    },
    issuance: { name: 'a senha para emissão de certidões', short: 'a senha', form: 'os números que você registrou' },
    unknown: { name: 'a senha', short: 'a senha', form: 'os números ou letras que você registrou' },
  },
  tries: { one: 'Resta {n} tentativa.', other: 'Restam {n} tentativas.' },
  days: {
    until: 'A validade termina em {day}.',
    renew: 'A renovação é possível a partir de {day}.',
    start: 'A validade começa em {day}.',
  },
  help: 'Se precisar de ajuda, ligue para {contact}.',
  reset: {
    counter: 'Leve o cartão ao balcão da prefeitura da sua cidade para o desbloqueio ou a redefinição.',
    'counter-or-store-with-auth':
      'A prefeitura da sua cidade faz a redefinição. Se souber a senha de identificação do usuário (4 números), também pode fazê-la pelo aplicativo e em um terminal de loja de conveniência.',
    'counter-or-store-with-sign':
      'A prefeitura da sua cidade faz a redefinição. Se souber a senha de assinatura, também pode fazê-la pelo aplicativo no celular e no terminal de algumas lojas.',
  },
}
