import type { CustomerTexts } from '../texts.ts'

const again = 'Xin quý khách thao tác lại từ đầu.'
const replace = 'Xin lấy thẻ ra, đặt lại rồi thao tác lại từ đầu.'
const staff = {
  attended: 'Thành thật xin lỗi. Xin quý khách báo cho nhân viên.',
  unattended: 'Xin thử lại sau. Nếu cần gấp, xin dùng máy khác hoặc đến quầy. {help}',
}

/** Customer texts in Vietnamese. */
export const vi: CustomerTexts = {
  situations: {
    'insert-card': {
      title: 'Xin đặt thẻ vào máy',
      text: 'Không có thẻ ở vị trí đọc.',
      next: 'Xin đặt hoặc đưa thẻ vào đầu đọc và giữ nguyên.',
    },
    'timed-out': {
      title: 'Đã quá thời gian xác nhận',
      text: 'Việc kiểm tra thẻ mất quá nhiều thời gian nên thao tác đã dừng lại.',
      next: replace,
    },
    cancelled: {
      title: 'Đã hủy thao tác',
      text: 'Thủ tục đã kết thúc giữa chừng.',
      next: 'Xin lấy lại thẻ. Nếu muốn tiếp tục, xin thao tác lại từ đầu.',
    },
    'card-removed': {
      title: 'Thẻ đã rời khỏi máy',
      text: 'Thẻ rời khỏi máy khi đang đọc nên thủ tục đã dừng lại.',
      next: 'Xin đặt thẻ lại và không di chuyển cho đến khi xong.',
    },
    'card-unreadable': {
      title: 'Không đọc được thẻ',
      text: 'Có thể thẻ bị đặt sai chiều, sai vị trí hoặc bị bẩn.',
      next: {
        attended: 'Xin kiểm tra chiều thẻ và chỉ đặt một thẻ này. Nếu vẫn không đọc được, xin báo cho nhân viên.',
        unattended:
          'Xin kiểm tra chiều thẻ và chỉ đặt một thẻ này. Nếu vẫn không đọc được, xin hỏi văn phòng hành chính địa phương. {help}',
      },
    },
    'connection-lost': {
      title: 'Mất kết nối với thẻ',
      text: 'Máy chưa đọc xong thẻ.',
      next: {
        attended: `${replace} Nếu vẫn xảy ra, xin báo cho nhân viên.`,
        unattended: `${replace} Nếu vẫn xảy ra, xin thử lại sau. {help}`,
      },
    },
    busy: {
      title: 'Xin chờ một chút',
      text: 'Đầu đọc thẻ đang bận xử lý việc khác.',
      next: {
        attended: 'Xin chờ giây lát rồi thử lại. Nếu vẫn không được, xin báo cho nhân viên.',
        unattended: 'Xin chờ giây lát rồi thử lại. Nếu vẫn không được, xin quay lại sau. {help}',
      },
    },
    'out-of-order': {
      title: 'Hiện không sử dụng được',
      text: 'Máy chưa sẵn sàng nên không thể tiếp tục.',
      next: staff,
    },
    'begin-again': {
      title: 'Xin thao tác lại từ đầu',
      text: 'Không thể hoàn tất thủ tục.',
      next: {
        attended: `${again} Nếu vẫn xảy ra, xin báo cho nhân viên.`,
        unattended: `${again} Nếu vẫn xảy ra, xin thử lại sau. {help}`,
      },
    },
    'too-late': {
      title: 'Đã hết thời gian thao tác',
      text: 'Thủ tục đã kết thúc vì quá thời gian quy định.',
      next: again,
    },
    'other-card': {
      title: 'Thẻ này không dùng được ở đây',
      text: 'Thẻ này không dùng được cho thủ tục này.',
      next: {
        attended: 'Xin kiểm tra xem có đặt nhầm thẻ khác không. Nếu chưa rõ, xin hỏi nhân viên.',
        unattended: 'Xin kiểm tra xem có đặt nhầm thẻ khác không. Nếu không có thẻ dùng được, xin đến quầy. {help}',
      },
    },
    'card-not-understood': {
      title: 'Không đọc được thông tin trên thẻ',
      text: 'Máy không đọc đúng được thông tin ghi trong thẻ.',
      next: {
        attended: staff.attended,
        unattended: 'Xin lấy lại thẻ. Nếu vẫn xảy ra, xin mang thẻ đến văn phòng hành chính địa phương để hỏi. {help}',
      },
    },
    'number-or-card': {
      title: 'Không xác nhận được nội dung',
      text: 'Không xác nhận được số đã nhập hoặc thông tin trên thẻ.',
      next: {
        attended: 'Nếu quý khách đã nhập số, xin kiểm tra lại. Trường hợp khác, xin báo cho nhân viên.',
        unattended: 'Nếu quý khách đã nhập số, xin kiểm tra lại. Trường hợp khác, xin đến quầy. {help}',
      },
    },
    'swipe-again': {
      title: 'Xin quẹt thẻ lại',
      text: 'Không đọc được dải từ của thẻ.',
      next: 'Xin kiểm tra chiều thẻ và quẹt lại với tốc độ đều cho đến hết.',
    },
    'certificate-absent': {
      title: 'Thẻ không có chứng nhận điện tử',
      text: 'Thẻ của quý khách không có chứng nhận điện tử cần cho thủ tục này.',
      next: 'Văn phòng hành chính địa phương có thể cấp chứng nhận. Xin mang thẻ đến quầy để được hướng dẫn.',
    },
    'certificate-expired': {
      title: 'Chứng nhận điện tử đã hết hạn',
      text: 'Chứng nhận điện tử trong thẻ đã quá thời hạn hiệu lực.',
      next: 'Xin mang thẻ đến quầy của văn phòng hành chính địa phương để gia hạn.',
    },
    'certificate-out-of-period': {
      title: 'Chứng nhận điện tử ngoài thời hạn',
      text: 'Chứng nhận điện tử chưa bắt đầu có hiệu lực hoặc đã hết hiệu lực.',
      next: {
        attended: 'Xin báo cho nhân viên. Nếu đã hết hạn, có thể gia hạn tại văn phòng hành chính địa phương.',
        unattended:
          'Xin mang thẻ đến văn phòng hành chính địa phương để hỏi. Nếu đã hết hạn, có thể gia hạn tại đó. {help}',
      },
    },
    'certificate-not-yet-valid': {
      title: 'Chứng nhận điện tử chưa có hiệu lực',
      text: 'Thời hạn hiệu lực của chứng nhận điện tử chưa bắt đầu. {start}',
      next: {
        attended: 'Xin quay lại sau khi bắt đầu có hiệu lực. Nếu chưa rõ, xin hỏi nhân viên.',
        unattended:
          'Xin quay lại sau khi bắt đầu có hiệu lực. Nếu chưa rõ, xin hỏi văn phòng hành chính địa phương. {help}',
      },
    },
    'certificate-from-tomorrow': {
      title: 'Chứng nhận dùng được từ ngày mai',
      text: 'Chứng nhận điện tử cấp hôm nay có thể chưa được ghi nhận ở nơi kiểm tra.',
      next: 'Xin quay lại từ ngày mai. Nếu cần gấp, xin đến quầy của văn phòng hành chính địa phương.',
    },
    'certificate-renew-soon': {
      title: 'Chứng nhận điện tử sắp hết hạn',
      text: 'Lần này quý khách vẫn dùng được chứng nhận điện tử. {until}',
      next: 'Sau ngày đó sẽ không dùng được. Xin mang thẻ đến quầy của văn phòng hành chính địa phương để gia hạn. {renew}',
    },
    'certificate-revoked': {
      title: 'Chứng nhận điện tử đã bị thu hồi',
      text: 'Chứng nhận điện tử trong thẻ không còn hiệu lực, ví dụ do chuyển chỗ ở hoặc đổi tên.',
      next: 'Xin mang thẻ đến quầy của văn phòng hành chính địa phương để được cấp chứng nhận mới.',
    },
    'certificate-refused': {
      title: 'Không xác nhận được chứng nhận điện tử',
      text: 'Không xác nhận được rằng chứng nhận điện tử trong thẻ có hiệu lực.',
      next: {
        attended: staff.attended,
        unattended: 'Xin mang thẻ đến quầy của văn phòng hành chính địa phương để hỏi về chứng nhận điện tử. {help}',
      },
    },
    'service-later': {
      title: 'Hiện không thể kiểm tra',
      text: 'Dịch vụ kiểm tra không kết nối được hoặc đang quá tải nên không thể tiếp tục.',
      next: {
        attended: 'Xin thử lại sau. Nếu vẫn không được, xin báo cho nhân viên.',
        unattended: 'Xin thử lại sau. Nếu cần gấp, xin đến quầy. {help}',
      },
    },
    'pin-format': {
      title: 'Xin kiểm tra nội dung đã nhập',
      text: 'Xin nhập {form}. Số lần thử không bị giảm.',
      next: 'Xin nhập lại {pin}.',
    },
    'pin-wrong': {
      title: 'Nhập sai {short}',
      text: 'Nội dung đã nhập không khớp với {pin}. {tries}',
      next: 'Xin kiểm tra {pin} rồi nhập lại. Nếu nhập sai nhiều lần liên tiếp sẽ bị khóa.',
    },
    'pin-wrong-last': {
      title: 'Nhập sai {short}',
      text: 'Nội dung đã nhập không khớp với {pin}. Số lần thử còn ít nên không thể nhập tiếp tại đây.',
      next: {
        attended: 'Nếu tiếp tục nhập sai sẽ bị khóa. Xin hỏi nhân viên hoặc văn phòng hành chính địa phương.',
        unattended:
          'Nếu tiếp tục nhập sai sẽ bị khóa. Nếu không chắc chắn, xin cài đặt lại tại văn phòng hành chính địa phương. {help}',
      },
    },
    'pin-guarded': {
      title: 'Không thể tiếp tục nhập tại đây',
      text: 'Số lần nhập {pin} còn lại rất ít nên máy không kiểm tra.',
      next: {
        attended:
          'Nếu nhập sai có thể bị khóa. Xin báo cho nhân viên hoặc cài đặt lại tại văn phòng hành chính địa phương.',
        unattended:
          'Nếu nhập sai có thể bị khóa. Nếu không chắc chắn, xin cài đặt lại tại văn phòng hành chính địa phương. {help}',
      },
    },
    'pin-blocked': {
      title: 'Đã khóa {short}',
      text: 'Do nhập sai nhiều lần, {pin} đã bị khóa và không dùng được.',
      next: '{reset}',
    },
    'pin-unsure': {
      title: 'Mất kết nối khi đang kiểm tra',
      text: 'Không biết {pin} đã được chấp nhận hay chưa. Số lần thử có thể đã giảm.',
      next: {
        attended: 'Xin lấy thẻ ra và báo cho nhân viên.',
        unattended: 'Xin lấy thẻ ra, đặt lại rồi thao tác lại từ đầu. {help}',
      },
    },
    'verify-on-phone': {
      title: 'Xin xác thực trên điện thoại',
      text: 'Điện thoại chưa xác thực quý khách (ví dụ bằng Face ID) hoặc đã quá thời gian.',
      next: 'Xin xác thực bằng Face ID hoặc Touch ID, đưa điện thoại lại gần máy và giữ yên đến khi xong.',
    },
    'other-means': {
      title: 'Không thể dùng theo cách này',
      text: 'Thủ tục này không thể xác nhận chính quý khách theo cách đó.',
      next: {
        attended: 'Xin hỏi nhân viên về việc dùng thẻ My Number cùng với mã số bí mật.',
        unattended: 'Xin dùng thẻ My Number cùng với mã PIN hoặc đến quầy. {help}',
      },
    },
    'card-without-pin': {
      title: 'Thẻ này không có mã PIN',
      text: 'Thẻ My Number xác thực khuôn mặt không có mã PIN nên không dùng được ở máy này.',
      next: 'Quầy của văn phòng hành chính địa phương có thể hỗ trợ và đổi sang thẻ có mã PIN.',
    },
    'card-kind-ended': {
      title: 'Đây là thẻ Juki',
      text: 'Thẻ sổ đăng ký cư dân cơ bản (Juki) đã hết hạn hoặc máy này không còn chấp nhận.',
      next: 'Xin dùng thẻ My Number. Nếu chưa có, xin hỏi tại quầy của văn phòng hành chính địa phương.',
    },
    'card-expired': {
      title: 'Thẻ đã hết hạn',
      text: 'Thẻ My Number của quý khách đã quá thời hạn hiệu lực.',
      next: 'Xin mang thẻ đến quầy của văn phòng hành chính địa phương để hỏi về việc cấp thẻ mới.',
    },
    'registration-expired': {
      title: 'Đăng ký sử dụng đã hết hạn',
      text: 'Đăng ký sử dụng dịch vụ này tại địa phương của quý khách đã quá thời hạn.',
      next: 'Xin mang thẻ đến quầy của văn phòng hành chính địa phương để gia hạn đăng ký.',
    },
    'ask-at-counter': {
      title: 'Không cấp tại máy này',
      text: 'Giấy chứng nhận này không thể cấp tại máy này.',
      next: 'Xin đến quầy của văn phòng hành chính địa phương.',
    },
    'take-card-first': {
      title: 'Trước hết xin lấy thẻ ra',
      text: 'Thẻ còn giữ trạng thái của thủ tục trước nên không thể tiếp tục. Số lần thử không bị giảm.',
      next: {
        attended: 'Xin lấy thẻ ra và báo nhân viên.',
        unattended: 'Xin lấy thẻ ra rồi thao tác lại từ đầu. {help}',
      },
    },
    'take-card-now': {
      title: 'Xin lấy thẻ ra ngay',
      text: 'Thẻ có thể vẫn đang ở trạng thái đã xác nhận mã PIN.',
      next: {
        attended: 'Xin đừng để quên thẻ. Xin lấy thẻ ra rồi báo cho nhân viên.',
        unattended: 'Xin đừng để quên thẻ. Xin mang thẻ theo. {help}',
      },
    },
    'municipal-pin-wrong': {
      title: 'Mã PIN không đúng',
      text: 'Số đã nhập không khớp với mã PIN đã đăng ký tại địa phương. {tries}',
      next: 'Xin nhập lại. Nếu nhập sai nhiều lần liên tiếp sẽ bị khóa.',
    },
    'municipal-pin-locked': {
      title: 'Mã PIN đã bị khóa',
      text: 'Do nhập sai nhiều lần, mã PIN đã đăng ký tại địa phương đã bị khóa.',
      next: 'Xin làm thủ tục mở khóa tại quầy của văn phòng hành chính địa phương.',
    },
    'municipal-pin-none': {
      title: 'Chưa đăng ký mã PIN',
      text: 'Quý khách chưa đăng ký mã PIN cho loại giấy chứng nhận này tại địa phương.',
      next: 'Xin đăng ký tại quầy của văn phòng hành chính địa phương.',
    },
    'municipal-pin-format': {
      title: 'Xin kiểm tra mã PIN đã nhập',
      text: 'Mã PIN đã đăng ký tại địa phương chỉ gồm chữ số. Số lần thử không bị giảm.',
      next: 'Xin nhập lại các chữ số.',
    },
    unexpected: {
      title: 'Không thể tiếp tục',
      text: 'Đã xảy ra sự cố ngoài dự kiến nên thủ tục đã dừng lại.',
      next: {
        attended: 'Xin lấy lại thẻ và báo cho nhân viên.',
        unattended: 'Xin lấy lại thẻ và thử lại sau. {help}',
      },
    },
  },
  pins: {
    auth: { name: 'mã PIN xác thực người dùng', short: 'mã PIN', form: '4 chữ số' },
    sign: {
      name: 'mật khẩu chữ ký điện tử',
      short: 'mật khẩu',
      form: '6 đến 16 chữ cái in hoa và chữ số, mỗi loại ít nhất một ký tự',
    },
    juki: { name: 'mã PIN sổ đăng ký cư dân cơ bản', short: 'mã PIN', form: '4 chữ số' },
    text: { name: 'mã PIN đọc thông tin ghi trên thẻ', short: 'mã PIN', form: '4 chữ số' },
    common: { name: 'mã PIN của thẻ', short: 'mã PIN', form: '4 chữ số' },
    'code-a': { name: 'số đối chiếu A (My Number)', short: 'số đối chiếu', form: '12 chữ số' },
    'code-b': {
      name: 'số đối chiếu B',
      short: 'số đối chiếu',
      form: '14 chữ số: ngày sinh (6), năm hết hạn (4) và mã bảo mật (4)',
    },
    birth: { name: 'ngày sinh', short: 'ngày sinh', form: '6 chữ số: năm theo lịch Nhật, tháng và ngày' },
    issuance: { name: 'mã PIN cấp giấy chứng nhận', short: 'mã PIN', form: 'các chữ số quý khách đã đăng ký' },
    unknown: { name: 'mã PIN', short: 'mã PIN', form: 'các chữ số hoặc chữ cái quý khách đã đăng ký' },
  },
  tries: { other: 'Quý khách còn {n} lần thử.' },
  days: {
    until: 'Hiệu lực đến {day}.',
    renew: 'Có thể gia hạn từ {day}.',
    start: 'Có hiệu lực từ {day}.',
  },
  help: 'Nếu cần hỗ trợ, xin gọi {contact}.',
  reset: {
    counter: 'Xin mang thẻ đến quầy của văn phòng hành chính địa phương để mở khóa hoặc cài đặt lại.',
    'counter-or-store-with-auth':
      'Có thể cài đặt lại tại văn phòng hành chính địa phương. Nếu biết mã PIN xác thực người dùng (4 chữ số), có thể đặt trước bằng ứng dụng điện thoại rồi làm tại máy ở cửa hàng tiện lợi.',
    'counter-or-store-with-sign':
      'Có thể cài đặt lại tại văn phòng hành chính địa phương. Nếu biết mật khẩu chữ ký điện tử, có thể đặt trước bằng ứng dụng điện thoại rồi làm tại máy ở một số cửa hàng.',
  },
}
