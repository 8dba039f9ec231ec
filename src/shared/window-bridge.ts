/**
 * What the preload gives to the page in Electron, and what goes over the port between it and the core. The messages are those of the
 * WebSocket; a port knows neither back-pressure nor a reason for its end, so it carries these beside them.
 */

/** The port of a new connection comes to the main process on this channel. */
export const CONNECT_CHANNEL = 'drover.connect'
/** A place in the page, as the fragment of its address, comes to the preload on this one. */
export const ROUTE_CHANNEL = 'drover.route'

/** The page has taken so many more bytes of messages: of texts, their length. */
export type Took = { took: number }
/** As of a WebSocket. The last message there is. */
export type Closed = { close: { code: number; reason: string } }
export type ToPage = string | Uint8Array | Closed
export type FromPage = string | Uint8Array | Took

/** The page tells what it took when it is this much. */
export const TELL_TOOK_BYTES = 64 * 1024

export type PortListener = {
  message(message: string | Uint8Array): void
  /** `code` null: without a word. */
  closed(code: number | null, reason: string): void
}
export type PortConnection = {
  send(message: string | Uint8Array): void
  close(): void
}
/** `window.drover`. `DroppedFile` is the File of the page, which not every side knows. */
export type WindowBridge<DroppedFile> = {
  /** Opens a connection to the core, until either side closes it or the page ends. */
  connect(listener: PortListener): PortConnection
  onRoute(listener: (hash: string) => void): void
  /** Empty for a file that is not of a disk. */
  pathOf(file: DroppedFile): string
}
