import { Text } from '@mantine/core'
import type { MethodHelp } from '../../api/types.ts'
import { seriesOf, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { slicesOf } from '../../viewer/slices.ts'
import { predictionsKey, usePredictions } from '../../state/predictions.ts'
import { durationText } from '../runs/time-left.ts'
import { useAttackForm } from './attack-form.ts'
import { attackMilliseconds, passesOf } from './estimate.ts'
import { scopeFor } from './scopes.ts'
import type { AttackSubject } from './start-attack.ts'
import { useModel } from '../../state/card-answers.ts'

/** How long the attack will take, shown before it is started. */
export function Estimate({
  method,
  subject,
}: {
  readonly method: MethodHelp
  readonly subject: AttackSubject | undefined
}) {
  const { scope: chosen, settings } = useAttackForm()
  const card = useModel(subject?.model)?.card
  const studies = useUi((ui) => ui.studies)
  const key = subject && predictionsKey(subject.study, subject.model)
  const perFrame = usePredictions((all) => (key === undefined ? undefined : all[key]?.millisecondsPerFrame))
  if (subject === undefined) return null
  if (perFrame === undefined)
    return (
      <Text size="xs" c="dimmed">
        {texts.attack.noEstimate}
      </Text>
    )
  const scope = scopeFor(chosen, { card, studies, slice: subject })
  const study = studies.find(({ id }) => id === subject.study)
  const own = seriesOf(studies, subject)
  const series = scope === 'study' ? (study?.series ?? []) : own === undefined ? [] : [own]
  const images = scope === 'slice' ? 1 : series.reduce((sum, { images }) => sum + slicesOf(images).length, 0)
  const time = attackMilliseconds({
    images,
    passes: passesOf(method.settings, settings[method.name] ?? {}),
    perFrame,
  })
  return (
    <Text size="xs" c="dimmed" data-testid="estimate">
      {texts.attack.estimate(durationText(time), texts.study.images(images))}
    </Text>
  )
}
