/** The rules of a connection and a host's name in words, as one types. The core's schema decides in the end; this only says it sooner. */

/** What is wrong with it; null when nothing is, or nothing is typed yet. */
export function connectionProblem(text: string): string | null {
  if (text === '') return null
  if (text.startsWith('-')) return 'It may not begin with a dash'
  if (/\s/.test(text)) return 'It has no spaces in it: [user@]host[:port], or a name of your ~/.ssh/config'
  const bad = /['"`$\\;&|<>(){}\p{Cc}]/u.exec(text)?.[0]
  if (bad !== undefined) return `${JSON.stringify(bad)} is a shell character, which no connection has`
  const bare = text.replace(/^ssh:\/\//, '').replace(/\/$/, '')
  const at = bare.lastIndexOf('@')
  if (at === 0) return 'The user before @ is missing'
  const place = bare.slice(at + 1)
  if (place === '') return 'The host after @ is missing'
  const [, host = place, port] = /^\[([^\]]*)\](?::(.*))?$/.exec(place) ?? /^([^:]*):([^:]*)$/.exec(place) ?? []
  if (host === '') return 'The host before the port is missing'
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return 'The port after : is a number from 1 to 65535'
  return null
}

export function hostNameProblem(name: string): string | null {
  if (name === '') return null
  if (name === 'local' || name === 'auto') return `${name} means something else in Drover`
  if (!/^[A-Za-z0-9]/.test(name)) return 'It begins with a letter or a digit'
  if (name.length > 63) return 'It has 63 characters at most'
  return /^[A-Za-z0-9._-]*$/.test(name) ? null : 'It is made of letters, digits, dots, dashes and underscores'
}
