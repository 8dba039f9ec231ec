/** What a push of the folder would send, and what it leaves out and why. Counting a big one takes a while, and may be left. */
import { useEffect, useState } from 'react'
import type { PushPreview } from '../../../shared/contract.ts'
import { bytesText, counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Skeleton } from '../../components/empty.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { LeftOut } from '../../drop/left-out.tsx'
import { useNow } from '../../stores/clock.ts'

export type Preview = PushPreview & { folder: string }
type FolderPreviewProps = { readonly folder: string; readonly onPreview: (preview: Preview | null) => void }

export function FolderPreview({ folder, onPreview }: FolderPreviewProps) {
  const [isLeft, setIsLeft] = useState(false)
  const [startedAt] = useState(() => Date.now())
  const { answer } = useAnswer(isLeft ? null : folder, () => core.call('job.preview', { folder }))
  const seconds = Math.floor((useNow() - startedAt) / 1000)
  useEffect(() => {
    onPreview(answer.kind === 'here' ? { ...answer.value, folder } : null)
  }, [answer, folder, onPreview])
  if (isLeft) return <p className="preview dim">Not counted. It can be pushed all the same.</p>
  if (answer.kind === 'failed') return <p className="preview is-bad">{visible(answer.error.message)}</p>
  if (answer.kind === 'here') return <Figures preview={answer.value} />
  return (
    <div className="preview row" role="status">
      {seconds < 1 ? (
        <div className="grow">
          <Skeleton />
        </div>
      ) : (
        <>
          <span className="dim grow number">Looking at its files for {seconds} s…</span>
          <Button kind="quiet" onPress={() => setIsLeft(true)}>
            Do not wait
          </Button>
        </>
      )}
    </div>
  )
}

function Figures({ preview }: { readonly preview: PushPreview }) {
  const { files, bytes, skipped, isSkippedCut, warnings } = preview
  const figures = `${counted(files, 'file')} · ${bytesText(bytes)}`
  const ignored = `${isSkippedCut ? 'more than ' : ''}${counted(skipped.length, 'path')} ignored`
  return (
    <div className="preview">
      {skipped.length === 0 ? (
        <span className="dim number">{figures} · nothing ignored</span>
      ) : (
        <details>
          <summary className="number">
            {figures} · {ignored}
          </summary>
          <LeftOut paths={skipped} isCut={isSkippedCut} />
        </details>
      )}
      {warnings.map(warning => (
        <p key={warning} className="is-warn">
          {visible(warning)}
        </p>
      ))}
    </div>
  )
}
