/** The views of the window, each as a person comes to it, and what is to be seen there before its picture is taken. */
import type { Locator, Page } from 'playwright-core'
import type { Flock } from './flock.ts'

export type Shot = {
  /** Its file is `<name>-light.png`, and `-dark`. */
  name: string
  /** A place in the window, after the `#`. */
  route: string
  /** What is done there. */
  act?(page: Page): Promise<void>
  /** The last that comes. */
  sign(page: Page): Locator
}

export function shotsOf({ jobs, project, folder }: Pick<Flock, 'jobs' | 'project' | 'folder'>): Shot[] {
  const { make, failed, shorn, train } = jobs
  const chart = (page: Page) => page.locator('[aria-busy=false] .chart, .job-charts .chart').last()
  return [
    { name: 'overview', route: '/', sign: page => page.getByRole('region', { name: 'Needs you' }).getByText('counted 98') },
    { name: 'apps', route: '/apps', act: allIcons, sign: page => page.getByText('Sheep Counter') },
    {
      name: 'app-menu',
      route: '/apps',
      act: page => page.getByRole('button', { name: 'More for Sheep Counter' }).click(),
      sign: page => page.getByRole('menuitem', { name: 'Launch on gpu' }),
    },
    { name: 'jobs', route: '/jobs', sign: page => page.getByRole('grid', { name: 'Jobs' }).getByText('./shear.sh') },
    { name: 'job-terminal', route: `/jobs/${make}/terminal`, sign: page => page.getByText('Attached.') },
    { name: 'job-log', route: `/jobs/${failed}/log`, sign: page => page.locator('main').getByText('counted 98').first() },
    { name: 'job-files', route: `/jobs/${shorn}/files`, sign: page => page.getByText('wool', { exact: true }) },
    { name: 'job-resources', route: `/jobs/${train}/resources`, sign: chart },
    { name: 'job-why', route: `/jobs/${make}/why`, sign: page => page.getByRole('button', { name: 'Weigh again' }) },
    {
      name: 'processes',
      route: `/processes/${project}`,
      act: page => page.getByRole('log').getByText('sheep at the gate').first().waitFor(),
      sign: page => page.getByRole('log').getByText('sheared sheep').last(),
    },
    {
      name: 'process-broken',
      route: `/processes/${project}/mill.1`,
      sign: page => page.getByRole('region', { name: 'What happened' }).getByText('panic: no wind'),
    },
    {
      name: 'metrics',
      route: '/metrics',
      act: page => page.getByRole('radio', { name: '6 h', exact: true }).check(),
      sign: chart,
    },
    { name: 'hosts', route: '/hosts/big', sign: page => page.getByText('Copies of folders') },
    { name: 'settings', route: '/settings', act: showTray, sign: page => page.getByText('Show an icon') },
    {
      name: 'palette',
      route: '/',
      act: async page => {
        await page.keyboard.press('Control+K')
        await page.getByRole('combobox').fill('sheep')
      },
      sign: page => page.getByRole('option', { name: /^Launch Sheep Counter/ }),
    },
    {
      name: 'push',
      route: '/jobs',
      act: async page => {
        await page.getByRole('button', { name: 'Push folder' }).click()
        await page.getByLabel(/^Folder on/).fill(folder)
        await page.getByRole('button', { name: 'make test' }).click()
      },
      sign: page => page.getByText(/[kMG]B free/),
    },
  ]
}

/** Those in sight; others are drawn when one comes to them. */
async function allIcons(page: Page): Promise<void> {
  await page.locator('.app-tile img').nth(3).waitFor()
  await page.waitForFunction("[...document.querySelectorAll('.app-tile img')].every(one => one.complete && one.naturalWidth > 0)")
}

/** What tells of things: the tray and the notifications above it. */
async function showTray(page: Page): Promise<void> {
  await page.getByText('Notifications', { exact: true }).evaluate(legend => legend.closest('fieldset')?.scrollIntoView())
}
