/** `npm test`: installs what it lacks, builds, and runs everything: the check, then the tests with real parts and with a browser. What CI runs. */
import { join } from 'node:path'
import { build, install, ownNode, requireNode, root, run, tryRun } from './project.mjs'
import { clearReports, REPORTERS, sumOfReports } from './reports.mjs'

requireNode()
install()
run('sh', [join(root, 'scripts/setup-debian.sh')])
build()
clearReports()
const suites = [
  ['check', [join(root, 'scripts/check.ts')]],
  ['integration', vitest('integration')],
  ['e2e', vitest('e2e')],
]
const failed = suites.filter(([, args]) => tryRun(ownNode(), args).status !== 0).map(([name]) => name)
const { passed, failed: failures, skipped, ...told } = sumOfReports()
// Once more at the end: what a run prints on its way is long, and may not be kept whole.
for (const { where, message } of told.retried) console.log(`\nPassed the second time: ${where}\n${indented(message)}`)
for (const { where, message } of told.failures) console.log(`\nFailed: ${where}\n${indented(message)}`)
console.log(
  `\n${failed.length === 0 ? 'All passed' : `Failed: ${failed.join(', ')}`} (${passed} passed, ${failures} failed, ${skipped} skipped)`,
)
process.exit(failed.length === 0 ? 0 : 1)

function vitest(suite) {
  return [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', suite, ...REPORTERS]
}

function indented(message) {
  return message.slice(0, 2_000).replaceAll(/^/gm, '  ')
}
