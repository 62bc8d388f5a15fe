import type { VisitTexts } from '../texts.ts'

/** Texts of a visit in Vietnamese. */
export const vi: VisitTexts = {
  steps: {
    'place-card': {
      title: 'Xin đặt thẻ My Number',
      text: 'Xin đặt thẻ My Number lên đầu đọc hoặc đưa thẻ vào máy.',
      next: 'Xin không di chuyển thẻ cho đến khi xong.',
    },
    'place-phone': {
      title: 'Xin đưa điện thoại lại gần đầu đọc',
      text: 'Xin đưa điện thoại có chức năng của thẻ My Number lại gần đầu đọc.',
      next: 'Xin giữ nguyên điện thoại cho đến khi xong.',
    },
    'place-card-or-phone': {
      title: 'Xin dùng thẻ hoặc điện thoại',
      text: 'Xin đặt thẻ My Number lên đầu đọc, hoặc đưa điện thoại có chức năng của thẻ lại gần.',
      next: 'Chỉ dùng một trong hai và giữ nguyên cho đến khi xong.',
    },
    checking: {
      title: 'Đang kiểm tra',
      text: 'Máy đang kiểm tra xem có dùng được ở đây không.',
      next: 'Xin giữ nguyên thẻ hoặc điện thoại và chờ.',
    },
    choose: {
      title: 'Xin chọn dịch vụ',
      text: 'Đây là các dịch vụ quý khách có thể dùng bây giờ.',
      next: 'Xin nhấn nút trên màn hình. Nếu muốn dừng, xin nhấn "{cancel}".',
    },
    'choose-documents': {
      title: 'Xin chọn giấy chứng nhận',
      text: 'Xin chọn loại giấy chứng nhận và số bản quý khách cần.',
      next: 'Xin nhấn các nút trên màn hình. Nếu muốn dừng, xin nhấn "{cancel}".',
    },
    'enter-pin': {
      title: 'Xin nhập {short}',
      text: 'Xin nhập {pin} ({form}). {tries}',
      next: 'Nhập xong, xin nhấn "{enter}". Xin chú ý không để người khác nhìn thấy.',
    },
    'enter-pin-on-reader': {
      title: 'Xin nhập {short} trên đầu đọc',
      text: 'Xin nhập {pin} ({form}). {tries}',
      next: 'Xin dùng phím của đầu đọc thẻ, rồi nhấn phím OK. Xin chú ý không để người khác nhìn thấy.',
    },
    'verify-on-phone': {
      title: 'Trước hết, xin xác thực trên điện thoại',
      text: 'Xin xác thực bằng Face ID hoặc Touch ID. Không cần nhập mã PIN ở máy này.',
      next: 'Sau đó đưa điện thoại lại gần đầu đọc và giữ nguyên cho đến khi xong.',
    },
    authenticating: {
      title: 'Đang xác nhận',
      text: 'Máy đang kết nối để xác nhận quý khách.',
      next: 'Xin giữ nguyên và chờ một chút.',
    },
    accepted: {
      title: 'Đã xác nhận quý khách',
      text: 'Đã xác nhận đúng là quý khách. Máy sẽ tiếp tục {service}.',
      next: 'Xin làm theo hướng dẫn trên màn hình tiếp theo.',
    },
    printing: {
      title: 'Đang in',
      text: 'Máy đang in giấy chứng nhận quý khách yêu cầu.',
      next: 'Xin chờ cho đến khi in xong.',
    },
    'take-card': { title: 'Xin lấy lại thẻ', text: 'Đã kiểm tra thẻ xong.', next: 'Xin đừng quên lấy lại thẻ.' },
    'take-paper': {
      title: 'Xin lấy giấy chứng nhận',
      text: 'Giấy chứng nhận đã in xong.',
      next: 'Xin kiểm tra số tờ và lấy tất cả.',
    },
    'forgotten-card': {
      title: 'Quý khách có quên thẻ không?',
      text: 'Thẻ vẫn còn ở đầu đọc.',
      next: 'Xin lấy lại thẻ của quý khách.',
    },
    'forgotten-card-urgent': {
      title: 'Thẻ quan trọng vẫn còn ở đây',
      text: 'Thẻ vẫn còn ở đầu đọc. Người khác có thể lấy mất.',
      next: {
        attended: 'Xin lấy thẻ ngay. Nếu không lấy ra được, xin báo cho nhân viên.',
        unattended: 'Xin lấy thẻ ngay. {help}',
      },
    },
    'more-time': {
      title: 'Quý khách có muốn tiếp tục không?',
      text: 'Đã lâu không có thao tác. Nếu cứ để vậy, thủ tục sẽ kết thúc.',
      next: 'Xin nhấn "{continue}" nếu muốn làm tiếp, hoặc "{finish}" nếu muốn dừng.',
    },
    ended: {
      title: 'Cảm ơn quý khách',
      text: 'Thủ tục đã hoàn tất.',
      next: 'Xin kiểm tra để không quên thẻ và giấy tờ.',
    },
    inactive: {
      title: 'Thủ tục đã kết thúc',
      text: 'Thủ tục đã kết thúc vì đã lâu không có thao tác.',
      next: 'Xin kiểm tra để không quên thẻ. Nếu muốn tiếp tục, xin thao tác lại từ đầu.',
    },
    'out-of-service': {
      title: 'Máy đang tạm ngừng phục vụ',
      text: 'Hiện không thể dùng máy này.',
      next: {
        attended: 'Thành thật xin lỗi. Xin quý khách hỏi nhân viên.',
        unattended: 'Xin quay lại sau, hoặc dùng máy khác hay đến quầy. {help}',
      },
    },
  },
  services: {
    token: { name: 'Cấp giấy chứng nhận', phrase: 'việc cấp giấy chứng nhận' },
    'issuance-application': { name: 'Cấp giấy chứng nhận (thẻ đã đăng ký)', phrase: 'việc cấp giấy chứng nhận' },
    stripe: { name: 'Cấp giấy chứng nhận (thẻ từ)', phrase: 'việc cấp giấy chứng nhận' },
    attributes: { name: 'Điền đơn', phrase: 'việc điền đơn' },
    'register-pin': { name: 'Khai báo chuyển đến và các khai báo khác', phrase: 'việc khai báo' },
    unknown: { name: 'Thủ tục này', phrase: 'thủ tục' },
  },
  certificates: { auth: 'Chứng nhận điện tử xác thực người dùng', sign: 'Chứng nhận điện tử dùng cho chữ ký' },
  channels: { 'convenience-store': 'Cửa hàng tiện lợi', 'municipal-machine': 'Máy cấp giấy tự động', counter: 'Quầy' },
  buttons: {
    enter: 'Xác nhận',
    correct: 'Sửa lại',
    back: 'Quay lại',
    cancel: 'Hủy',
    continue: 'Tiếp tục',
    finish: 'Kết thúc',
    again: 'Thử lại',
    listen: 'Nghe hướng dẫn',
  },
}
