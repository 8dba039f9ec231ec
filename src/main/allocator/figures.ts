/** How the allocator writes figures in its reasons. */

/** `12 %` */
export function percentText(ratio: number): string {
  return `${Math.round(ratio * 100)} %`
}

/** `12 s`, `3 min`, `5 h`, `2 d` */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}
