/** Servers of projects: begun, listed, closed. */
import type { Methods, Parsed, ServerView } from '../../shared/contract.ts'

export type ServerParts = {
  servers: {
    open(
      project: { id: string; folder: string },
      wish: Omit<Parsed<'server.open'>, 'project'>,
    ): Promise<{ server: ServerView; token: string | null }>
    close(projectId: string): Promise<ServerView>
    list(): ServerView[]
  }
  projects: Pick<Methods, 'project.get' | 'project.down'>
}

export function serverMethods({ servers, projects }: ServerParts): Pick<Methods, Extract<keyof Methods, `server.${string}`>> {
  return {
    'server.open': async ({ project: ref, ...wish }, principal) => {
      const { project } = await projects['project.get']({ project: ref }, principal)
      return await servers.open(project, wish)
    },
    'server.close': async ({ project: ref, cascade }, principal) => {
      const { project } = await projects['project.get']({ project: ref }, principal)
      const server = await servers.close(project.id)
      if (cascade || server.cascade) await projects['project.down']({ project: project.id }, principal)
      return { server }
    },
    'server.list': async () => ({ servers: servers.list() }),
  }
}
