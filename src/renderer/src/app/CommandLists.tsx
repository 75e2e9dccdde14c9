import { type ComboboxProps, Kbd, Modal, Select, Table } from '@mantine/core'
import { closeDialog, seriesOf, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { presetsOf } from '../viewer/presets.ts'
import { runCommand } from './commands.ts'
import { namedShortcuts, type Shortcut } from './shortcuts.ts'
import { useShortcutTable } from './use-shortcuts.ts'

/** Every key, with the presets of what the active viewport shows by name. */
function useNamedShortcuts(): readonly Shortcut[] {
  const modality = useUi(
    ({ studies, panes, activePane }) => seriesOf(studies, panes[activePane]?.series)?.modality ?? '',
  )
  return namedShortcuts(useShortcutTable(), presetsOf(modality))
}

/** Every key and what it does. */
export function ShortcutList() {
  const all = useNamedShortcuts()
  return (
    <Modal opened size="md" title={texts.app.shortcuts} onClose={closeDialog}>
      <Table>
        <Table.Tbody>
          {all.map(({ keys, text }) => (
            <Table.Tr key={keys}>
              <Table.Td>{text}</Table.Td>
              <Table.Td ta="right">
                <Kbd>{keys}</Kbd>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}

/** Never over the dialog's own head, which is near the top of the page. */
const listBelow: ComboboxProps = { position: 'bottom', middlewares: { flip: false } }

/**
 * Every command by what it does: typing finds it, Enter does it. The list opens as the field gets the focus;
 * opened from the start, it would not be known as the field's own.
 */
export function CommandPalette() {
  const all = useNamedShortcuts()
  return (
    <Modal opened centered={false} size="md" title={texts.app.palette} onClose={closeDialog}>
      <Select
        data-autofocus
        searchable
        comboboxProps={listBelow}
        selectFirstOptionOnChange
        aria-label={texts.app.paletteSearch}
        placeholder={texts.app.paletteSearch}
        nothingFoundMessage={texts.app.paletteNone}
        value={null}
        data={all.map(({ keys, text }) => ({ value: keys, label: `${text} (${keys})` }))}
        onChange={(keys) => {
          const chosen = all.find((each) => each.keys === keys)
          closeDialog()
          if (chosen !== undefined) runCommand(chosen.command)
        }}
      />
    </Modal>
  )
}
