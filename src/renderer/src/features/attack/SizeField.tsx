import { Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { faultOf } from '../../api/fault.ts'
import { texts } from '../../texts.ts'
import { budgetText, isBelowOneLevel } from './budget-text.ts'
import { presetText, settingLabel, type SettingHelp } from './setting-text.ts'
import type { AttackSubject } from './start-attack.ts'

interface SizeFieldProps {
  readonly setting: SettingHelp
  readonly text: string
  readonly subject: AttackSubject | undefined
  readonly onText: (text: string) => void
}

/** A size of change, given in any unit and told in all of them for the active image. */
export function SizeField({ setting, text, subject, onText }: SizeFieldProps) {
  const preset = presetText(setting.preset)
  const shown = text.trim() === '' ? preset : text
  const [rested] = useDebouncedValue(shown, 250)
  const { study = '', image = 0, frame = 0, model = '' } = subject ?? {}
  const size = useQuery(
    api.attacks.budget.queryOptions(
      { study, image, frame, model, text: rested },
      { enabled: subject !== undefined && rested !== '', gcTime: 30_000 },
    ),
  )
  return (
    <div>
      <TextInput
        label={setting.name === 'epsilon' ? texts.attack.budget : settingLabel(setting.name)}
        description={setting.explanation}
        value={text}
        placeholder={preset === '' ? texts.attack.byDefault : preset}
        error={size.isError ? faultOf(size.error)?.message : undefined}
        spellCheck={false}
        onChange={(event) => {
          onText(event.currentTarget.value)
        }}
      />
      {size.data !== undefined && (
        <Text size="xs" mt={3} data-testid={`${setting.name}-in-units`}>
          {budgetText(size.data)}
        </Text>
      )}
      {size.data !== undefined && isBelowOneLevel(size.data) && (
        <Text size="xs" c="orange.4">
          {texts.attack.belowOneLevel}
        </Text>
      )}
    </div>
  )
}
