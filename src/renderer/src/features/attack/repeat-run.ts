import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { setUi, useUi } from '../../state/ui-store.ts'
import { openStudy } from '../study/open-study.ts'
import { fillForm } from './attack-form.ts'

/**
 * Shows the form with what a run was started with, on its study, so that it can be repeated with a change.
 */
export async function repeatRun({ request, study }: RunInfo): Promise<void> {
  fillForm(request)
  if (useUi.getState().studies.every(({ id }) => id !== study)) await openStudy(request.paths)
  setUi({ step: 'attack', model: request.model })
}
