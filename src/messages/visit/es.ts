import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in Spanish. */
export const es: VisitTexts = {
  steps: {
    'place-card': {
      title: 'Coloque su tarjeta My Number',
      text: 'Coloque la tarjeta My Number en el lector o insértela.',
      next: 'No mueva la tarjeta hasta el final.',
    },
    'place-phone': {
      title: 'Acerque el teléfono al lector',
      text: 'Acerque al lector un teléfono que tenga las funciones de la tarjeta My Number.',
      next: 'No lo retire hasta el final.',
    },
    'place-card-or-phone': {
      title: 'Use su tarjeta o su teléfono',
      text: 'Coloque la tarjeta My Number en el lector o acerque un teléfono que tenga sus funciones.',
      next: 'Use solo uno de los dos y no lo mueva hasta el final.',
    },
    checking: {
      title: 'Comprobando',
      text: 'Estamos comprobando si se puede usar aquí.',
      next: 'No mueva la tarjeta o el teléfono y espere.',
    },
    choose: {
      title: 'Elija un servicio',
      text: 'Estos son los servicios disponibles ahora.',
      next: 'Pulse un botón en la pantalla. Para dejarlo, pulse "{cancel}".',
    },
    'choose-documents': {
      title: 'Elija los certificados',
      text: 'Elija los certificados que desea y el número de copias de cada uno.',
      next: 'Pulse los botones de la pantalla. Para dejarlo, pulse "{cancel}".',
    },
    'enter-pin': {
      title: 'Introduzca {short}',
      text: 'Introduzca {pin} ({form}). {tries}',
      next: 'Después pulse "{enter}". Procure que otras personas no vean lo que introduce.',
    },
    'enter-pin-on-reader': {
      title: 'Introduzca {short} en el lector',
      text: 'Introduzca {pin} ({form}). {tries}',
      next: 'Use las teclas del lector de tarjetas y pulse OK. Procure que otras personas no vean lo que introduce.',
    },
    'verify-on-phone': {
      title: 'Verifíquese primero en el teléfono',
      text: 'Verifique su identidad con Face ID o Touch ID. En esta máquina no se introduce ningún PIN.',
      next: 'Después acerque el teléfono al lector y no lo retire hasta el final.',
    },
    authenticating: {
      title: 'Espere durante la comprobación',
      text: 'Estamos confirmando su identidad por la red.',
      next: 'Espere un momento y deje todo como está.',
    },
    accepted: {
      title: 'Identidad confirmada',
      text: 'Hemos confirmado su identidad. Continuamos con {service}.',
      next: 'Siga las indicaciones de la pantalla siguiente.',
    },
    printing: {
      title: 'Imprimiendo',
      text: 'Estamos imprimiendo los certificados solicitados.',
      next: 'Espere hasta que termine, por favor.',
    },
    'take-card': {
      title: 'Retire su tarjeta',
      text: 'La comprobación de la tarjeta ha terminado.',
      next: 'No olvide llevarse la tarjeta.',
    },
    'take-paper': {
      title: 'Retire los certificados',
      text: 'Los certificados están impresos.',
      next: 'Compruebe el número de hojas y llévelas todas.',
    },
    'forgotten-card': {
      title: '¿Ha olvidado su tarjeta?',
      text: 'La tarjeta sigue en el lector.',
      next: 'Retírela, por favor.',
    },
    'forgotten-card-urgent': {
      title: 'Su tarjeta sigue aquí',
      text: 'La tarjeta continúa en el lector. Otra persona podría llevársela.',
      next: {
        attended: 'Retírela ahora. Si no puede sacarla, avise al personal.',
        unattended: 'Retírela ahora. {help}',
      },
    },
    'more-time': {
      title: '¿Desea continuar?',
      text: 'Hace un rato que no se pulsa nada. El trámite va a terminar.',
      next: 'Pulse "{continue}" para seguir o "{finish}" para salir.',
    },
    ended: {
      title: 'Gracias por usar este servicio',
      text: 'El trámite ha terminado.',
      next: 'Compruebe que lleva su tarjeta y todos los papeles.',
    },
    inactive: {
      title: 'El trámite ha terminado',
      text: 'El trámite terminó porque no se pulsó nada durante un rato.',
      next: 'Compruebe que tiene su tarjeta. Para continuar, empiece desde el principio.',
    },
    'out-of-service': {
      title: 'Máquina fuera de servicio',
      text: 'Esta máquina no se puede usar en este momento.',
      next: {
        attended: 'Disculpe las molestias. Consulte al personal.',
        unattended: 'Vuelva más tarde, use otra máquina o acuda a una ventanilla. {help}',
      },
    },
  },
  services: {
    token: { name: 'Emitir certificados', phrase: 'la emisión de certificados' },
    'issuance-application': { name: 'Emitir certificados (tarjeta registrada)', phrase: 'la emisión de certificados' },
    stripe: { name: 'Emitir certificados (tarjeta magnética)', phrase: 'la emisión de certificados' },
    attributes: { name: 'Rellenar un formulario', phrase: 'el formulario' },
    'register-pin': { name: 'Comunicar un traslado y otros avisos', phrase: 'la comunicación a la municipalidad' },
    unknown: { name: 'Este trámite', phrase: 'su trámite' },
  },
  certificates: { auth: 'Certificado de identificación del usuario', sign: 'Certificado de firma' },
  channels: {
    'convenience-store': 'Tienda de conveniencia',
    'municipal-machine': 'Máquina de la municipalidad',
    counter: 'Ventanilla',
  },
  buttons: {
    enter: 'Confirmar',
    correct: 'Corregir',
    back: 'Volver',
    cancel: 'Cancelar',
    continue: 'Continuar',
    finish: 'Terminar',
    again: 'Intentar de nuevo',
    listen: 'Escuchar',
  },
}
