import { NativeSelect, TextInput } from '@mantine/core'
import { texts } from '../../texts.ts'
import { presetText, settingLabel, settingProblem, type SettingHelp } from './setting-text.ts'

interface SettingFieldProps {
  readonly setting: SettingHelp
  readonly text: string
  readonly onText: (text: string) => void
}

/** One setting of a method, made of its help. */
export function SettingField({ setting, text, onText }: SettingFieldProps) {
  const { name, explanation, kind, preset, choices } = setting
  const common = { label: settingLabel(name), description: explanation }
  if (kind === 'boolean' || kind === 'choice')
    return (
      <NativeSelect
        size="xs"
        {...common}
        value={text === '' ? presetText(preset) : text}
        data={
          kind === 'choice'
            ? [...choices]
            : [
                { value: 'true', label: texts.attack.yes },
                { value: 'false', label: texts.attack.no },
              ]
        }
        onChange={(event) => {
          onText(event.currentTarget.value)
        }}
      />
    )
  return (
    <TextInput
      {...common}
      value={text}
      placeholder={preset === null ? texts.attack.byDefault : presetText(preset)}
      error={settingProblem(setting, text)}
      inputMode={kind === 'text' ? 'text' : 'decimal'}
      onChange={(event) => {
        onText(event.currentTarget.value)
      }}
    />
  )
}
