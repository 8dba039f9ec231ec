/** What clients may ask of config.yaml. */
import type { Methods } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { setKey } from '../config/config-edits.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { type Config, DEFAULT_CONFIG } from '../config/schema.ts'

export function configMethods(config: ConfigFile): Pick<Methods, 'config.get' | 'config.set'> {
  return {
    'config.get': async () => ({
      path: config.path,
      text: textOf(config),
      error: config.error?.message ?? null,
      values: settingValues(config.current),
      defaults: settingValues(DEFAULT_CONFIG),
    }),
    'config.set': async ({ key, value }) => {
      await config.edit(document => setKey(document, key, value))
      return null
    },
  }
}

/** Empty for a file that cannot be read; why stands in `error`, and the values that hold are told all the same. */
function textOf(config: ConfigFile): string {
  try {
    return config.text()
  } catch (error) {
    if (error instanceof AppError) return ''
    throw error
  }
}

/** By the keys of the file, nested as there. */
export function settingValues({
  defaultHost,
  local,
  detachOnCtrlC,
  push,
  notifications,
  tray,
  web,
  metrics,
  keepCore,
  startAtLogin,
  beowulfDaemon,
  sshConfig,
  logLevel,
}: Config): Record<string, unknown> {
  return {
    default_host: defaultHost,
    local: { tags: local.tags, drain: local.drain },
    detach_on_ctrl_c: detachOnCtrlC,
    push: { spare_limit_bytes: push.spareLimitBytes, keep_finished_days: push.keepFinishedDays },
    notifications: {
      failed: notifications.failed,
      long_job_seconds: notifications.longJobMs / 1000,
      host_away: notifications.hostAway,
      quiet_from: notifications.quietFrom,
      quiet_to: notifications.quietTo,
      muted_hosts: notifications.mutedHosts,
    },
    tray: { show: tray.show, panel: tray.panel },
    web: { address: web.address, port: web.port, dashboard: web.dashboard },
    metrics: { open: metrics.open },
    keep_core: keepCore,
    start_at_login: startAtLogin,
    beowulf_daemon: beowulfDaemon,
    ssh_config: sshConfig,
    log_level: logLevel,
  }
}
