/** The language in which a person wants to read, as the environment says; null where it says nothing that the core would take. */
export function messageLocale(env: NodeJS.ProcessEnv): string | null {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return /^[A-Za-z0-9_.@-]{1,64}$/.test(locale) ? locale : null
}
