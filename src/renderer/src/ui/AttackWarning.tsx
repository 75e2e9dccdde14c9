import { Alert, Text } from '@mantine/core'

interface AttackWarningProps {
  readonly message: string
  readonly tip: string
  /** Name of the model that is warned of; comparisons only. */
  readonly model?: string | undefined
}

/** A sign that success rates say something else than they seem to. */
export function AttackWarning({ message, tip, model }: AttackWarningProps) {
  return (
    <Alert color="orange" p="xs" data-testid="attack-warning">
      <Text size="sm">
        {model !== undefined && <strong>{model}: </strong>}
        {message}
      </Text>
      <Text size="xs" c="dimmed">
        {tip}
      </Text>
    </Alert>
  )
}
