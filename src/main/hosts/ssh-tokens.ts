/** The `%` tokens, `${NAME}` and `~` of ssh_config, for those options that `ssh -G` prints as they were written. */
import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { AppError } from '../../shared/errors.ts'

export type TokenValues = {
  hostname: string
  alias: string
  port: number
  user: string
  hostKeyAlias: string | null
  proxyJump: string | null
}

/**
 * @throws {AppError} `BAD_CONFIG` on a token that ssh does not know either.
 */
export function expandTokens(text: string, values: TokenValues): string {
  return text.replace(/%(.?)/g, (_, token: string) => {
    const value = tokenValue(token, values)
    if (value === undefined)
      throw new AppError('BAD_CONFIG', `The ssh config uses %${token} in "${text}", which means nothing there`)
    return value
  })
}

/**
 * The same for text that a shell will read: a host or user name from a foreign place must not add to the command.
 *
 * @throws {AppError} `BAD_CONFIG` on such a name, and as `expandTokens` does.
 */
export function expandCommand(text: string, values: TokenValues): string {
  for (const value of [values.hostname, values.alias, values.user, values.hostKeyAlias ?? '']) {
    if (/[^\p{L}\p{N}_.:@%+,/=~[\]-]/u.test(value)) {
      throw new AppError('BAD_CONFIG', `"${value}" cannot stand in the ProxyCommand "${text}": it holds characters of the shell`)
    }
  }
  return expandTokens(text, values)
}

/** `~` is the home of the password file. @throws for an id that has no entry there, which ssh itself refuses to serve. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, () => userInfo().homedir)
}

/** A file name of the config: `~` is the home of the password file, as for ssh, whatever $HOME says. */
export function expandPath(text: string, values: TokenValues, env: NodeJS.ProcessEnv): string {
  const withHome = expandHome(text)
  const withEnv = withHome.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    const value = env[name]
    if (value === undefined) throw new AppError('BAD_CONFIG', `The ssh config uses ${whole} in "${text}", which is not set`)
    return value.replaceAll('%', '%%') // What stands in the environment has no tokens.
  })
  return expandTokens(withEnv, values)
}

function tokenValue(token: string, values: TokenValues): string | undefined {
  const { homedir, username, uid } = userInfo()
  const local = hostname()
  const { hostname: remote, port, user, alias, hostKeyAlias, proxyJump } = values
  const known = new Map<string, string>([
    ['%', '%'],
    [
      'C',
      createHash('sha1')
        .update(`${local}${remote}${port}${user}${proxyJump ?? ''}`)
        .digest('hex'),
    ],
    ['d', homedir],
    ['h', remote],
    ['i', `${uid}`],
    ['j', proxyJump ?? ''],
    ['k', hostKeyAlias ?? alias],
    ['L', local.split('.')[0] ?? local],
    ['l', local],
    ['n', alias],
    ['p', `${port}`],
    ['r', user],
    ['u', username],
  ])
  return known.get(token)
}
