/** Variables as an EnvironmentFile of systemd has them (systemd.exec(5)): each in double quotes, in which a line may end. */

/** Null if there are none. `leftOut`: systemd would pass over those with control characters. */
export function envFile(environment: Readonly<Record<string, string>>): { text: string | null; leftOut: string[] } {
  const leftOut = Object.keys(environment).filter(name => /[^\P{Cc}\t\n]/u.test(environment[name] ?? ''))
  const lines = Object.entries(environment).flatMap(([name, value]) =>
    leftOut.includes(name) ? [] : [`${name}="${value.replaceAll(/["\\`$]/g, '\\$&')}"\n`],
  )
  return { text: lines.length === 0 ? null : lines.join(''), leftOut }
}
