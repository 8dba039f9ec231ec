/** A reporter for vitest beside the one that prints: leaves what a suite came to in the folder of reports. */
import { relative } from 'node:path'
import { root } from './project.mjs'
import { writeReport } from './reports.mjs'

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default class VitestReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: 0, skipped: 0, failures: [], retried: [] }
    const fail = (where, errors) => {
      report.failed += 1
      report.failures.push({ where, message: messageOf(errors) })
    }
    for (const module of modules) {
      const file = module.relativeModuleId
      // What could not be loaded or set up has no tests to fail: it counts as one.
      for (const part of [module, ...module.children.allSuites()])
        if (part.errors().length > 0) fail(part === module ? file : `${file} > ${part.fullName}`, part.errors())
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result()
        const where = `${file} > ${test.fullName}`
        if (state === 'failed') fail(where, errors)
        else if (state === 'passed') report.passed += 1
        else report.skipped += 1
        if (state === 'passed' && errors.length > 0) report.retried.push({ where, message: messageOf(errors) })
      }
    }
    // Outside of any test, and yet the run fails by it.
    for (const error of unhandledErrors) {
      const file = error.VITEST_TEST_PATH ? relative(root, error.VITEST_TEST_PATH) : 'no file'
      fail(`${file}, outside of its tests`, [error])
    }
    writeReport(modules[0]?.project.name ?? 'vitest', report)
  }
}

function messageOf(errors) {
  return errors.flatMap(({ stack, message, diff }) => [stack ?? message, ...(diff ? [diff] : [])]).join('\n')
}
