import { Checkbox, List, Stack, Text, TextInput } from '@mantine/core'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PathInput.tsx'
import type { ExportFolder } from './use-export.ts'
import { type ExportPart, exportPlan } from './export-plan.ts'

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

interface PartsFieldProps {
  readonly label: string
  readonly offered: readonly ExportPart[]
  readonly chosen: readonly ExportPart[]
  readonly onChoose: (part: ExportPart, isWanted: boolean) => void
}

/** What of a run is written. */
export function PartsField({ label, offered, chosen, onChoose }: PartsFieldProps) {
  return (
    <Checkbox.Group label={label} value={[...chosen]}>
      <Stack gap={4} mt={4}>
        {offered.map((kind) => (
          <Checkbox
            key={kind}
            size="xs"
            value={kind}
            label={texts.export[kind]}
            // The adversarial series is what an export is.
            disabled={kind === 'series'}
            onChange={(event) => {
              onChoose(kind, event.currentTarget.checked)
            }}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}

/** What will be written, shown before it is. */
export function PlanList({
  parts,
  images,
}: {
  readonly parts: readonly ExportPart[]
  readonly images: number
}) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {texts.export.willWrite}
      </Text>
      <List size="xs" data-testid="export-plan">
        {exportPlan(parts, images).map(({ folder, files }) => (
          <List.Item key={folder}>
            {files === undefined ? texts.export.formatFiles(folder) : texts.export.files(folder, files)}
          </List.Item>
        ))}
        <List.Item>{texts.export.rest}</List.Item>
      </List>
    </div>
  )
}
