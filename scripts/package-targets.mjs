/** Which packages `npm run package` makes here, and which it leaves out and why. Pure: what this machine has is an argument. */

/** Of each platform its targets, and what each needs: a program that electron-builder does not bring, with its Debian package. */
const TARGETS = {
  linux: {
    AppImage: [],
    deb: [['ar', 'binutils']],
    rpm: [['rpmbuild', 'rpm']],
    'tar.gz': [],
    dir: [],
  },
  mac: { dmg: [], dir: [] },
}
const SYSTEMS = { linux: 'linux', darwin: 'mac' }
const NAMES = { linux: 'Linux', mac: 'macOS' }

/**
 * `words`: `--linux` or `--mac` (else what this is), and names of targets (else all of that platform).
 * @returns `{ platform, targets, leftOut: [{ target, why }] }`, or `{ wrong }`: what to say about words that make no sense.
 */
export function chooseTargets({ words, system, hasProgram }) {
  const options = words.filter(word => word.startsWith('--'))
  const wrongOption = options.find(option => !Object.hasOwn(TARGETS, option.slice(2)))
  if (wrongOption !== undefined || options.length > 1) return { wrong: usage(`not ${wrongOption ?? options.join(' and ')}`) }
  const host = SYSTEMS[system]
  const platform = options[0]?.slice(2) ?? host
  if (platform === undefined) return { wrong: `Packages are made on Linux and macOS, and this is ${system}` }
  const known = TARGETS[platform]
  const named = words.filter(word => !word.startsWith('--'))
  const unknown = named.find(word => !Object.hasOwn(known, word))
  if (unknown !== undefined) return { wrong: usage(`not ${unknown}`) }
  const wanted = named.length > 0 ? named : Object.keys(known).filter(target => target !== 'dir')
  const reasons = wanted.map(target => ({ target, why: missing(target, { platform, host, hasProgram }) }))
  return {
    platform,
    targets: reasons.filter(({ why }) => why === null).map(({ target }) => target),
    leftOut: reasons.filter(({ why }) => why !== null),
  }
}

function missing(target, { platform, host, hasProgram }) {
  if (target !== 'dir' && platform !== host) return `it can be made on ${NAMES[platform]} only`
  const lacking = TARGETS[platform][target].find(([program]) => !hasProgram(program))
  return lacking ? `${lacking[0]} is not installed; the Debian package ${lacking[1]} has it` : null
}

function usage(problem) {
  const all = Object.entries(TARGETS).map(([platform, targets]) => `[--${platform}] ${Object.keys(targets).join(' ')}`)
  return `npm run package takes ${all.join(', or ')}; ${problem}`
}
