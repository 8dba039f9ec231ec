/**
 * What the suites reported. Each run of `npm test` leaves a report of each suite in one folder:
 * `{ passed, failed, skipped, failures: { where, message }[], retried: { where, message }[] }`, where what is `retried` passed the
 * second time. Plain JavaScript: CI adds them up before anything else is sure to work.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.mjs'

/** What vitest is told: to print as it does, and to leave its report here. */
export const REPORTERS = ['--reporter=default', `--reporter=${join(root, 'scripts/vitest-reporter.mjs')}`]

const folder = join(root, 'node_modules/.cache/drover/reports')

export function clearReports() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}

export function writeReport(suite, report) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${suite}.json`), JSON.stringify(report))
}

/** All reports as one. Without any, nothing ran. */
export function sumOfReports() {
  const sum = { passed: 0, failed: 0, skipped: 0, failures: [], retried: [] }
  let names = []
  try {
    names = readdirSync(folder).sort()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  for (const name of names) {
    const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    for (const key of Object.keys(sum))
      sum[key] = Array.isArray(sum[key]) ? [...sum[key], ...report[key]] : sum[key] + report[key]
  }
  return sum
}
