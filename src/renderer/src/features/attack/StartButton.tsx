import { Button, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { MethodHelp } from '../../api/types.ts'
import { Fault } from '../../ui/Fault.tsx'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { useAttackForm } from './attack-form.ts'
import { findLabels } from './find-labels.ts'
import { settingProblem } from './setting-text.ts'
import { startAttack, type AttackSubject } from './start-attack.ts'
import { useModel } from '../../state/card-answers.ts'

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
  const isWrong = method.settings.some(
    (setting) => settingProblem(setting, given?.[setting.name] ?? '') !== undefined,
  )
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
      {subject === undefined && (
        <Text size="xs" c="dimmed">
          {texts.attack.needed}
        </Text>
      )}
      {start.isError && <Fault error={start.error} />}
      <Button
        fullWidth
        size="sm"
        loading={start.isPending}
        disabled={subject === undefined || model === undefined || isWrong}
        onClick={() => {
          if (subject !== undefined) start.mutate(subject)
        }}
      >
        {texts.attack.start}
      </Button>
    </>
  )
}
