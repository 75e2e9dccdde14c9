import { List, Text } from '@mantine/core'
import { texts } from '../../texts.ts'
import { exportPlan, type ExportKind } from './export-plan.ts'

/** What will be written, told before it is. */
export function PlanList({
  kinds,
  images,
}: {
  readonly kinds: readonly ExportKind[]
  readonly images: number
}) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {texts.export.willWrite}
      </Text>
      <List size="xs" data-testid="export-plan">
        {exportPlan(kinds, images).map(({ folder, files }) => (
          <List.Item key={folder}>{texts.export.files(folder, files)}</List.Item>
        ))}
        <List.Item>{texts.export.rest}</List.Item>
      </List>
    </div>
  )
}
