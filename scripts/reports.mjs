/**
 * What the suites reported, added up. Each run of `npm test` leaves its reports in one folder: vitest's JSON for each suite,
 * and one of our own for the steps of the check. Plain JavaScript: CI adds them up before anything else is sure to work.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.mjs'

export const reportFolder = join(root, 'node_modules/.cache/drover/reports')

export function clearReports() {
  rmSync(reportFolder, { recursive: true, force: true })
  mkdirSync(reportFolder, { recursive: true })
}

export function vitestReport(suite) {
  return join(reportFolder, `${suite}.vitest.json`)
}

/** A step of the check that is no test of its own, such as the formatter: counted as one test each. */
export function writeSteps(steps) {
  mkdirSync(reportFolder, { recursive: true })
  writeFileSync(join(reportFolder, 'check.steps.json'), JSON.stringify(steps))
}

export function countTests() {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const name of readdirSync(reportFolder)) {
    const report = JSON.parse(readFileSync(join(reportFolder, name), 'utf8'))
    const { passed, failed, skipped } = name.endsWith('.steps.json') ? ofSteps(report) : ofVitest(report)
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
  }
  return total
}

function ofSteps(steps) {
  const failed = steps.filter(step => !step.isOk).length
  return { passed: steps.length - failed, failed, skipped: 0 }
}

function ofVitest(report) {
  // A file that could not even be loaded has no tests to fail: it counts as one.
  const broken = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
