/** A project as files of another program: read as it stands on the disk, started nowhere. */
import { userInfo } from 'node:os'
import type { Methods } from '../../shared/contract.ts'
import { badProject } from '../supervisor/bad-project.ts'
import { exportSystemd } from '../supervisor/export/export-systemd.ts'
import type { Projects } from '../supervisor/projects.ts'

export function exportMethods(look: Projects['look']): Pick<Methods, 'project.export'> {
  return {
    'project.export': async ({ isUser, out, name, folder, ...wish }) => {
      const { project, problems } = await look(folder, wish)
      if (project === null) throw badProject(folder, problems)
      const { username, shell } = userInfo()
      return exportSystemd(project, { isUser, out, name: name ?? null, user: username, shell: shell ?? '/bin/sh' })
    },
  }
}
