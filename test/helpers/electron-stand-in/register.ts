/** Loaded before the app: from here on `electron` is the stand-in, and the package of that name is never touched. */
import { registerHooks } from 'node:module'
import './identity.ts'

const url = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
process.stderr.write('stand-in: this is Node with Chromium, and not Electron\n')
