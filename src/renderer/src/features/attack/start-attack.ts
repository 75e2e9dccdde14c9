import type { ModelCard } from '../../../../core/model/card.ts'
import type { MethodHelp } from '../../api/types.ts'
import { api, engine, queryClient } from '../../api/client.ts'
import { tell } from '../../api/notify.ts'
import { askIntensity } from '../../state/intensity-question.ts'
import { useUi } from '../../state/ui-store.ts'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { regionMask, toBase64, type Region } from '../../viewer/region.ts'
import { openStudy } from '../study/open-study.ts'
import { showRun } from '../runs/open-run.ts'
import { refreshRuns } from '../../state/watched-runs.ts'
import { useAttackForm, type Scope } from './attack-form.ts'
import { findLabels } from './find-labels.ts'
import { goalOf } from './goals.ts'
import { scopeFor } from './scopes.ts'
import { givenSettings } from './setting-text.ts'

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
  { labels, card }: { readonly labels: string | undefined; readonly card: ModelCard | undefined },
): Promise<void> {
  const { settings, goal: chosen, criterion, loss, scope, seed, earlyStop, name } = useAttackForm.getState()
  const { region, studies } = useUi.getState()
  const study = studies.find(({ id }) => id === subject.study)
  if (study === undefined) return
  const goal = goalOf(chosen, subject.model)
  const where = scopeFor(scope, { card, studies, slice: subject })
  const images = imagesOf(
    subject,
    where,
    study.series.find(({ index }) => index === subject.series)?.images ?? [],
  )
  const intensity = await askIntensity({ study: study.id, images, models: [subject.model] })
  if (intensity === 'cancelled') return
  const { run } = await engine.runs.start.mutate({
    ...{
      forceIntensity: intensity === 'forced',
      study: study.id,
      model: subject.model,
      method: method.name,
      seed,
      earlyStop,
    },
    settings: givenSettings(method.settings, settings[method.name] ?? {}),
    images,
    labels: given(labels),
    target: goal ?? undefined,
    criterion: hasCriterion(card) ? given(criterion.trim()) : undefined,
    loss: hasCriterion(card) ? given(loss) : undefined,
    region: region && maskOf(region),
    name: given(name.trim()),
  })
  await refreshRuns()
  showRun(run, study)
}

/** An empty field is one that was not given. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

/** Whether the form asks for a criterion for the model's task. */
function hasCriterion(card: ModelCard | undefined): boolean {
  return card?.task === 'segmentation' || card?.task === 'regression'
}

function imagesOf(
  { image }: AttackSubject,
  scope: Scope,
  series: readonly { readonly index: number }[],
): number[] | undefined {
  if (scope === 'slice') return [image]
  return scope === 'series' ? series.map(({ index }) => index) : undefined
}

function maskOf(region: Region): { rows: number; columns: number; mask: string } {
  return { rows: region.rows, columns: region.columns, mask: toBase64(regionMask(region)) }
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
      labels: await findLabels(study.paths),
    })
    await refreshRuns()
    showRun(run, study)
  } catch (error) {
    tell(error)
  }
}
