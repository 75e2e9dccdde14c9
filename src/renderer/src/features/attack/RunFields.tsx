import { NumberInput, Switch, TextInput } from '@mantine/core'
import { texts } from '../../texts.ts'
import { changeForm, useAttackForm } from './attack-form.ts'

/** What belongs to a run rather than to a method. */
export function RunFields() {
  const { seed, earlyStop, name } = useAttackForm()
  return (
    <>
      <NumberInput
        label={texts.attack.seed}
        value={seed}
        min={0}
        allowDecimal={false}
        onChange={(value) => {
          if (typeof value === 'number') changeForm({ seed: value })
        }}
      />
      <Switch
        size="xs"
        label={texts.attack.earlyStop}
        checked={earlyStop}
        onChange={(event) => {
          changeForm({ earlyStop: event.currentTarget.checked })
        }}
      />
      <TextInput
        label={texts.attack.runName}
        value={name}
        maxLength={200}
        onChange={(event) => {
          changeForm({ name: event.currentTarget.value })
        }}
      />
    </>
  )
}
