/** Saves a whole log to a file of the browser's. It has to go through the page's memory: one that is too large for that is for the command line. */
import { useEffect, useState } from 'react'
import type { JobView } from '../../../../shared/domain.ts'
import { toErrorBody } from '../../../../shared/errors.ts'
import { bytesText, shortId } from '../../../../shared/format.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { Problem } from '../../../components/problem.tsx'
import { saveFile } from '../../../components/save-file.ts'
import { core } from '../../../core.ts'
import { shareText } from '../sync-text.ts'

const MOST_BYTES = 100_000_000

type Saving =
  | { kind: 'reading'; bytes: number; total: number | null }
  | { kind: 'too-large'; total: number }
  | { kind: 'failed'; message: string }

export function SaveLog({ job, onClose }: { readonly job: JobView; readonly onClose: () => void }) {
  const [saving, setSaving] = useState<Saving>({ kind: 'reading', bytes: 0, total: null })
  const { id } = job
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is saved once for each opening.
  useEffect(() => {
    const abort = new AbortController()
    void save(id, abort.signal, setSaving)
      .then(isSaved => isSaved && onClose())
      .catch(error => setSaving({ kind: 'failed', message: toErrorBody(error).message }))
    return () => abort.abort()
  }, [id])
  return (
    <Dialog title="Save the log" onClose={onClose}>
      {saving.kind === 'reading' && <p role="status">Reading {shareText(saving.bytes, saving.total)}…</p>}
      {saving.kind === 'failed' && <Problem error={saving} />}
      {saving.kind === 'too-large' && (
        <>
          <p>It has {bytesText(saving.total)}, which is more than a page can hold. In a terminal, this saves it:</p>
          <code className="command-box">
            drover logs {shortId(id)} &gt; {fileName(id)}
          </code>
        </>
      )}
      <footer>
        <Button onPress={onClose}>{saving.kind === 'reading' ? 'Cancel' : 'Close'}</Button>
      </footer>
    </Dialog>
  )
}

/** False if it was left, or is too large. */
async function save(job: string, signal: AbortSignal, tell: (saving: Saving) => void): Promise<boolean> {
  const { bytes: all, droppedBytes } = await core.call('job.logSize', { job })
  const total = all - droppedBytes
  if (total > MOST_BYTES) tell({ kind: 'too-large', total })
  if (total > MOST_BYTES || signal.aborted) return false
  const parts: BlobPart[] = []
  let bytes = 0
  for await (const chunk of await core.openLog({ job, fromByte: 0, follow: false })) {
    if (signal.aborted) return false
    parts.push(chunk.slice())
    bytes += chunk.length
    tell({ kind: 'reading', bytes, total })
  }
  saveFile(fileName(job), parts)
  return true
}

function fileName(job: string): string {
  return `drover-${shortId(job)}.log`
}
