/** Tar archives for tests, header by header, also such as no honest program writes. */
import { encodeHeader, type TarHeader, type WrittenKind } from '../../src/main/jobs/tar/tar-header.ts'

export type CraftedEntry = Partial<TarHeader> & {
  path: string
  content?: string | Buffer
  /** In place of the kind's own letter. */
  letter?: string
  /** The size that the header tells, whatever the content has. */
  claims?: number
}

export function craftTar(entries: readonly CraftedEntry[], end = true): Buffer {
  const parts = entries.flatMap(entry => {
    const content = Buffer.from(entry.content ?? '')
    const kind = (entry.kind === 'hardlink' || entry.kind === 'special' ? 'file' : (entry.kind ?? 'file')) as WrittenKind
    const block = encodeHeader({
      mode: 0o644,
      mtime: 1_700_000_000,
      target: '',
      ...entry,
      kind,
      size: entry.claims ?? content.length,
    })
    const letter = entry.letter ?? (entry.kind === 'hardlink' ? '1' : entry.kind === 'special' ? '6' : null)
    if (letter !== null) block.write(letter, 156, 'latin1')
    return [sealed(block), content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(end ? 1024 : 0)])
}

/** With the checksum that its bytes have now. */
export function sealed(block: Buffer): Buffer {
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
