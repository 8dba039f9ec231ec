/** An app's picture. It comes from a host, so it is only ever shown by `<img>`, in which a browser runs and loads nothing. */
import { AppWindow } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { AppView } from '../../shared/app.ts'
import { core } from '../core.ts'

type AppIconProps = { readonly app: Pick<AppView, 'id' | 'hasIcon'>; readonly size: number }

export function AppIcon({ app, size }: AppIconProps) {
  const url = useIcon(app, size)
  if (url === null) return <AppWindow className="app-icon none" style={{ width: size, height: size }} aria-hidden />
  return <img className="app-icon" src={url} width={size} height={size} alt="" draggable={false} />
}

/** Kept as long as the page: pictures hardly change. One that was asked for in vain is asked for again by the next who looks. */
const known = new Map<string, Promise<string | null>>()

function useIcon({ id, hasIcon }: AppIconProps['app'], size: number): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (!hasIcon) return setUrl(null)
    let isWanted = true
    void iconUrl(id, size * 2).then(loaded => isWanted && setUrl(loaded))
    return () => {
      isWanted = false
    }
  }, [id, hasIcon, size])
  return url
}

function iconUrl(app: string, size: number): Promise<string | null> {
  const key = `${size} ${app}`
  const asked = known.get(key) ?? askIcon(app, size)
  known.set(key, asked)
  void asked.then(url => url === null && known.delete(key))
  return asked
}

async function askIcon(app: string, size: number): Promise<string | null> {
  try {
    const { icon } = await core.call('app.icon', { app, size })
    return icon && `data:${icon.type};base64,${icon.base64}`
  } catch {
    return null // Without its picture an app can be launched all the same.
  }
}
