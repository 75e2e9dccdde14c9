import { TextInput } from '@mantine/core'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PickButton.tsx'
import type { ExportFolder } from './use-export-folder.ts'

/** The folder of an export, typed or picked. */
export function FolderFields({
  folder: { to, parent, setTo, setParent },
}: {
  readonly folder: ExportFolder
}) {
  return (
    <>
      <TextInput
        label={texts.export.to}
        value={to}
        spellCheck={false}
        onChange={(event) => {
          setTo(event.currentTarget.value)
        }}
      />
      <PickButton kind="export-folder" title={texts.files.exportTitle} start={parent} onPick={setParent} />
    </>
  )
}
