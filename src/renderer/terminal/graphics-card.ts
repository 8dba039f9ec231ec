/** Whether WebGL is drawn by a graphics card here. Where the CPU only acts as one, xterm.js is quicker without: more than twice. */

/** SwiftShader is Chromium's own; the others are Mesa's and those of Windows and macOS. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i

let known: boolean | undefined

/** Asked of the browser once: each context counts among the few it gives. */
export function hasGraphicsCard(): boolean {
  known ??= isDrawnByCard(document.createElement('canvas').getContext('webgl2'))
  return known
}

function isDrawnByCard(context: WebGL2RenderingContext | null): boolean {
  if (context === null) return false
  const info = context.getExtension('WEBGL_debug_renderer_info')
  // A browser that does not say is taken at its word that it has WebGL.
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !SOFTWARE.test(name)
}
