/** Desktop entries: what each line means, whatever stands in it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { readDesktopEntry } from './desktop-entry.ts'
import { escapeText, joinList, MAX_ENTRY_BYTES, parseEntryFile, splitList, unescapeText } from './desktop-entry-file.ts'
import { localeText } from './locale-text.ts'

const FIREFOX = `# A comment
[Desktop Entry]
Type=Application
Name=Firefox
Name[de]=Feuerfuchs
Name[sr]=Фајерфокс
Name[sr@latin]=Fajerfoks
Name [x]=no
GenericName = Web Browser
Comment=Two\\nlines \\\\ and\\ttab
Exec=firefox %u
TryExec=/usr/bin/firefox
Icon=firefox
Terminal=false
Categories=Network;WebBrowser;
MimeType=text/html;x-scheme-handler/http;
Keywords=web;semi\\;colon;
Actions=new-window;none;new-window;
StartupWMClass=Navigator
StartupNotify=true

[Desktop Action new-window]
Name=New Window
Name[de]=Neues Fenster
Exec=firefox --new-window %u

[X-Other]
Name=Nobody
`.replace('Name [x]=no\n', '')

describe('a desktop entry', () => {
  test('is read with its languages, lists and actions', () => {
    expect(readDesktopEntry(FIREFOX)).toMatchObject({
      name: { '': 'Firefox', de: 'Feuerfuchs', sr: 'Фајерфокс', 'sr@latin': 'Fajerfoks' },
      genericName: { '': 'Web Browser' },
      comment: { '': 'Two lines \\ and tab' },
      exec: 'firefox %u',
      tryExec: '/usr/bin/firefox',
      icon: 'firefox',
      isTerminal: false,
      isNoDisplay: false,
      categories: ['Network', 'WebBrowser'],
      mimeTypes: ['text/html', 'x-scheme-handler/http'],
      keywords: ['web', 'semi;colon'],
      startupWmClass: 'Navigator',
      startupNotify: true,
      actions: [{ id: 'new-window', name: { '': 'New Window', de: 'Neues Fenster' }, exec: 'firefox --new-window %u' }],
    })
  })

  test('is no app when it is deleted, a link, or made by us', () => {
    expect(readDesktopEntry(FIREFOX.replace('Terminal=false', 'Hidden=true'))).toBeNull()
    expect(readDesktopEntry(FIREFOX.replace('Terminal=false', 'X-Drover-App=firefox'))).toBeNull()
    expect(readDesktopEntry('[Desktop Entry]\nType=Link\nName=x\nURL=http://x')).toBeNull()
  })

  test.each([
    ['no group', 'Name=x'],
    ['a line that is nothing', '[Desktop Entry]\nnothing'],
    ['a group without its end', '[Desktop Entry\nName=x'],
    ['a key with blanks', '[Desktop Entry]\nMy Name=x'],
    ['a NUL', '[Desktop Entry]\nName=x\0'],
    ['no name', '[Desktop Entry]\nType=Application\nExec=x'],
    ['no command', '[Desktop Entry]\nType=Application\nName=x'],
    ['another group', '[Other]\nType=Application\nName=x\nExec=x'],
    ['too many bytes', `[Desktop Entry]\nName=${'x'.repeat(MAX_ENTRY_BYTES)}`],
    ['too many lines', `[Desktop Entry]\n${'#\n'.repeat(8_001)}`],
  ])('with %s is refused', (_what, text) => {
    expect(() => readDesktopEntry(text)).toThrow(AppError)
  })

  test('of an attacker is bounded, and has no key of ours', () => {
    const languages = Array.from({ length: 3_000 }, (_, index) => `Name[x${index}]=${'n'.repeat(50)}`)
    const entry = readDesktopEntry(
      `[Desktop Entry]\nType=Application\nName=a\\nExec=evil\nExec=x\nName[__proto__]=p\nActions=../x;${'y;'.repeat(5_000)}\n${languages.join('\n')}`,
    )
    expect(entry?.name['']).toBe('a Exec=evil')
    expect(entry?.exec).toBe('x')
    expect(Object.keys(entry?.name ?? {})).toHaveLength(300)
    expect(Object.getPrototypeOf(entry?.name)).toBe(Object.prototype)
    expect(entry?.actions).toEqual([])
  })

  test('whatever it is, it is read or refused', () => {
    const piece = fc.oneof(
      fc.constantFrom('[Desktop Entry]', '\n', '=', '\\', ';', 'Type=Application', 'Name', 'Exec', '[', ']', '%', '"', "'"),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), pieces => {
        try {
          readDesktopEntry(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
    )
  })
})

test('a text comes back as it was, on one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const escaped = escapeText(text)
      expect(unescapeText(escaped)).toBe(text)
      expect(escaped).not.toMatch(/[\n\r]/)
      const [line] = [...parseEntryFile(`[G]\nK=${escapeText('x')}`).values()]
      expect(line?.get('K')).toBe('x')
    }),
  )
})

test('a list comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 6 }), entries => {
      expect(splitList(joinList(entries), 1_000)).toEqual(entries)
    }),
  )
})

test.each([
  ['de_DE.UTF-8', 'de'],
  ['sr_RS@latin', 'sr@latin'],
  ['sr_RS', 'sr'],
  ['pt_BR.UTF-8', 'pt_BR'],
  ['pt_PT', ''],
  ['C', ''],
  ['', ''],
  ['../x', ''],
])('who reads %s gets the text in "%s"', (locale, expected) => {
  const text = { '': '', de: 'de', sr: 'sr', 'sr@latin': 'sr@latin', pt_BR: 'pt_BR' }
  expect(localeText(text, locale)).toBe(expected)
})
