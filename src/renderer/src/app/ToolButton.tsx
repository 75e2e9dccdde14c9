import { ActionIcon, Tooltip } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'
import { runCommand, type Command } from './commands.ts'
import { keyOf } from './shortcuts.ts'

interface ToolButtonProps {
  readonly icon: Icon
  readonly label: string
  readonly command: Command
  /** Of a switch: whether it is on. */
  readonly isOn?: boolean | undefined
}

/** A button of the toolbar for a command that has a key too. */
export function ToolButton({ icon: Symbol, label, command, isOn }: ToolButtonProps) {
  const key = keyOf(command)
  const title = key === undefined ? label : `${label} (${key})`
  return (
    <Tooltip label={title}>
      <ActionIcon
        size={26}
        variant={isOn === true ? 'filled' : 'subtle'}
        color={isOn === true ? 'blue' : 'gray'}
        aria-label={label}
        aria-pressed={isOn}
        aria-keyshortcuts={key}
        onClick={() => {
          runCommand(command)
        }}
      >
        <Symbol size={17} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
