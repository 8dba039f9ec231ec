/** Settings: the config file as a form. The file is the truth: what is changed in it elsewhere is seen here at once. */
import './settings.css'
import './rules.css'
import { lazy, Suspense, useEffect } from 'react'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { onCoreEvent } from '../../link/follow-core.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { Appearance, SignOut } from './appearance.tsx'
import { DashboardAddress } from './dashboard-address.tsx'
import { HostsRow } from './hosts-row.tsx'
import { RulesSection } from './rules-section.tsx'
import { SettingRow } from './setting-row.tsx'
import { SETTINGS, valueAt } from './settings-form.ts'

/** Few have any. */
const TokensSection = lazy(async () => ({ default: (await import('./tokens-section.tsx')).TokensSection }))

export function SettingsView() {
  const mayAct = useMayAct()
  return (
    <section className="column settings">
      <header>
        <h1>Settings</h1>
      </header>
      {mayAct && <ConfigForm />}
      <Appearance />
      {mayAct && <DashboardAddress />}
      {mayAct && (
        <Suspense fallback={<Waiting what="Reading the tokens" height={120} />}>
          <TokensSection />
        </Suspense>
      )}
      {mayAct && <SignOut />}
    </section>
  )
}

function ConfigForm() {
  const { answer, last: config, again } = useAnswer('config', () => core.call('config.get', {}))
  useEffect(
    () =>
      onCoreEvent(({ type }) => {
        if (type === 'config.changed' || type === 'config.error') again()
      }),
    [again],
  )
  return (
    <>
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {config === null && answer.kind === 'waiting' && <Waiting what="Reading the settings" height={200} />}
      {config && (
        <>
          <p className="dim">
            The same as in <span className="mono">{visible(config.path)}</span>. Open it in your editor with{' '}
            <code>drover config edit</code>; comments stay as they are.
          </p>
          {config.error !== null && (
            <div className="notice loud" role="alert">
              <strong>The file has a mistake; the last good settings hold. It has to be mended there first.</strong>
              <pre className="mono">{visibleLines(config.error)}</pre>
            </div>
          )}
          <RulesSection isBroken={config.error !== null} />
          {SETTINGS.map(({ title, fields }) => (
            <fieldset key={title} className="card setting-group" disabled={config.error !== null}>
              <legend>{title}</legend>
              {fields.map(field => {
                const value = valueAt(config.values, field.key)
                return field.kind === 'hosts' ? (
                  <HostsRow key={field.key} field={field} value={value} />
                ) : (
                  <SettingRow key={field.key} field={field} value={value} usual={valueAt(config.defaults, field.key)} />
                )
              })}
            </fieldset>
          ))}
        </>
      )}
    </>
  )
}
