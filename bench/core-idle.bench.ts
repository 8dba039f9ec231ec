/** core-idle: what the core costs with its window closed: one host, a window that was open once, nothing that runs. */
import { setTimeout as delay } from 'node:timers/promises'
import { launchBrowser } from '../test/helpers/browser.ts'
import { againstAim, type BenchRow, median, range } from './bench.ts'
import { cpuMs, residentMb } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['core-idle']

const SETTLE_MS = 5_000
const WINDOWS = 3
const WINDOW_MS = 10_000

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, async ({ product }) => {
    const { url } = await product.call('window.open', { display: null })
    const browser = await launchBrowser()
    const page = await browser.newPage()
    await page.goto(url ?? '')
    await page.getByText('2 of 2 hosts').waitFor()
    await browser.close()
    await delay(SETTLE_MS)
    const pid = product.corePid()
    const percents: number[] = []
    const megabytes: number[] = []
    for (let window = 0; window < WINDOWS; window++) {
      const [usedBefore, startedAt] = [cpuMs(pid), performance.now()]
      await delay(WINDOW_MS)
      percents.push(((cpuMs(pid) - usedBefore) / (performance.now() - startedAt)) * 100)
      megabytes.push(residentMb(pid))
    }
    const lower = { better: 'lower', n: WINDOWS } as const
    return [
      againstAim({ ...lower, name: 'core-idle:memory', unit: 'MB', aim: 80, ours: median(megabytes), spread: range(megabytes) }),
      againstAim({
        ...lower,
        name: 'core-idle:cpu',
        unit: '% of a core',
        aim: 0.5,
        ours: median(percents),
        spread: range(percents),
      }),
    ]
  })
}
