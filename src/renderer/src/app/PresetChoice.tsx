import { NativeSelect } from '@mantine/core'
import { seriesOf, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { presetsOf } from '../viewer/presets.ts'
import { runCommand } from './commands.ts'

/** Windows of the modality in the active viewport. Keys 1 to 9 do the same. */
export function PresetChoice() {
  const modality = useUi(
    ({ studies, panes, activePane }) => seriesOf(studies, panes[activePane]?.series)?.modality ?? '',
  )
  const data = presetsOf(modality).map(({ key, name }) => ({ value: key, label: `${key}  ${name}` }))
  return (
    <NativeSelect
      size="xs"
      w={92}
      aria-label={texts.toolbar.preset}
      value=""
      data={[{ value: '', label: texts.toolbar.presets, disabled: true }, ...data]}
      onChange={(event) => {
        runCommand(`preset:${event.currentTarget.value}`)
      }}
    />
  )
}
