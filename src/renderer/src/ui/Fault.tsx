import { ActionIcon, Alert, Button, CopyButton, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconX } from '@tabler/icons-react'
import { faultOf, faultText } from '../api/fault.ts'
import { texts } from '../texts.ts'

interface FaultProps {
  readonly error: unknown
  /** `note`: something is not to be had, and the rest goes on. */
  readonly tone?: 'error' | 'note'
  readonly onRetry?: (() => void) | undefined
  readonly onDismiss?: (() => void) | undefined
}

const looks = { error: { color: 'red', role: 'alert' }, note: { color: 'gray', role: 'note' } } as const

/** What happened, to which file, and what to do. Details can be copied; there is never a stack. */
export function Fault({ error, tone = 'error', onRetry, onDismiss }: FaultProps) {
  const fault = faultOf(error)
  if (fault === undefined) return null
  return (
    <Alert {...looks[tone]} variant="light" p="xs" icon={<IconAlertTriangle size={18} />}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
        <Text size="sm" fw={600} style={{ whiteSpace: 'pre-line' }}>
          {fault.message}
        </Text>
        {onDismiss !== undefined && (
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={texts.app.dismiss}
            onClick={onDismiss}
          >
            <IconX size={14} />
          </ActionIcon>
        )}
      </Group>
      {fault.file !== null && (
        <Text size="xs" ff="monospace" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {fault.file}
        </Text>
      )}
      {fault.tip !== null && (
        <Text size="xs" mt={4}>
          {fault.tip}
        </Text>
      )}
      <Group gap="xs" mt={6}>
        {onRetry !== undefined && (
          <Button size="compact-xs" variant="default" onClick={onRetry}>
            {texts.app.retry}
          </Button>
        )}
        <CopyButton value={faultText(fault)}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? texts.app.copied : texts.app.copyDetails}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  )
}
