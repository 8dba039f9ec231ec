/** A text in the languages its author wrote it in, and which of them a person gets: the rules of localised keys in desktop entries. */
import type { LocaleText } from '../../shared/app.ts'

/** `lang_COUNTRY.ENCODING@MODIFIER`; country and modifier are tried together, then each, then the language alone. */
export function localeText(text: LocaleText, locale: string): string {
  for (const name of [...localeNames(locale), '']) {
    const found = Object.hasOwn(text, name) ? text[name] : undefined
    if (found !== undefined) return found
  }
  return ''
}

/** The best first. */
export function localeNames(locale: string): string[] {
  const [, language, country = '', modifier = ''] =
    /^([A-Za-z]{1,8})(_[A-Za-z0-9]{1,8})?(?:\.[A-Za-z0-9-]{0,32})?(@[A-Za-z0-9]{1,32})?$/.exec(locale) ?? []
  if (language === undefined || language === 'C' || language === 'POSIX') return []
  const names = [`${language}${country}${modifier}`, `${language}${country}`, `${language}${modifier}`, language]
  return names.filter((name, index) => names.indexOf(name) === index)
}

/** Of an environment, as programs take it for what they say. */
export function messageLocale(env: Readonly<Record<string, string | undefined>>): string {
  return env.LC_ALL || env.LC_MESSAGES || env.LANG || 'C'
}
