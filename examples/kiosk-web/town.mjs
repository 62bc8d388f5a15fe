// The residents of the trial: invented persons with virtual cards, what the server trusts and refuses, and what its register has.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Certificate } from 'jpki-card'
import { createTown, createVirtualCard, moods } from 'jpki-card/emulator'

/** Those who have one more card for trials of two machines at once, and what it is in Japanese and English. */
const kinds = {
  ordinary: ['マイナンバーカード', 'My Number card'],
  'renewal-window': ['更新時期のカード', 'Card to be renewed soon'],
  'certificate-expired': ['証明書の有効期限切れ', 'Certificate expired'],
  'card-expired': ['カードの有効期限切れ', 'Card expired'],
  revoked: ['失効した証明書', 'Certificate revoked'],
  child: ['子どものカード', 'Card of a child'],
  'pin-blocked': ['暗証番号がロックされたカード', 'PIN blocked'],
  'last-try': ['暗証番号の残り1回', 'One PIN try left'],
  'face-authentication': ['顔認証マイナンバーカード', 'Face-authentication card'],
  residence: ['特定在留カード', 'Residence card'],
  'phone-android': ['Android スマートフォン', 'Android phone'],
  'phone-iphone': ['iPhone（本人確認済み）', 'iPhone, verified'],
  'phone-iphone-unverified': ['iPhone（本人確認前）', 'iPhone, not verified'],
  'registration-expired': ['住民基本台帳カード', 'Juki card'],
}

/** The PIN of every card here; a phone that verifies its holder itself takes none. */
const pin = '1234'

/**
 * @param folder for the files of the server: `anchors`, `lists`, `residents.json`
 * @returns `{ residents, close }`; of each resident `{ id, mood, name, kind, pin, card }`, where `card()` is the card to place: the same
 *   one again, with its PIN counter; but a phone is held there again each time
 */
export async function openTown(folder) {
  const town = await createTown({ residents: moods.length + 1, seed: 'kiosk-web' })
  for (const name of ['anchors', 'lists']) await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, 'anchors', 'auth-ca.der'), town.authorities.authCa.certificate)
  await writeFile(join(folder, 'lists', 'auth.crl'), town.lists.auth)
  const records = town.residents.map(({ id, identity }) => recordOf(id, identity))
  await writeFile(join(folder, 'residents.json'), JSON.stringify(records), { mode: 0o600 })

  return {
    residents: town.residents.map(({ id, mood, card, identity }) => {
      const isPhone = card.kind?.startsWith('phone') === true
      let placed
      return {
        id,
        mood,
        name: identity.holder.name,
        kind: { ja: kinds[mood][0], en: kinds[mood][1] },
        pin: card.kind?.startsWith('phone-iphone') ? undefined : pin,
        async card() {
          if (placed === undefined || isPhone) placed = await createVirtualCard({ ...card, authPin: pin, identity })
          return placed
        },
      }
    }),
  }
}

/** What the register has of a resident: a household of one person. */
function recordOf(id, { holder, auth }) {
  const { name, address, birthDate } = holder
  const sex = holder.sex === '1' ? '男' : '女'
  const member = { name, relation: '世帯主', birthDate, sex }
  return {
    subject: `R-${id}`,
    serialNumber: Certificate.fromDer(auth.certificate).serialNumber,
    record: { name, address, birthDate, sex, household: [member], municipality: '架空市', mayor: '仮名　守' },
  }
}
