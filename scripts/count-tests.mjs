/** The last line of a CI run, from the reports of all its suites. Its argument is the exit code of the run, which the line must not contradict. */
import { sumOfReports } from './reports.mjs'

const { passed, failed, skipped } = sumOfReports()
const hasFailed = process.argv[2] !== '0'
// A run may fail outside of any test: while it installs or builds.
console.log(`${passed} passed, ${hasFailed ? Math.max(1, failed) : failed} failed, ${skipped} skipped`)
