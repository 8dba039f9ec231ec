/** What is of this browser and not of the config file: the theme, and who is signed in. */
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Question } from '../../components/question.tsx'
import { core } from '../../core.ts'
import { setTheme, THEMES, useTheme } from '../../theme/appearance.ts'

const NAMES = { system: 'As the system', dark: 'Dark', light: 'Light' } as const

export function Appearance() {
  const theme = useTheme()
  return (
    <fieldset className="card setting-group">
      <legend>Appearance, in this browser</legend>
      <div className="row">
        {THEMES.map(one => (
          <label key={one} className="row theme">
            <input type="radio" name="theme" checked={one === theme} onChange={() => setTheme(one)} /> {NAMES[one]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export function SignOut() {
  const [isAsked, setIsAsked] = useState(false)
  return (
    <section className="card setting-group row">
      <span className="grow dim">Browsers that were let in stay signed in until their page is closed.</span>
      <Button kind="danger" onPress={() => setIsAsked(true)}>
        Sign out all browsers…
      </Button>
      {isAsked && (
        <Question
          title="Sign out all browsers?"
          yes="Sign out all"
          onYes={() => core.call('web.signOut', {})}
          onClose={() => setIsAsked(false)}
        >
          <p>This one too. Addresses that were given out and not yet used are of no use any more. Jobs go on.</p>
        </Question>
      )}
    </section>
  )
}
