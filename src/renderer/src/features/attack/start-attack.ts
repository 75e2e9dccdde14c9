import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { api, engine, queryClient } from '../../api/client.ts'
import { notifyUser } from '../../api/notify.ts'
import type { MethodHelp } from '../../api/types.ts'
import { askIntensity } from '../../state/intensity-question.ts'
import { setUi, useUi } from '../../state/ui-store.ts'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { refreshRuns } from '../../state/watched-runs.ts'
import { drawnRegion } from '../../viewer/region.ts'
import { showRun } from '../runs/open-run.ts'
import { openStudy } from '../study/open-study.ts'
import { fillForm, type Scope, scopeFor, useAttackForm } from './attack-form.ts'
import { attackAsked, type Attacked } from './attack-asked.ts'
import { findLabels } from './find-labels.ts'

/** What is attacked, and with which model. */
export interface AttackSubject extends ActiveSlice {
  readonly model: string
}

/**
 * Starts the attack that the form describes and shows its results as they come. What goes wrong is thrown.
 */
export async function startAttack(
  subject: AttackSubject,
  method: MethodHelp,
  { labels, known }: Pick<Attacked, 'labels' | 'known'>,
): Promise<void> {
  const form = useAttackForm.getState()
  const { region, studies } = useUi.getState()
  const study = studies.find(({ id }) => id === subject.study)
  if (study === undefined) return
  const where = scopeFor(form.scope, { card: known?.card, studies, slice: subject })
  const images = imagesOf(
    subject,
    where,
    study.series.find(({ index }) => index === subject.series)?.images ?? [],
  )
  const intensity = await askIntensity({ study: study.id, images, models: [subject.model] })
  if (intensity === 'cancelled') return
  const { run } = await engine.runs.start.mutate({
    ...attackAsked(form, { method, model: subject.model, labels, known }),
    study: study.id,
    forceIntensity: intensity === 'forced',
    forceReferences: intensity === 'forced' ? true : undefined,
    images,
    region: region && drawnRegion(region),
  })
  await refreshRuns()
  showRun(run, study)
}

function imagesOf(
  { image }: AttackSubject,
  scope: Scope,
  series: readonly { readonly index: number }[],
): number[] | undefined {
  if (scope === 'slice') return [image]
  return scope === 'series' ? series.map(({ index }) => index) : undefined
}

/** The first start's one button: opens the sample, and attacks it with SMIA at its presets. */
export async function attackSample(): Promise<void> {
  try {
    const study = await openStudy(await engine.studies.sample.query())
    const { models } = await queryClient.query(api.models.list.queryOptions())
    const model = models.find(({ source }) => source === 'sample')
    if (study === undefined || model === undefined) return
    useUi.setState({ model: model.name })
    const { run } = await engine.runs.start.mutate({
      study: study.id,
      model: model.name,
      labels: await findLabels(study.paths, model.form.labels),
    })
    await refreshRuns()
    showRun(run, study)
  } catch (error) {
    notifyUser(error)
  }
}

/**
 * Shows the form with what a run was started with, on its study, so that it can be repeated with a change.
 */
export async function repeatRun({ request, study }: RunInfo): Promise<void> {
  fillForm(request)
  if (useUi.getState().studies.every(({ id }) => id !== study)) await openStudy(request.paths)
  setUi({ step: 'attack', model: request.model })
}
