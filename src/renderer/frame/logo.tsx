/** The mark of Drover. */
export function Logo({ size = 18 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="var(--accent)" strokeWidth="2" aria-hidden="true">
      <path d="M4 17c2-8 5-11 8-11s6 3 8 11" />
      <circle cx="12" cy="6" r="2" />
      <path d="M2 20h20" />
    </svg>
  )
}
