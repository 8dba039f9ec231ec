/** What programs write to terminals, ordinary and odd: one file a topic, made here so that each byte can be read. For 80 columns. */

const E = '\x1b'
const text = (...lines: string[]): Buffer => Buffer.from(lines.join('\n'))
const bytes = (latin1: string): Buffer => Buffer.from(latin1, 'latin1')
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

const STYLES = [1, 2, 3, 4, 5, 7, 8, 9, 21, 53].map(code => `${E}[${code}mstyle ${code}${E}[0m`)
const SIXTEEN = [30, 40, 90, 100].map(base =>
  [...range(8).map(index => `${E}[${base + index}m${base + index}`), `${E}[m`].join(''),
)
const MANY = range(256).map(index => `${E}[48;5;${index}m${index.toString(16)}`)
const TRUE = range(60).map(index => `${E}[38;2;${index * 4};${255 - index * 4};128;48:2::10:20:${index}mx`)
const UNDERLINES = [1, 2, 3, 4, 5].map(style => `${E}[4:${style}m${E}[58:5:${style + 8}mcurl ${style}${E}[0m`)
const FAMILY = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'

export const TERMINAL_FILES: Readonly<Record<string, Buffer>> = {
  plain: text('one', 'two', '', 'four, without an end'),
  'styles of text': text(STYLES.join(' '), `${E}[1;4;31mall${E}[22mthen${E}[24mless${E}[39mand none`, ''),
  'sixteen colours': text(...SIXTEEN, ''),
  '256 colours': text(`${MANY.join('')}${E}[0m`, ''),
  'true colour': text(`${TRUE.join('')}${E}[0m`, `${E}[38;2;1;2mtoo few${E}[38;2;999;0;0mtoo much${E}[0m`, ''),
  'kinds of underlines': text(UNDERLINES.join(' '), ''),
  'colours that stay': text('before', `${E}[44;33;1m`),
  'the alternate screen, left again': text('main', `${E}[?1049h${E}[2J${E}[5;5Hother${E}[?1049l`, 'after'),
  'the alternate screen, not left': text('main', `${E}[?1049h${E}[2J${E}[12;30H${E}[7mmiddle${E}[0m`),
  'wide letters': text('日本語テキスト', '한국어', 'ａｂｃ', '界'.repeat(45), `${'x'.repeat(79)}界!`, ''),
  'combining letters': text('e\u0301 a\u030a\u0323 o\u0308\u0304', 'क्षि நி', `\u0301first`, `${'x'.repeat(80)}\u0301`, ''),
  emoji: text('🐑🐕🚀', `${FAMILY} 🏳️‍🌈 👍🏽 🇩🇪 ❤️ ☎︎`, '🐑'.repeat(41), ''),
  'right to left': text('שלום abc العربية', '\u202ereversed\u202c', ''),
  'a region that scrolls': text(`${E}[2J${E}[5;10r${E}[10;1H${range(20).join('\n')}${E}[r${E}[20;1Hbelow`),
  'scrolling up and down': text(`${E}[H${range(22).join('\n')}${E}[3S${E}[5T${E}[H${E}M${E}Mtop${E}[22;1H${E}D${E}Elow`),
  'lines inserted and deleted': text(`${E}[H${range(20).join('\n')}${E}[3;3H${E}[2Lnew${E}[10;1H${E}[3Mgone${E}[15;4H${E}[99L`),
  'letters inserted, deleted, erased': text(
    `${E}[Habcdefghij${E}[1;3H${E}[4@1234${E}[2;1Habcdefghij${E}[2;3H${E}[4P${E}[3;1Habcdefghij${E}[3;3H${E}[4X${E}[4;1Habcdef${E}[4;2H${E}[4hINS${E}[4l`,
  ),
  'erased parts of lines and screen': text(
    `${E}[H${'#'.repeat(80 * 22)}${E}[5;40H${E}[K${E}[6;40H${E}[1K${E}[7;40H${E}[2K${E}[15;40H${E}[J${E}[3;10H${E}[1J`,
  ),
  'erased in a colour': text(`${E}[H${'#'.repeat(400)}${E}[41m${E}[2;5H${E}[K${E}[3;5H${E}[20X${E}[4;1H${E}[J${E}[0m`),
  tabs: text('a\tb\tc', `${E}[3g${E}[5G${E}H${E}[20G${E}H\r\tone\ttwo\tend`, `${E}[Iback${E}[2Zx`, ''),
  'the edge of a line': text('x'.repeat(80), `${'y'.repeat(80)}z`, `${'w'.repeat(80)}\rstart`, `${'v'.repeat(80)}${E}[Dback`, ''),
  'no wrapping': text(`${E}[?7l${'a'.repeat(100)}END`, `${E}[?7h${'b'.repeat(100)}END`, ''),
  'the origin in a region': text(`${E}[2J${E}[5;15r${E}[?6h${E}[1;1Hregion${E}[99;1Hlast${E}[?6l${E}[1;1Hscreen${E}[r${E}[22;1H`),
  'the cursor, saved and moved': text(
    `${E}[H${E}[31m${E}7here${E}[10;20Hthere${E}[0m${E}8again${E}[s${E}[12;1Hx${E}[uy${E}[5;5H${E}[3A${E}[2B${E}[10C${E}[4Dz${E}[8G8${E}[9d9${E}[2E2${E}[F1`,
  ),
  'the cursor’s looks': text(`hidden${E}[?25l`, `bar${E}[5 q`, 'end'),
  'line drawing': text(`${E}(0lqqqwqqk`, 'x   x  x', `tqqqnqqu`, `mqqqvqqj${E}(B plain`, `${E})0\x0exqx\x0f`, ''),
  'titles and links': text(
    `${E}]0;title\x07${E}]2;other${E}\\${E}kname${E}\\shown`,
    `${E}]8;;https://example.org/\x07link${E}]8;;\x07 plain`,
    `${E}]52;c;aGVsbG8=\x07${E}]4;1;rgb:ff/00/00\x07${E}]10;#123456\x07${E}]1337;x\x07end`,
    '',
  ),
  'mouse, paste and keys on': text(`${E}[?1000h${E}[?1002h${E}[?1006h${E}[?2004h${E}[?1h${E}=on`),
  'mouse, paste and keys on and off': text(
    `${E}[?1003h${E}[?1006h${E}[?2004h${E}[?1h${E}=${E}[?1003l${E}[?1006l${E}[?2004l${E}[?1l${E}>off`,
  ),
  'questions to the terminal': text(`${E}[c${E}[>c${E}[5n${E}[6n${E}[?2026$p${E}]11;?\x07${E}P$qm${E}\\asked`),
  'strings for nobody': text(
    `${E}Pq#0;2;0;0;0~-${E}\\${E}_apc${E}\\${E}^pm${E}\\${E}Xsos${E}\\${E}Ptmux;${E}${E}[31mx${E}\\shown`,
  ),
  'a whole reset': text(`${E}[31;44m${E}[5;10r${E}[?6h${E}[?7lbefore${E}cafter`),
  'a test pattern': text(`${E}#8${E}[10;10Hin it`),
  'carriage returns and backspaces': text('12345\r67', 'abc\b\bX', 'progress 1 %\rprogress 99 %', '\x07bell\x0bdown\x0cfeed', ''),
  'a very long line': text('0123456789'.repeat(3000), 'end'),
  'a long count': text(...range(5000).map(index => `line ${index}`), ''),
  'controls of eight bits': bytes('a\x9b31mred\x9bm \x84down\x8dup \x90q\x9c \x9d0;t\x9c end\n\xc2\x9b31mof UTF-8\n'),
  'text that is not UTF-8': bytes('gr\xfc\xdfe \xff\xfe \xc3 \xe2\x82 \xed\xa0\x80 \xf8\x88\x80\x80\x80 \xc0\xaf end\n'),
  'a sequence cut off': text(`before${E}[31;1`),
  'a string cut off': text(`before${E}]0;never ends`),
  'a letter cut off': bytes('before\xe6\x97'),
  'nonsense parameters': text(
    `${E}[99999999999999999999mA${E}[;;;;;;mB${E}[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20mC${E}[0m`,
    `${E}[?!pD${E}[1$yE${E}[-5CF`,
    '',
  ),
  'bytes by chance': junk(64 * 1024),
  'a megabyte in colour': text(
    ...range(16_000).map(index => `${E}[3${index % 8}m${index} ${'lorem ipsum '.repeat(4)}${E}[0m`),
    'end',
  ),
}

/** The same on every run. */
function junk(length: number): Buffer {
  let state = 0x2545f491
  return Buffer.from(
    range(length).map(() => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 0xff
    }),
  )
}
