/** `npm test`: installs what it lacks, builds, and runs everything: the check, then the tests with real parts and with a browser. What CI runs. */
import { join } from 'node:path'
import { build, install, ownNode, requireNode, root, run, tryRun } from './project.mjs'
import { clearReports, countTests, vitestReport } from './reports.mjs'

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
const { passed, failed: failures, skipped } = countTests()
console.log(
  `\n${failed.length === 0 ? 'All passed' : `Failed: ${failed.join(', ')}`} (${passed} passed, ${failures} failed, ${skipped} skipped)`,
)
process.exit(failed.length === 0 ? 0 : 1)

function vitest(suite) {
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  return [program, 'run', '--project', suite, '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport(suite)}`]
}
