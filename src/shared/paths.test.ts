import { expect, test } from 'vitest'
import { resolvePaths } from './paths.ts'

const SYSTEM = { home: '/home/system', temporaryFolder: '/tmp', userId: 1000 }

test('without XDG variables everything is in the usual folders of HOME, and the socket in the temporary folder', () => {
  expect(resolvePaths({ HOME: '/home/me' }, SYSTEM)).toEqual({
    configFile: '/home/me/.config/drover/config.yaml',
    databaseFile: '/home/me/.local/share/drover/drover.db',
    socketPathFile: '/home/me/.local/share/drover/core.socket',
    logFile: '/home/me/.local/state/drover/core.log',
    cacheFolder: '/home/me/.cache/drover',
    beowulfSocket: '/home/me/.beowulf/run/daemon',
    runtimeFolders: ['/tmp/drover-1000'],
  })
})

test('XDG variables say where, trailing slashes or not', () => {
  const env = {
    HOME: '/home/me',
    XDG_CONFIG_HOME: '/c/',
    XDG_DATA_HOME: '/d',
    XDG_STATE_HOME: '/s//',
    XDG_CACHE_HOME: '/',
    XDG_RUNTIME_DIR: '/run/user/1000',
  }
  expect(resolvePaths(env, { ...SYSTEM, temporaryFolder: '/var/tmp/' })).toEqual({
    configFile: '/c/drover/config.yaml',
    databaseFile: '/d/drover/drover.db',
    socketPathFile: '/d/drover/core.socket',
    logFile: '/s/drover/core.log',
    cacheFolder: '/drover',
    beowulfSocket: '/home/me/.beowulf/run/daemon',
    runtimeFolders: ['/run/user/1000/drover', '/var/tmp/drover-1000', '/tmp/drover-1000'],
  })
})

test('without HOME and without an entry in the password file, what is missing is named', () => {
  const nobody = { ...SYSTEM, home: null }
  expect(() => resolvePaths({}, nobody)).toThrow(/HOME is not set .*user 1000\. Set HOME/)
  expect(resolvePaths({ HOME: '/home/me' }, nobody).logFile).toBe('/home/me/.local/state/drover/core.log')
})

test('a temporary folder that is not absolute is left out', () => {
  expect(resolvePaths({}, { ...SYSTEM, temporaryFolder: 'here' }).runtimeFolders).toEqual(['/tmp/drover-1000'])
})

test.each(['', 'relative', './here', '~/x'])('a value that is not absolute (%j) is ignored', value => {
  const env = { HOME: value, XDG_CONFIG_HOME: value, XDG_DATA_HOME: value, XDG_STATE_HOME: value, XDG_RUNTIME_DIR: value }
  expect(resolvePaths(env, SYSTEM)).toEqual(resolvePaths({}, SYSTEM))
  expect(resolvePaths(env, SYSTEM).configFile).toBe('/home/system/.config/drover/config.yaml')
})
