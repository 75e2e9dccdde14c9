import { seesNeighbours } from '../../../../core/tasks/form.ts'
import { Loader, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import type { MethodHelp } from '../../api/types.ts'
import { useModel } from '../../state/card-answers.ts'
import { useUi } from '../../state/ui-store.ts'
import { useRestedSlice } from '../../state/use-active-slice.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { changeForm, changeSetting, useAttackForm } from './attack-form.ts'
import classes from './attack.module.css'
import { Advanced, NameField, RegionField, RunFields, SettingField, SizeField } from './form-fields.tsx'
import { GoalFields } from './GoalFields.tsx'
import { methodOptions, methodsFor } from './method-options.ts'
import { isMain, isSize } from './setting-text.ts'
import type { AttackSubject } from './start-attack.ts'
import { Estimate, StartButton } from './StartButton.tsx'

/** Choose a method, a budget and a goal, and start. */
export function AttackStep() {
  const methods = useQuery(api.attacks.methods.queryOptions())
  const chosen = useAttackForm((form) => form.method)
  const subject = useSubject()
  const card = useModel(subject?.model)?.card
  const offered = methods.data && methodsFor(card === undefined ? [] : [card], methods.data)
  const method = offered?.find(({ name }) => name === chosen) ?? offered?.[0]
  return (
    <Stack gap="sm" className={classes['step']}>
      {methods.isPending && <Loader size="sm" />}
      {methods.isError && <Fault error={methods.error} />}
      {offered !== undefined && (
        <Select
          label={texts.attack.method}
          value={method?.name ?? null}
          data={methodOptions(offered)}
          searchable
          onFocus={(event) => {
            event.currentTarget.select()
          }}
          nothingFoundMessage={texts.attack.noMethod}
          onChange={(name) => {
            if (name !== null) changeForm({ method: name })
          }}
        />
      )}
      {method !== undefined && <MethodForm method={method} subject={subject} />}
    </Stack>
  )
}

interface MethodFormProps {
  readonly method: MethodHelp
  readonly subject: AttackSubject | undefined
}

/** All settings of an attack by a method, and its start. */
function MethodForm({ method, subject }: MethodFormProps) {
  const form = useAttackForm()
  const known = useModel(subject?.model)
  const card = known?.card
  return (
    <>
      <MethodText method={method} />
      <Settings method={method} subject={subject} which="main" />
      <GoalFields subject={subject} />
      <RegionField />
      <Advanced>
        <Settings method={method} subject={subject} which="advanced" />
        <RunFields
          form={form}
          isOfStacks={card !== undefined && seesNeighbours(card)}
          isQuantised={known?.isQuantised === true}
          defended={card === undefined ? [] : [card]}
          onForm={changeForm}
        />
        <NameField />
      </Advanced>
      <div className={classes['start']}>
        <Estimate method={method} subject={subject} />
        <StartButton method={method} subject={subject} />
      </div>
    </>
  )
}

function useSubject(): AttackSubject | undefined {
  const slice = useRestedSlice()
  const model = useUi((ui) => ui.model)
  return slice === undefined || model === undefined ? undefined : { ...slice, model }
}

function MethodText({ method: { summary, equation, source } }: { readonly method: MethodHelp }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {summary}
      </Text>
      <Text size="xs" ff="monospace" mt={4} style={{ overflowWrap: 'anywhere' }}>
        {equation}
      </Text>
      {source !== undefined && (
        <Text size="xs" c="dimmed" mt={4}>
          {texts.attack.reference}: {source.authors}. <em>{source.title}</em>. {source.venue}.{' '}
          {source.identifier}
        </Text>
      )}
    </div>
  )
}

interface SettingsProps extends MethodFormProps {
  readonly which: 'main' | 'advanced'
}

function Settings({ method, subject, which }: SettingsProps) {
  const given = useAttackForm((form) => form.settings[method.name])
  return method.settings
    .filter((setting) => isMain(setting) === (which === 'main'))
    .map((setting) => {
      const field = {
        setting,
        text: given?.[setting.name] ?? '',
        onText: (text: string) => {
          changeSetting(method.name, setting.name, text)
        },
      }
      const key = `${method.name} ${setting.name}`
      return isSize(setting) ? (
        <SizeField key={key} {...field} subject={subject} />
      ) : (
        <SettingField key={key} {...field} />
      )
    })
}
