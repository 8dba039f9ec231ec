/** Copies text for a person who asked for it, and says so. */
import { AppError } from '../../shared/errors.ts'
import { showToast } from '../stores/toasts.ts'

/** `done`: what is said when it was. @throws {AppError} where the browser does not let this page copy. */
export async function copyText(text: string, done: string): Promise<void> {
  // Browsers have it for pages that came over https or from their own machine, and these may ask first.
  const written = navigator.clipboard?.writeText(text)
  if (written === undefined)
    throw new AppError('FORBIDDEN', 'This browser lets no page copy that came over plain http. Select it, and copy by hand')
  await written
  showToast({ kind: 'done', text: done })
}
