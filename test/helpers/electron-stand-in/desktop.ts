/** What a desktop gives. Nothing of it is shown: a test puts its own answers in the place of these, as it would in Electron. */
import { EventEmitter } from 'node:events'
import type { Part } from './part.ts'

const workArea = { x: 0, y: 0, width: 1920, height: 1080 }
const display = { id: 1, bounds: workArea, workArea, scaleFactor: 1 } as Electron.Display

export const screen = {
  getPrimaryDisplay: () => display,
  getAllDisplays: () => [display],
} satisfies Part<Electron.Screen>

export const nativeTheme: EventEmitter & Part<Electron.NativeTheme> = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: true,
})

/** Nothing sleeps here; a test says that it did. */
export const powerMonitor: EventEmitter & Part<Electron.PowerMonitor> = new EventEmitter()

export const dialog = {
  showErrorBox: (title, content) => void process.stderr.write(`stand-in: error box: ${title}: ${content}\n`),
  showMessageBox: () => Promise.reject(new Error('stand-in: nobody is there to answer a dialog; put an answer in its place')),
} satisfies Part<Electron.Dialog>

export const shell = {
  openExternal: url => Promise.resolve(void process.stderr.write(`stand-in: would open ${url}\n`)),
} satisfies Part<Electron.Shell>

class StandInNotification extends EventEmitter implements Part<Electron.Notification> {
  title: string
  constructor({ title = '' }: Electron.NotificationConstructorOptions) {
    super()
    this.title = title
  }
  show(): void {
    process.stderr.write(`stand-in: would notify: ${this.title}\n`)
  }
}
export const Notification = StandInNotification as unknown as typeof Electron.Notification satisfies Partial<
  typeof Electron.Notification
>
