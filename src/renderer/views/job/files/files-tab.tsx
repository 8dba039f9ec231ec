/** What stands in a job's folder on its host, folder by folder, to look at and to bring here. */
import './files.css'
import { Download, File, FileSymlink, Folder } from 'lucide-react'
import { useState } from 'react'
import type { Output } from '../../../../shared/contract.ts'
import type { JobFile, JobView } from '../../../../shared/domain.ts'
import { bytesText, countText } from '../../../../shared/format.ts'
import { visible } from '../../../../shared/visible.ts'
import { Ago } from '../../../components/ago.tsx'
import { Button } from '../../../components/button.tsx'
import { Empty, Waiting } from '../../../components/empty.tsx'
import { Problem } from '../../../components/problem.tsx'
import { useAnswer } from '../../../components/use-answer.ts'
import { core } from '../../../core.ts'
import { OwedPulls } from './owed-pulls.tsx'
import { PullDialog } from './pull-dialog.tsx'

type Listing = { path: string } & Output<'job.files'>

export function FilesTab({ job }: { readonly job: JobView }) {
  const [path, setPath] = useState('')
  const [pulled, setPulled] = useState<string | null>(null)
  const hasFiles = job.startedAt !== null
  const { answer, again } = useAnswer(hasFiles ? `${job.id} ${path}` : null, () => core.call('job.files', { job: job.id, path }))
  if (!hasFiles) return <Empty title="It has not started, so it has no files yet" />
  return (
    <section className="files" aria-label="Files">
      <OwedPulls job={job} />
      <header className="row">
        <Crumbs path={path} onGoTo={setPath} />
        <span className="grow" />
        <Button onPress={again}>Look again</Button>
        <Button onPress={() => setPulled(path === '' ? '.' : path)}>
          <Download size={13} /> Pull this folder
        </Button>
      </header>
      {answer.kind === 'waiting' && <Waiting what="Looking into the folder" />}
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {answer.kind === 'here' && <FileTable listing={{ path, ...answer.value }} onOpen={setPath} onPull={setPulled} />}
      {pulled !== null && <PullDialog job={job} pattern={pulled} onClose={() => setPulled(null)} />}
    </section>
  )
}

function Crumbs({ path, onGoTo }: { readonly path: string; readonly onGoTo: (path: string) => void }) {
  const parts = path === '' ? [] : path.split('/')
  return (
    <nav className="crumbs mono" aria-label="Folder">
      <button type="button" onClick={() => onGoTo('')}>
        workdir
      </button>
      {parts.map((part, index) => {
        const to = parts.slice(0, index + 1).join('/')
        return (
          <span key={to}>
            /
            <button type="button" onClick={() => onGoTo(to)}>
              {visible(part)}
            </button>
          </span>
        )
      })}
    </nav>
  )
}

type FileTableProps = {
  readonly listing: Listing
  readonly onOpen: (path: string) => void
  readonly onPull: (path: string) => void
}

function FileTable({ listing: { path, files, isCut }, onOpen, onPull }: FileTableProps) {
  if (files.length === 0) return <Empty title="This folder is empty" />
  return (
    <div className="table-frame files-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="figure">
              Size
            </th>
            <th scope="col" className="figure">
              Changed
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map(file => (
            <FileRow key={file.name} file={file} path={joinPath(path, file.name)} onOpen={onOpen} onPull={onPull} />
          ))}
        </tbody>
      </table>
      {isCut && <p className="table-note">There are more than {countText(files.length)}; these are some of them.</p>}
    </div>
  )
}

const ICONS = { file: File, folder: Folder, link: FileSymlink, other: File } as const

type FileRowProps = Pick<FileTableProps, 'onOpen' | 'onPull'> & {
  readonly file: JobFile
  readonly path: string
}

function FileRow({ file, path, onOpen, onPull }: FileRowProps) {
  const { name, type, sizeBytes, modifiedAt } = file
  const Icon = ICONS[type]
  const shown = visible(name)
  return (
    <tr>
      <th scope="row" className="mono filling" dir="ltr" title={shown}>
        <Icon size={13} aria-label={type} />{' '}
        {type === 'folder' ? (
          <button type="button" className="link" onClick={() => onOpen(path)}>
            {shown}
          </button>
        ) : (
          shown
        )}
      </th>
      <td className="figure">{type === 'folder' ? '' : bytesText(sizeBytes)}</td>
      <td className="figure dim">
        <Ago at={modifiedAt} />
      </td>
      <td className="figure">
        {isPullable(name) && (
          <Button kind="quiet" aria-label={`Pull ${shown}`} title="Bring it here" onPress={() => onPull(path)}>
            <Download size={13} />
          </Button>
        )}
      </td>
    </tr>
  )
}

/** A name whose bytes are no text cannot be asked for by text. */
function isPullable(name: string): boolean {
  return !name.includes('\uFFFD')
}

function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
