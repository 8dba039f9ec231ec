/** The way to a folder of this computer without dragging and without typing: the browser's own dialog. */
import { FolderUp } from 'lucide-react'
import { type ChangeEvent, useRef } from 'react'
import { Button } from '../components/button.tsx'
import { chosenSource } from './chosen-source.ts'
import { dropOrigin } from './origin.ts'
import { startDrop } from './run-drop.ts'
import { chosenPath, pathOf } from './shell-path.ts'

/** `onPath`: the folder is on the core's machine, there. Otherwise it is sent as one that is dropped. */
export function ChooseFolder({ onPath }: { readonly onPath: (path: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const { files } = target
    const [first] = files ?? []
    const path = first ? chosenPath({ path: pathOf(first), webkitRelativePath: first.webkitRelativePath }) : null
    const source = files && path === null ? chosenSource(files, dropOrigin()) : null
    // The same folder may be chosen again.
    target.value = ''
    if (path !== null) onPath(path)
    else if (source) startDrop(source)
  }
  return (
    <>
      <input ref={input} type="file" hidden onChange={choose} {...{ webkitdirectory: '' }} />
      <Button title="A folder of this computer; or drop one on the window" onPress={() => input.current?.click()}>
        <FolderUp size={14} /> Choose folder…
      </Button>
    </>
  )
}
