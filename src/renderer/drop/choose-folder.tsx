/** The way to push a folder of this computer without dragging: the browser's own dialog. */
import { FolderUp } from 'lucide-react'
import { type ChangeEvent, useRef } from 'react'
import { Button } from '../components/button.tsx'
import { chosenSource } from './chosen-source.ts'
import { dropOrigin } from './origin.ts'
import { startDrop } from './run-drop.ts'

export function ChooseFolder() {
  const input = useRef<HTMLInputElement>(null)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const source = target.files && chosenSource(target.files, dropOrigin())
    // The same folder may be chosen again.
    target.value = ''
    if (source) startDrop(source)
  }
  return (
    <>
      <input ref={input} type="file" hidden onChange={choose} {...{ webkitdirectory: '' }} />
      <Button title="Push a folder of this computer; or drop one anywhere" onPress={() => input.current?.click()}>
        <FolderUp size={14} /> Choose folder
      </Button>
    </>
  )
}
