import { Text } from '@mantine/core'
import type { PaneKind } from '../state/panes.ts'
import { texts } from '../texts.ts'
import classes from '../viewer/viewer.module.css'
import { Fault } from './Fault.tsx'

interface PaneMessageProps {
  readonly kind: PaneKind
  readonly isThere: boolean
  readonly isRunning: boolean
  readonly error: unknown
}

/** Why a viewport has no picture. */
export function PaneMessage({ kind, isThere, isRunning, error }: PaneMessageProps) {
  if (error !== undefined)
    return (
      <div className={classes['message']}>
        <Fault error={error} />
      </div>
    )
  if (isThere) return null
  const name = texts.viewer.kinds[kind]
  return (
    <Text className={classes['message']} c="dimmed" size="sm">
      {isRunning ? texts.viewer.waiting(name) : texts.viewer.notThere(name)}
    </Text>
  )
}
