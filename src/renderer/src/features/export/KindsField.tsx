import { Checkbox, Stack } from '@mantine/core'
import { texts } from '../../texts.ts'
import type { ExportKind } from './export-plan.ts'

interface KindsFieldProps {
  /** Kinds that the run has made. */
  readonly made: readonly ExportKind[]
  readonly chosen: readonly ExportKind[]
  readonly onChoose: (kind: ExportKind, isWanted: boolean) => void
}

/** What of a run is written. */
export function KindsField({ made, chosen, onChoose }: KindsFieldProps) {
  return (
    <Checkbox.Group label={texts.export.kinds} value={[...chosen]}>
      <Stack gap={4} mt={4}>
        {made.map((kind) => (
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
