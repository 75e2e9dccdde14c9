import { Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { MethodHelp } from '../../api/types.ts'
import { useModel } from '../../state/card-answers.ts'
import { predictionsKey, usePredictions } from '../../state/predictions.ts'
import { seriesOf, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { slicesOf } from '../../viewer/slices.ts'
import { durationText } from '../runs/run-state.ts'
import { scopeFor, useAttackForm } from './attack-form.ts'
import { attackMilliseconds, passesOf, settingProblems } from './setting-text.ts'
import { findLabels } from './find-labels.ts'
import { type AttackSubject, startAttack } from './start-attack.ts'

/** Starts the attack that the form describes, unless a setting is wrong. */
export function StartButton({
  method,
  subject,
}: {
  readonly method: MethodHelp
  readonly subject: AttackSubject | undefined
}) {
  const given = useAttackForm((form) => form.settings[method.name])
  const labels = useAttackForm((form) => form.labels)
  const studies = useUi((ui) => ui.studies)
  const model = useModel(subject?.model)
  const missing = useMissing(subject)
  const problems = [...(missing === undefined ? [] : [missing]), ...settingProblems(method.settings, given)]
  const start = useMutation({
    mutationFn: async (wanted: AttackSubject) => {
      const paths = studies.find(({ id }) => id === wanted.study)?.paths ?? []
      await startAttack(wanted, method, {
        labels: labels ?? (await findLabels(paths, model?.form.labels)),
        known: model,
      })
    },
  })
  return (
    <>
      <StartProblems id="start-problems" problems={problems} />
      {start.isError && <Fault error={start.error} />}
      <Button
        fullWidth
        size="sm"
        loading={start.isPending}
        disabled={problems.length > 0}
        aria-describedby={problems.length > 0 ? 'start-problems' : undefined}
        onClick={() => {
          if (subject !== undefined) start.mutate(subject)
        }}
      >
        {texts.attack.start}
      </Button>
    </>
  )
}

/** What has to be there before anything can be attacked. */
function useMissing(subject: AttackSubject | undefined): string | undefined {
  const hasStudy = useUi((ui) => ui.studies.length > 0)
  const chosen = useUi((ui) => ui.model)
  const model = useModel(chosen)
  if (!hasStudy) return texts.attack.needsStudy
  if (chosen === undefined) return texts.attack.needsModel
  return subject === undefined || model === undefined ? texts.attack.readingModel : undefined
}

/** Why a button that starts something is disabled, above it. */
export function StartProblems({
  id,
  problems,
}: {
  readonly id: string
  readonly problems: readonly string[]
}) {
  return (
    <div id={id} role="status">
      {[...new Set(problems)].map((problem) => (
        <Text key={problem} size="xs" c="var(--app-warning)">
          {problem}
        </Text>
      ))}
    </div>
  )
}

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
