/** The one link of this window to its core. Views call and stream through it; what the core knows is in stores/core-store.ts. */
import { followCore } from './link/follow-core.ts'
import { connectByIpc } from './link/ipc-link.ts'
import { connectToCore } from './link/web-link.ts'

export const core = followCore(window.drover ? connectByIpc(window.drover) : connectToCore)

// A wish of the menu's, or of a notification's.
window.drover?.onRoute(hash => {
  location.hash = hash
})
