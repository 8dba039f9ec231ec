/** What clients may ask of apps. */
import type { Methods } from '../../shared/contract.ts'
import type { Apps } from '../apps/apps.ts'

export function appMethods(apps: Apps): Pick<Methods, 'app.launch' | 'app.place'> {
  return {
    'app.launch': input => apps.launch(input),
    'app.place': async input => ({ placement: await apps.weigh(input) }),
  }
}
