import type { CustomerTexts } from '../texts.ts'

const replace = 'Retire la tarjeta, vuelva a colocarla y empiece de nuevo.'
const staff = {
  attended: 'Disculpe las molestias. Avise al personal, por favor.',
  unattended: 'Inténtelo de nuevo más tarde. Si es urgente, use otra máquina o acuda a una ventanilla. {help}',
}

/** Customer texts in Spanish. */
export const es: CustomerTexts = {
  situations: {
    'insert-card': {
      title: 'Coloque la tarjeta',
      text: 'No hay ninguna tarjeta en el lector.',
      next: 'Coloque o inserte la tarjeta y no la mueva.',
    },
    'timed-out': {
      title: 'Se agotó el tiempo',
      text: 'La comprobación de la tarjeta tardó demasiado y la operación se detuvo.',
      next: replace,
    },
    cancelled: {
      title: 'Operación cancelada por ahora',
      text: 'El trámite terminó antes de completarse.',
      next: 'Retire la tarjeta. Para continuar, empiece de nuevo.',
    },
    'card-removed': {
      title: 'La tarjeta se ha separado',
      text: 'La tarjeta se separó del lector durante la lectura y el trámite se detuvo.',
      next: 'Vuelva a colocar la tarjeta y no la mueva hasta el final.',
    },
    'card-unreadable': {
      title: 'No se puede leer la tarjeta',
      text: 'La tarjeta puede estar al revés, fuera de lugar o sucia.',
      next: {
        attended: 'Compruebe el lado y coloque solo esta tarjeta. Si sigue sin funcionar, avise al personal.',
        unattended:
          'Compruebe el lado y coloque solo esta tarjeta. Si sigue sin funcionar, consulte en su municipalidad. {help}',
      },
    },
    'connection-lost': {
      title: 'Se cortó la conexión con la tarjeta',
      text: 'No se pudo terminar de leer la tarjeta.',
      next: {
        attended: `${replace} Si vuelve a ocurrir, avise al personal.`,
        unattended: `${replace} Si vuelve a ocurrir, inténtelo más tarde. {help}`,
      },
    },
    busy: {
      title: 'Espere un momento',
      text: 'El lector de tarjetas está ocupado con otra operación.',
      next: {
        attended: 'Espere un poco e inténtelo de nuevo. Si continúa, avise al personal.',
        unattended: 'Espere un poco e inténtelo de nuevo. Si continúa, vuelva más tarde. {help}',
      },
    },
    'out-of-order': {
      title: 'No disponible en este momento',
      text: 'La máquina no está lista y no se puede continuar.',
      next: staff,
    },
    'begin-again': {
      title: 'Empiece de nuevo, por favor',
      text: 'No se pudo completar el trámite.',
      next: {
        attended: 'Empiece desde el principio. Si vuelve a ocurrir, avise al personal.',
        unattended: 'Empiece desde el principio. Si vuelve a ocurrir, inténtelo más tarde. {help}',
      },
    },
    'too-late': {
      title: 'Se acabó el tiempo de operación',
      text: 'El trámite terminó porque pasó el tiempo límite.',
      next: 'Empiece desde el principio, por favor.',
    },
    'other-card': {
      title: 'Esta tarjeta no se puede usar aquí',
      text: 'Esta tarjeta no sirve para este trámite.',
      next: {
        attended: 'Compruebe que no ha colocado otra tarjeta. Si tiene dudas, pregunte al personal.',
        unattended:
          'Compruebe que no ha colocado otra tarjeta. Si no tiene una que sirva, acuda a una ventanilla. {help}',
      },
    },
    'card-not-understood': {
      title: 'No se pueden leer los datos de la tarjeta',
      text: 'Los datos guardados en la tarjeta no se pudieron leer correctamente.',
      next: {
        attended: staff.attended,
        unattended: 'Retire la tarjeta. Si vuelve a ocurrir, llévela a su municipalidad y consulte. {help}',
      },
    },
    'number-or-card': {
      title: 'No se pudo confirmar',
      text: 'No se pudo confirmar el número introducido o los datos de la tarjeta.',
      next: {
        attended: 'Si introdujo un número, revíselo otra vez. En otro caso, avise al personal.',
        unattended: 'Si introdujo un número, revíselo otra vez. En otro caso, acuda a una ventanilla. {help}',
      },
    },
    'swipe-again': {
      title: 'Pase la tarjeta otra vez',
      text: 'No se pudo leer la banda magnética de la tarjeta.',
      next: 'Compruebe el lado y pase la tarjeta otra vez, a velocidad constante y hasta el final.',
    },
    'certificate-absent': {
      title: 'La tarjeta no tiene certificado electrónico',
      text: 'Su tarjeta no contiene el certificado electrónico necesario para este trámite.',
      next: 'El certificado se emite en su municipalidad. Lleve la tarjeta a la ventanilla y consulte.',
    },
    'certificate-expired': {
      title: 'El certificado electrónico ha caducado',
      text: 'El certificado electrónico de su tarjeta ha superado su fecha de validez.',
      next: 'Lleve la tarjeta a la ventanilla de su municipalidad para renovar el certificado.',
    },
    'certificate-out-of-period': {
      title: 'Certificado electrónico fuera de plazo',
      text: 'La validez del certificado electrónico aún no ha empezado o ya ha terminado.',
      next: {
        attended: 'Avise al personal. Si ha caducado, puede renovarlo en su municipalidad.',
        unattended: 'Lleve la tarjeta a su municipalidad y consulte. Si ha caducado, allí puede renovarlo. {help}',
      },
    },
    'certificate-not-yet-valid': {
      title: 'El certificado electrónico aún no es válido',
      text: 'El plazo de validez del certificado electrónico aún no ha empezado. {start}',
      next: {
        attended: 'Vuelva cuando haya empezado. Si tiene dudas, pregunte al personal.',
        unattended: 'Vuelva cuando haya empezado. Si tiene dudas, consulte en su municipalidad. {help}',
      },
    },
    'certificate-from-tomorrow': {
      title: 'El certificado sirve desde mañana',
      text: 'Es posible que un certificado emitido hoy aún no conste en el servicio que lo comprueba.',
      next: 'Vuelva mañana o más tarde. Si es urgente, acuda a la ventanilla de su municipalidad.',
    },
    'certificate-renew-soon': {
      title: 'El certificado electrónico caducará pronto',
      text: 'Esta vez aún puede usar el certificado electrónico. {until}',
      next: 'Después ya no servirá. Lleve la tarjeta a la ventanilla de su municipalidad para renovarlo. {renew}',
    },
    'certificate-revoked': {
      title: 'El certificado electrónico fue revocado',
      text: 'El certificado electrónico de su tarjeta ya no es válido, por ejemplo por un cambio de domicilio o de nombre.',
      next: 'Lleve la tarjeta a la ventanilla de su municipalidad para que emitan un certificado nuevo.',
    },
    'certificate-refused': {
      title: 'No se puede confirmar el certificado',
      text: 'No se pudo confirmar que el certificado electrónico de su tarjeta sea válido.',
      next: {
        attended: staff.attended,
        unattended:
          'Lleve la tarjeta a la ventanilla de su municipalidad y consulte sobre el certificado electrónico. {help}',
      },
    },
    'service-later': {
      title: 'Ahora no se puede comprobar',
      text: 'El servicio de comprobación no responde o está saturado, y no se puede continuar.',
      next: {
        attended: 'Inténtelo de nuevo más tarde. Si continúa, avise al personal.',
        unattended: 'Inténtelo de nuevo más tarde. Si es urgente, acuda a una ventanilla. {help}',
      },
    },
    'pin-format': {
      title: 'Revise lo que ha introducido',
      text: 'Introduzca {form}. No ha gastado ningún intento.',
      next: 'Introduzca de nuevo {pin}.',
    },
    'pin-wrong': {
      title: 'Revise {short}, por favor',
      text: 'Lo que ha introducido no coincide con {pin}. {tries}',
      next: 'Revise {pin} e inténtelo de nuevo. Tras varios errores seguidos se produce el bloqueo.',
    },
    'pin-wrong-last': {
      title: 'Revise {short}, por favor',
      text: 'Lo que ha introducido no coincide con {pin}. Quedan pocos intentos y aquí no puede continuar.',
      next: {
        attended: 'Más errores producirán el bloqueo. Consulte al personal o a su municipalidad.',
        unattended:
          'Más errores producirán el bloqueo. Si no tiene la certeza, pida el restablecimiento en su municipalidad. {help}',
      },
    },
    'pin-guarded': {
      title: 'No puede seguir intentándolo aquí',
      text: 'Quedan pocos intentos para {pin} y no se hizo la comprobación.',
      next: {
        attended:
          'Un error puede producir el bloqueo. Avise al personal o pida el restablecimiento en su municipalidad.',
        unattended:
          'Un error puede producir el bloqueo. Si no tiene la certeza, pida el restablecimiento en su municipalidad. {help}',
      },
    },
    'pin-blocked': {
      title: 'Se ha bloqueado {short}',
      text: 'Tras varios errores, la tarjeta ha bloqueado {pin}.',
      next: '{reset}',
    },
    'pin-unsure': {
      title: 'Se cortó la conexión al comprobar',
      text: 'No sabemos si la tarjeta aceptó {pin}. Puede que le quede un intento menos.',
      next: {
        attended: 'Retire la tarjeta y avise al personal.',
        unattended: 'Retire la tarjeta, vuelva a colocarla y empiece de nuevo. {help}',
      },
    },
    'verify-on-phone': {
      title: 'Verifique su identidad en el teléfono',
      text: 'El teléfono no ha verificado su identidad (por ejemplo, con Face ID) o pasó demasiado tiempo.',
      next: 'Verifíquese con Face ID o Touch ID, acerque de nuevo el teléfono y no lo mueva hasta terminar.',
    },
    'other-means': {
      title: 'No se puede usar de esta forma',
      text: 'En este trámite no podemos confirmar su identidad de esa manera.',
      next: {
        attended: 'Consulte al personal sobre el uso de la tarjeta My Number con su PIN.',
        unattended: 'Use la tarjeta My Number con su PIN o acuda a una ventanilla. {help}',
      },
    },
    'card-without-pin': {
      title: 'Esta tarjeta no tiene PIN',
      text: 'La tarjeta My Number con autenticación facial no tiene PIN y no funciona en esta máquina.',
      next: 'En la ventanilla de su municipalidad pueden atenderle y cambiarla por una tarjeta con PIN.',
    },
    'card-kind-ended': {
      title: 'Es una tarjeta Juki',
      text: 'Las tarjetas del registro básico de residentes (Juki) han caducado o ya no se aceptan aquí.',
      next: 'Use una tarjeta My Number. Si no la tiene, consulte en la ventanilla de su municipalidad.',
    },
    'card-expired': {
      title: 'La tarjeta ha caducado',
      text: 'Su tarjeta My Number ha superado su fecha de validez.',
      next: 'Lleve la tarjeta a la ventanilla de su municipalidad y consulte sobre una nueva.',
    },
    'registration-expired': {
      title: 'El registro ha caducado',
      text: 'Su registro en la municipalidad para este servicio ha superado su plazo.',
      next: 'Lleve la tarjeta a la ventanilla de su municipalidad para renovar el registro.',
    },
    'ask-at-counter': {
      title: 'No se emite en esta máquina',
      text: 'Este certificado no se puede emitir en esta máquina.',
      next: 'Acuda a la ventanilla de su municipalidad.',
    },
    'take-card-first': {
      title: 'Primero retire la tarjeta',
      text: 'La tarjeta conserva el estado de un trámite anterior y no se puede continuar. No ha gastado ningún intento.',
      next: {
        attended: 'Retire la tarjeta y hable con el personal.',
        unattended: 'Retire la tarjeta y empiece desde el principio. {help}',
      },
    },
    'take-card-now': {
      title: 'Retire la tarjeta ahora',
      text: 'Es posible que la tarjeta siga desbloqueada con su PIN.',
      next: {
        attended: 'No deje la tarjeta aquí. Retírela y después avise al personal.',
        unattended: 'No deje la tarjeta aquí. Llévesela. {help}',
      },
    },
    'municipal-pin-wrong': {
      title: 'El PIN no es correcto',
      text: 'Lo que ha introducido no coincide con el PIN registrado en su municipalidad. {tries}',
      next: 'Introdúzcalo de nuevo. Tras varios errores seguidos se bloquea.',
    },
    'municipal-pin-locked': {
      title: 'El PIN está bloqueado',
      text: 'Tras varios errores, el PIN registrado en su municipalidad está bloqueado.',
      next: 'Pida el desbloqueo en la ventanilla de su municipalidad.',
    },
    'municipal-pin-none': {
      title: 'No hay ningún PIN registrado',
      text: 'No hay ningún PIN registrado en su municipalidad para este certificado.',
      next: 'Registre uno en la ventanilla de su municipalidad.',
    },
    'municipal-pin-format': {
      title: 'Revise el PIN introducido',
      text: 'El PIN registrado en su municipalidad solo tiene cifras. No ha gastado ningún intento.',
      next: 'Introduzca las cifras de nuevo.',
    },
    unexpected: {
      title: 'No se puede continuar',
      text: 'Ocurrió un problema inesperado y el trámite se detuvo.',
      next: {
        attended: 'Retire la tarjeta y avise al personal, por favor.',
        unattended: 'Retire la tarjeta e inténtelo de nuevo más tarde. {help}',
      },
    },
  },
  pins: {
    auth: { name: 'el PIN de identificación del usuario', short: 'el PIN', form: '4 cifras' },
    sign: {
      name: 'la contraseña de firma',
      short: 'la contraseña',
      form: 'de 6 a 16 letras mayúsculas y cifras, al menos una de cada',
    },
    juki: { name: 'el PIN del registro básico de residentes', short: 'el PIN', form: '4 cifras' },
    text: { name: 'el PIN de lectura de datos de la tarjeta', short: 'el PIN', form: '4 cifras' },
    common: { name: 'el PIN de la tarjeta', short: 'el PIN', form: '4 cifras' },
    'code-a': { name: 'el número de verificación A (My Number)', short: 'el número', form: '12 cifras' },
    'code-b': {
      name: 'el número de verificación B',
      short: 'el número',
      form: '14 cifras: fecha de nacimiento (6), año de caducidad (4) y código de seguridad (4)',
    },
    birth: {
      name: 'la fecha de nacimiento',
      short: 'la fecha de nacimiento',
      form: '6 cifras: año de la era japonesa, mes y día',
    },
    issuance: { name: 'el PIN para emitir certificados', short: 'el PIN', form: 'las cifras registradas' },
    unknown: { name: 'el PIN', short: 'el PIN', form: 'las cifras o letras registradas' },
  },
  tries: { one: 'Le queda {n} intento.', other: 'Le quedan {n} intentos.' },
  days: {
    until: 'Es válido hasta el {day}.',
    renew: 'Puede renovarlo a partir del {day}.',
    start: 'Será válido a partir del {day}.',
  },
  help: 'Si necesita ayuda, llame al {contact}.',
  reset: {
    counter: 'Lleve la tarjeta a la ventanilla de su municipalidad para el desbloqueo o el restablecimiento.',
    'counter-or-store-with-auth':
      'Su municipalidad puede restablecerla. Si sabe el PIN de identificación del usuario (4 cifras), también puede hacerlo con la aplicación del teléfono y en el terminal de una tienda.',
    'counter-or-store-with-sign':
      'Su municipalidad puede restablecerlo. Si sabe la contraseña de firma, también puede hacerlo con la aplicación del teléfono y en el terminal de algunas tiendas.',
  },
}
