import type { DoctorTexts } from './finding.ts'

const rule = (uid = '?'): string =>
  `As root write /etc/polkit-1/rules.d/50-pcscd.rules: polkit.addRule(function(action, subject) { if ((action.id == "org.debian.pcsc-lite.access_pcsc" || action.id == "org.debian.pcsc-lite.access_card") && subject.user == "NAME") return polkit.Result.YES; }); replacing NAME by the name of user ${uid}.`

/** English. */
export const doctorEn: DoctorTexts = {
  levels: { ok: 'ok', note: 'note', warning: 'WARNING', problem: 'PROBLEM' },
  usable: 'Readers are usable.',
  unusable: (problems) => `${problems} problems prevent the use of readers.`,
  findings: {
    'node-version': { what: ({ version }) => `Node.js ${version}` },
    'node-too-old': {
      what: ({ version, needed }) => `Node.js ${version} is too old: ${needed} or newer is needed`,
      todo: () => 'Install Node.js 20.19, 22 or 24.',
    },
    platform: { what: ({ platform, arch }) => `${platform} ${arch}` },
    'platform-untested': {
      what: ({ platform, arch }) =>
        `${platform} ${arch}: readers were tested on Linux only, and fewer checks are available here`,
    },
    'service-answers': { what: ({ socket }) => `pcscd accepts connections at ${socket}` },
    'service-not-installed': {
      what: () => 'pcscd, the smart card service, is not installed',
      todo: () => 'apt-get install pcscd libccid, then start it: systemctl enable --now pcscd.socket',
    },
    'service-not-running': {
      what: ({ socket }) => `pcscd is installed but not running: ${socket} is missing`,
      todo: ({ start }) => `As root: ${start}`,
    },
    'service-dead-socket': {
      what: ({ socket }) => `no process listens at ${socket}: pcscd was killed or has crashed`,
      todo: ({ start }) =>
        `As root: systemctl restart pcscd, or where systemd does not run: ${start}. If it crashes again, see journalctl -u pcscd.`,
    },
    'service-no-access': {
      what: ({ socket, error }) => `permission denied for this user on ${socket} (${error})`,
      todo: () =>
        'By default all users have access: check the permissions of the socket and its folder, and AppArmor, SELinux or container rules.',
    },
    'service-unreachable': {
      what: ({ socket, error }) => `connecting to ${socket} failed (${error})`,
      todo: () => 'Restart the service: systemctl restart pcscd',
    },
    'service-other-socket': {
      what: ({ socket }) => `PCSCLITE_CSOCK_NAME points to ${socket} instead of the service of this system`,
    },
    'service-frozen': {
      what: () => 'pcscd accepts connections but does not respond',
      todo: () =>
        'Restart it: systemctl restart pcscd. If the problem recurs, a reader or its driver hangs: disconnect the readers one by one.',
    },
    'service-failed': {
      what: ({ reason }) => `listing the readers of pcscd failed (${reason})`,
      todo: () => 'Restart the service: systemctl restart pcscd, and see journalctl -u pcscd.',
    },
    'unit-ok': { what: () => 'systemd starts pcscd on demand' },
    'unit-masked': {
      what: ({ unit }) => `${unit} is masked: systemd refuses to start it`,
      todo: ({ unit }) => `As root: systemctl unmask ${unit}`,
    },
    'unit-failed': {
      what: ({ unit }) => `${unit} has failed`,
      todo: ({ unit }) => `journalctl -u ${unit}; then as root: systemctl restart ${unit}`,
    },
    'unit-disabled': {
      what: () => 'pcscd is not started after a restart of the computer',
      todo: () => 'As root: systemctl enable --now pcscd.socket',
    },
    'access-ok': { what: () => 'this user has access to readers' },
    'access-denied': {
      what: ({ uid }) =>
        `pcscd denies access to this user (${uid}): a user without a desktop session needs a polkit rule`,
      todo: ({ uid }) => rule(uid),
    },
    'access-no-polkit': {
      what: ({ uid }) =>
        `pcscd denies access to this user (${uid}): it cannot query polkit without D-Bus, as in many containers`,
      todo: () =>
        'Run D-Bus and polkit in the container, start pcscd with --disable-polkit, or run the program as root.',
    },
    drivers: { what: ({ names }) => `reader drivers: ${names}` },
    'drivers-missing': {
      what: ({ folder }) => `no reader driver in ${folder}`,
      todo: () => 'apt-get install libccid, for ACS readers also libacsccid1; then systemctl restart pcscd',
    },
    'drivers-no-ccid': {
      what: () => 'libccid, the driver of most USB readers, is not installed',
      todo: () => 'apt-get install libccid, then systemctl restart pcscd',
    },
    'usb-reader': { what: ({ product, id }) => `on USB: ${product} (${id})` },
    'usb-none': {
      what: () => 'no card reader found on USB',
      todo: () =>
        'Connect it, try another cable and port, and check whether lsusb lists it. In a virtual machine or container it has to be passed through.',
    },
    'usb-unknown': { what: () => 'USB devices cannot be listed on this system' },
    'usb-not-listed': {
      what: ({ usb, listed }) => `${usb} readers on USB, but pcscd lists ${listed}`,
      todo: () =>
        "Install the reader's driver (libccid, for ACS libacsccid1), then systemctl restart pcscd and reconnect the reader.",
    },
    'usb-module-conflict': {
      what: ({ product, module }) => `${product} is claimed by the kernel module ${module}, so pcscd cannot use it`,
      todo: ({ module }) =>
        `As root: echo "blacklist ${module}" > /etc/modprobe.d/blacklist-${module}.conf; modprobe -r ${module}; reconnect the reader.`,
    },
    'apdu-extended': {
      what: ({ product }) => `${product} supports extended length APDUs: a file is read in one exchange`,
    },
    'apdu-short': {
      what: ({ product }) => `${product} supports short APDUs only: reading a certificate takes about 7 more exchanges`,
    },
    'apdu-tpdu': {
      what: ({ product }) =>
        `${product} works at TPDU level: its driver supports extended length APDUs if the card does`,
    },
    pinpad: { what: ({ product }) => `${product} has a PIN pad` },
    reader: { what: ({ reader, card }) => `${reader}: ${card === 'yes' ? 'card present' : 'no card'}` },
    'reader-none': {
      what: () => 'pcscd lists no reader',
      todo: () => 'Connect the reader. If it is connected, see the findings on drivers and USB.',
    },
    'reader-not-there': {
      what: ({ reader }) => `no reader name is or contains ${reader}`,
      todo: () =>
        'Use names as listed by jpki-card readers; they can change with the port. With a single reader, omit --reader.',
    },
    'reader-several': {
      what: ({ reader }) => `several readers have ${reader} in their name`,
      todo: () => 'Give a longer part of the name, as listed by jpki-card readers.',
    },
    'reader-mute': {
      what: ({ reader }) => `${reader}: the card does not respond`,
      todo: () =>
        'Insert the card the other way round, or place it flat in the middle; clean its contacts; try another card.',
    },
    'reader-busy': {
      what: ({ reader }) => `${reader}: another program holds the card`,
      todo: () => 'Close the programs listed here.',
    },
    'reader-virtual': { what: ({ reader }) => `${reader} is a virtual reader (vsmartcard-vpcd)` },
    'quirk-rc-s380': {
      what: () => 'Sony RC-S380 is not a CCID reader, and no well-tested PC/SC driver for Linux is known',
      todo: () => 'Use another reader, such as its successor RC-S300, which is CCID.',
    },
    'quirk-acr122u': {
      what: () => 'ACS ACR122U: the kernel module pn533_usb claims it before pcscd',
      todo: () => 'As root: echo "blacklist pn533_usb" > /etc/modprobe.d/blacklist-pn533.conf',
    },
    'quirk-acs-driver': {
      what: () => 'ACS readers work better, some only, with the ACS driver',
      todo: () => 'apt-get install libacsccid1',
    },
    'quirk-acs-extended': {
      what: ({ reader }) => `${reader}: failures with extended length APDUs were reported for this model`,
      todo: () =>
        'If reading a certificate fails with ERR_TRANSPORT, update firmware and driver, or use another reader.',
    },
    'quirk-omnikey-short': {
      what: ({ reader }) => `${reader}: with libccid this model supports short APDUs only`,
    },
    'quirk-cyberjack-pinpad': {
      what: ({ reader }) => `${reader}: PIN entry was reported to differ between models of this manufacturer`,
      todo: () => 'Try PIN entry on the reader with a test card first.',
    },
    holder: { what: ({ name, pid }) => `${name} (process ${pid}) is connected to pcscd` },
    'holder-scdaemon': {
      what: ({ name, pid }) => `${name} of GnuPG (process ${pid}) is connected to pcscd and holds cards exclusively`,
      todo: () =>
        'gpgconf --kill scdaemon; permanently: write disable-ccid and pcsc-shared in ~/.gnupg/scdaemon.conf, or remove scdaemon from the kiosk.',
    },
    'holders-none': { what: () => 'no other program is connected to pcscd' },
    'holders-unnamed': {
      what: ({ count }) => `${count} connections to pcscd belong to programs this user may not see`,
      todo: () => 'Run this as root to list them.',
    },
    binding: { what: ({ name, version }) => `${name} ${version} is usable` },
    'binding-missing': {
      what: ({ name, version, reason }) => `${name} ${version} is not usable: ${reason}`,
    },
    'binding-none': {
      what: () => 'no usable PC/SC binding package for this run',
      todo: () => 'npm install pcsc-mini, on Linux also apt-get install libpcsclite1, and omit --binding',
    },
  },
}
