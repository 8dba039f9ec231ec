/** The tokens by which programs on other computers read the metrics: made, shown once, revoked. */
import './tokens.css'
import { type FormEvent, useState } from 'react'
import type { NewToken, TokenView } from '../../../shared/contract.ts'
import { toErrorBody } from '../../../shared/errors.ts'
import { ageText } from '../../../shared/format.ts'
import { TOKEN_NAME, TOKEN_NAME_RULE } from '../../../shared/token-name.ts'
import { UNENCRYPTED } from '../../../shared/unencrypted.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { copyAndSay } from '../../components/copy-text.ts'
import { Waiting } from '../../components/empty.tsx'
import { Field } from '../../components/field.tsx'
import { Problem } from '../../components/problem.tsx'
import { Question } from '../../components/question.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { useNow } from '../../stores/clock.ts'

export function TokensSection() {
  const { answer, last, again } = useAnswer('tokens', () => core.call('token.list', {}))
  const [made, setMade] = useState<NewToken | null>(null)
  const [revoked, setRevoked] = useState<string | null>(null)
  const onMade = (token: NewToken) => {
    setMade(token)
    again()
  }
  const revoke = async (name: string) => {
    await core.call('token.remove', { name })
    if (made?.name === name) setMade(null)
    again()
  }
  return (
    <fieldset className="card setting-group">
      <legend>Metrics tokens</legend>
      <p className="dim tokens-note">
        With one a program on another computer, as Prometheus, reads <span className="mono">/metrics</span> at the web address,
        and nothing else. As long as there is one that address is served.
      </p>
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {last === null && answer.kind === 'waiting' && <Waiting what="Reading the tokens" height={60} />}
      {last !== null && last.tokens.length > 0 && (
        <ul className="plain-list tokens">
          {last.tokens.map(token => (
            <TokenRow key={token.name} token={token} onRevoke={() => setRevoked(token.name)} />
          ))}
        </ul>
      )}
      <NewTokenForm onMade={onMade} />
      {made && <Made token={made} />}
      {revoked !== null && (
        <Question
          title={<>Revoke {visible(revoked)}?</>}
          yes="Revoke"
          onYes={() => revoke(revoked)}
          onClose={() => setRevoked(null)}
        >
          <p>What reads the metrics with it is let in no more, at once and for good.</p>
        </Question>
      )}
    </fieldset>
  )
}

function TokenRow({ token, onRevoke }: { readonly token: TokenView; readonly onRevoke: () => void }) {
  const now = useNow()
  const { name, createdAt, usedAt } = token
  const ago = (at: number) => `${ageText(Math.max(0, now - at))} ago`
  return (
    <li className="token">
      <span className="mono">{visible(name)}</span>
      <span className="dim number">
        made {ago(createdAt)}, {usedAt === null ? 'never used' : `last used ${ago(usedAt)}`}
      </span>
      <Button kind="quiet" aria-label={`Revoke ${visible(name)}…`} onPress={onRevoke}>
        Revoke…
      </Button>
    </li>
  )
}

function NewTokenForm({ onMade }: { readonly onMade: (token: NewToken) => void }) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const make = async () => {
    if (!TOKEN_NAME.test(name)) {
      setProblem(TOKEN_NAME_RULE)
      return
    }
    try {
      onMade(await core.call('token.add', { name }))
      setName('')
      setProblem(null)
    } catch (error) {
      setProblem(toErrorBody(error).message)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void make()
  }
  return (
    <form className="token-form" onSubmit={submit}>
      <Field label="New token for" problem={problem}>
        {parts => (
          <input
            {...parts}
            className="input"
            value={name}
            placeholder="prometheus"
            spellCheck={false}
            autoComplete="off"
            onChange={event => setName(event.target.value)}
          />
        )}
      </Field>
      <Button onPress={make}>Make a token</Button>
    </form>
  )
}

function Made({ token: { name, token, address, isLocal } }: { readonly token: NewToken }) {
  return (
    <div className="token-made" role="status">
      <div className="row">
        <code className="command-box grow">{token}</code>
        <Button onPress={() => copyAndSay(token, 'Copied the token')}>Copy</Button>
      </div>
      <span>
        The token <span className="mono">{visible(name)}</span> for <span className="mono">{address}/metrics</span>. It is not
        shown again.
      </span>
      {isLocal ? (
        <span className="dim">Only this computer reaches that address. Others do with another web address, above.</span>
      ) : (
        <span className="warn-text">{UNENCRYPTED}</span>
      )}
    </div>
  )
}
