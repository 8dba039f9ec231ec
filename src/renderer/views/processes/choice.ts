/** Of which processes of a project the output is shown. Pure: choices in, choices out. */

/** `but`: of all, and those that come, but these; `only`: of these. */
export type Choice = { readonly kind: 'but' | 'only'; readonly labels: readonly string[] }

export const ALL: Choice = { kind: 'but', labels: [] }
export const NONE: Choice = { kind: 'only', labels: [] }

export function isChosen({ kind, labels }: Choice, label: string): boolean {
  return labels.includes(label) === (kind === 'only')
}

export function toggled({ kind, labels }: Choice, label: string): Choice {
  return { kind, labels: labels.includes(label) ? labels.filter(one => one !== label) : [...labels, label] }
}

/** To be asked for: null stands for all, and those that come. */
export function chosenLabels(choice: Choice, labels: readonly string[]): readonly string[] | null {
  const chosen = labels.filter(label => isChosen(choice, label))
  return choice.kind === 'but' && chosen.length === labels.length ? null : chosen
}

/** What another version kept, or nobody, is all. */
export function parseChoice(value: unknown): Choice {
  const { kind, labels } = (value ?? {}) as Partial<Choice>
  if ((kind !== 'but' && kind !== 'only') || !Array.isArray(labels)) return ALL
  return { kind, labels: labels.filter(label => typeof label === 'string') }
}
