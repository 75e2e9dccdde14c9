import { Button, Progress, Text } from '@mantine/core'
import { texts } from '../../texts.ts'

interface ExportProgressProps {
  readonly done: number
  readonly total: number
  readonly onCancel: () => void
}

/** How far an export is. */
export function ExportProgress({ done, total, onCancel }: ExportProgressProps) {
  const text = texts.export.working(done, total)
  return (
    <div role="status">
      <Text size="sm">{text}</Text>
      <Progress value={(100 * done) / Math.max(1, total)} my={6} aria-label={text} />
      <Button variant="default" onClick={onCancel}>
        {texts.app.cancel}
      </Button>
    </div>
  )
}
