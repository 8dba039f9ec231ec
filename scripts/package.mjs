/**
 * `npm run package`: installs and builds what is missing or old, and makes packages of it by electron-builder, as electron-builder.yml
 * says, with their checksums beside them. Plain JavaScript for any Node from 20.19 on.
 * DROVER_PACKAGE_DIR: where to, in place of dist/.
 */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { installedElectron } from './electron.mjs'
import { chooseTargets } from './package-targets.mjs'
import { build, install, ownNode, requireNode, root, run, stop } from './project.mjs'

const ARTIFACT = /\.(AppImage|deb|rpm|tar\.gz|dmg)$/

requireNode()
const { wrong, platform, targets, leftOut } = chooseTargets({
  words: process.argv.slice(2),
  system: process.platform,
  hasProgram,
})
if (wrong) stop(wrong)
for (const { target, why } of leftOut) console.log(`${target} is left out: ${why}`)
if (targets.length === 0) stop('There is nothing to make')
install()
build()
const output = resolve(process.env.DROVER_PACKAGE_DIR ?? join(root, 'dist'))
removeOldArtifacts()
// By copies, as it does of itself: only so our AppRun takes the place of its own.
process.env.USE_HARD_LINKS = 'false'
run(ownNode(), [
  join(root, 'node_modules/electron-builder/cli.js'),
  `--${platform}`,
  ...targets,
  '--publish=never',
  `-c.directories.output=${output}`,
  ...electronDist(),
])
writeChecksums()

function hasProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The Electron that is here already and is this platform's; else electron-builder fetches one. */
function electronDist() {
  const elsewhere = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (elsewhere) return [`-c.electronDist=${elsewhere}`]
  const isOurs = (platform === 'mac') === (process.platform === 'darwin')
  return isOurs && installedElectron({}) ? [`-c.electronDist=${join(root, 'node_modules/electron/dist')}`] : []
}

/** What an earlier version made would be taken for this one's. */
function removeOldArtifacts() {
  if (existsSync(output)) for (const name of readdirSync(output)) if (ARTIFACT.test(name)) rmSync(join(output, name))
}

function writeChecksums() {
  const lines = readdirSync(output)
    .filter(name => ARTIFACT.test(name))
    .toSorted()
    .map(
      name =>
        `${createHash('sha256')
          .update(readFileSync(join(output, name)))
          .digest('hex')}  ${name}\n`,
    )
  if (lines.length === 0) return
  writeFileSync(join(output, 'SHA256SUMS'), lines.join(''))
  console.log(`\n${lines.map(line => line.slice(0, -1)).join('\n')}\nin ${output}`)
}
