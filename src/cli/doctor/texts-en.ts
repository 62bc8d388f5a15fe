import type { DoctorTexts } from './texts-table.ts'

const rule = (uid = '?'): string =>
  `As root write /etc/polkit-1/rules.d/50-pcscd.rules: polkit.addRule(function(action, subject) { if ((action.id == "org.debian.pcsc-lite.access_pcsc" || action.id == "org.debian.pcsc-lite.access_card") && subject.user == "NAME") return polkit.Result.YES; }); with the name of the user ${uid} for NAME.`

/** English. */
export const doctorEn: DoctorTexts = {
  levels: { ok: 'ok', note: 'note', warning: 'WARNING', problem: 'PROBLEM' },
  usable: 'Readers can be used.',
  unusable: (problems) => `${problems} problems keep readers from being used.`,
  findings: {
    'node-version': { what: ({ version }) => `Node.js ${version}` },
    'node-too-old': {
      what: ({ version, needed }) => `Node.js ${version} is too old: ${needed} or newer is needed`,
      todo: () => 'Install Node.js 20.19, 22 or 24.',
    },
    platform: { what: ({ platform, arch }) => `${platform} ${arch}` },
    'platform-untested': {
      what: ({ platform, arch }) =>
        `${platform} ${arch}: readers were tested on Linux only, and less can be looked at here`,
    },
    'service-answers': { what: ({ socket }) => `pcscd takes connections at ${socket}` },
    'service-not-installed': {
      what: () => 'pcscd, the smart card service, is not installed',
      todo: () => 'apt-get install pcscd libccid, then start it: systemctl enable --now pcscd.socket',
    },
    'service-not-running': {
      what: ({ socket }) => `pcscd is installed and does not run: there is no ${socket}`,
      todo: ({ start }) => `As root: ${start}`,
    },
    'service-dead-socket': {
      what: ({ socket }) => `nobody listens at ${socket}: pcscd was killed or has crashed`,
      todo: ({ start }) =>
        `As root: systemctl restart pcscd, or where systemd does not run: ${start}. If it crashes again, see journalctl -u pcscd.`,
    },
    'service-no-access': {
      what: ({ socket, error }) => `this user may not connect to ${socket} (${error})`,
      todo: () =>
        'Everybody may by default: look at the rights of the socket and its folder, and at AppArmor, SELinux or container rules.',
    },
    'service-unreachable': {
      what: ({ socket, error }) => `${socket} cannot be connected to (${error})`,
      todo: () => 'Restart the service: systemctl restart pcscd',
    },
    'service-other-socket': {
      what: ({ socket }) => `PCSCLITE_CSOCK_NAME points to ${socket} in place of the service of this system`,
    },
    'service-frozen': {
      what: () => 'pcscd takes connections and does not answer',
      todo: () =>
        'Restart it: systemctl restart pcscd. If it comes back, a reader or its driver hangs: pull readers out one by one.',
    },
    'service-failed': {
      what: ({ reason }) => `pcscd could not be asked for readers (${reason})`,
      todo: () => 'Restart the service: systemctl restart pcscd, and see journalctl -u pcscd.',
    },
    'unit-ok': { what: () => 'systemd starts pcscd when it is needed' },
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
    'access-ok': { what: () => 'this user may use readers' },
    'access-denied': {
      what: ({ uid }) => `pcscd refuses this user (${uid}): a user without a desktop session needs a rule of polkit`,
      todo: ({ uid }) => rule(uid),
    },
    'access-no-polkit': {
      what: ({ uid }) =>
        `pcscd refuses this user (${uid}): it wants to ask polkit, and there is no D-Bus here, as in many containers`,
      todo: () =>
        'Run D-Bus and polkit in the container, start pcscd with --disable-polkit, or run the program as root.',
    },
    drivers: { what: ({ names }) => `drivers of readers: ${names}` },
    'drivers-missing': {
      what: ({ folder }) => `there is no driver of readers in ${folder}`,
      todo: () => 'apt-get install libccid, for readers of ACS also libacsccid1; then systemctl restart pcscd',
    },
    'drivers-no-ccid': {
      what: () => 'the driver of most USB readers, libccid, is not there',
      todo: () => 'apt-get install libccid, then systemctl restart pcscd',
    },
    'usb-reader': { what: ({ product, id }) => `on USB: ${product} (${id})` },
    'usb-none': {
      what: () => 'no card reader is on USB',
      todo: () =>
        'Connect it, try another cable and port, and see whether lsusb shows it. In a virtual machine or container it has to be passed through.',
    },
    'usb-unknown': { what: () => 'this system does not tell what is on USB' },
    'usb-not-listed': {
      what: ({ usb, listed }) => `${usb} readers are on USB, and pcscd lists ${listed}`,
      todo: () =>
        "Install the reader's driver (libccid, for ACS libacsccid1), then systemctl restart pcscd and connect the reader again.",
    },
    'usb-module-conflict': {
      what: ({ product, module }) => `${product} is held by the kernel module ${module}, so pcscd cannot have it`,
      todo: ({ module }) =>
        `As root: echo "blacklist ${module}" > /etc/modprobe.d/blacklist-${module}.conf; modprobe -r ${module}; connect the reader again.`,
    },
    'apdu-extended': { what: ({ product }) => `${product} takes extended lengths: a file is read in one exchange` },
    'apdu-short': {
      what: ({ product }) => `${product} takes short lengths only: reading a certificate takes about 7 exchanges more`,
    },
    'apdu-tpdu': {
      what: ({ product }) => `${product} leaves lengths to its driver, which takes extended ones where the card does`,
    },
    pinpad: { what: ({ product }) => `${product} has PIN entry of its own` },
    reader: { what: ({ reader, card }) => `${reader}: ${card === 'yes' ? 'card present' : 'no card'}` },
    'reader-none': {
      what: () => 'pcscd lists no reader',
      todo: () => 'Connect the reader. If it is connected: see what is said of drivers and USB here.',
    },
    'reader-not-there': {
      what: ({ reader }) => `no reader has the name ${reader} or a part of it`,
      todo: () =>
        'Names are as jpki-card readers shows them, and can change with the port: leave --reader out where there is one reader.',
    },
    'reader-several': {
      what: ({ reader }) => `several readers have ${reader} in their name`,
      todo: () => 'Give more of the name, as jpki-card readers shows it.',
    },
    'reader-mute': {
      what: ({ reader }) => `${reader}: what is in it does not answer`,
      todo: () =>
        'Put the card in the other way round, or lay it flat in the middle; clean its contacts; try another card.',
    },
    'reader-busy': {
      what: ({ reader }) => `${reader}: another program holds the card`,
      todo: () => 'End the programs named here.',
    },
    'reader-virtual': { what: ({ reader }) => `${reader} is a virtual reader (vsmartcard-vpcd)` },
    'quirk-rc-s380': {
      what: () => 'Sony RC-S380 is no CCID reader, and no PC/SC driver of it for Linux is known well',
      todo: () => 'Use another reader, such as its successor RC-S300, which is CCID.',
    },
    'quirk-acr122u': {
      what: () => 'ACS ACR122U: the kernel module pn533_usb takes it before pcscd does',
      todo: () => 'As root: echo "blacklist pn533_usb" > /etc/modprobe.d/blacklist-pn533.conf',
    },
    'quirk-acs-driver': {
      what: () => 'readers of ACS work better, some only, with their own driver',
      todo: () => 'apt-get install libacsccid1',
    },
    'quirk-acs-extended': {
      what: ({ reader }) => `${reader}: failures with extended lengths were reported of this model`,
      todo: () =>
        'If reading a certificate fails with ERR_TRANSPORT, bring firmware and driver up to date, or use another reader.',
    },
    'quirk-omnikey-short': {
      what: ({ reader }) => `${reader}: with libccid this model takes short lengths only`,
    },
    'quirk-cyberjack-pinpad': {
      what: ({ reader }) => `${reader}: PIN entry on readers of this make was reported to differ from model to model`,
      todo: () => 'Try PIN entry on the reader with a test card first.',
    },
    holder: { what: ({ name, pid }) => `${name} (process ${pid}) is connected to pcscd` },
    'holder-scdaemon': {
      what: ({ name, pid }) => `${name} of GnuPG (process ${pid}) is connected to pcscd, and keeps cards for itself`,
      todo: () =>
        'gpgconf --kill scdaemon; for good: write disable-ccid and pcsc-shared in ~/.gnupg/scdaemon.conf, or remove scdaemon from the kiosk.',
    },
    'holders-none': { what: () => 'no other program is connected to pcscd' },
    'holders-unnamed': {
      what: ({ count }) => `${count} connections to pcscd belong to programs this user may not see`,
      todo: () => 'Run this as root to see which.',
    },
    binding: { what: ({ name, version }) => `${name} ${version} can be used` },
    'binding-missing': {
      what: ({ name, version, reason }) => `${name} ${version} cannot be used: ${reason}`,
    },
    'binding-none': {
      what: () => 'no package that this run may use can talk to readers',
      todo: () => 'npm install pcsc-mini, on Linux also apt-get install libpcsclite1, and leave out --binding',
    },
  },
}
