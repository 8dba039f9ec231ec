/**
 * Carries what a terminal prints from its stream to the screen, no faster than the screen takes it: so a job that prints a gigabyte
 * fills neither the window nor the core.
 */

/** So much may wait in the screen: enough to keep it busy, little enough that a key's echo is not behind seconds of output. */
const MOST_PENDING_BYTES = 512 * 1024

/** `write` calls back when it has drawn the bytes. Settles when the stream has ended; throws the stream's error. */
export async function feed(
  stream: AsyncIterable<Uint8Array>,
  write: (bytes: Uint8Array, done: () => void) => void,
  mostPendingBytes = MOST_PENDING_BYTES,
): Promise<void> {
  let pendingBytes = 0
  let wake: () => void = () => undefined
  for await (const bytes of stream) {
    pendingBytes += bytes.length
    write(bytes, () => {
      pendingBytes -= bytes.length
      wake()
    })
    while (pendingBytes > mostPendingBytes) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
}
