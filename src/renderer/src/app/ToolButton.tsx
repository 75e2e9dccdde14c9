import { ActionIcon, Tooltip } from '@mantine/core'
import { type Icon, IconPlusMinus, IconSeparatorVertical, IconSwitchHorizontal } from '@tabler/icons-react'
import { type Command, runCommand } from './commands.ts'
import type { PaneKind } from '../state/panes.ts'
import { useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { useKeyOf } from './use-shortcuts.ts'

interface ToolButtonProps {
  readonly icon: Icon
  readonly label: string
  readonly command: Command
  /** Whether a switch is on; switches only. */
  readonly isOn?: boolean | undefined
}

/** A button of the toolbar for a command that has a key too. */
export function ToolButton({ icon: Symbol, label, command, isOn }: ToolButtonProps) {
  const key = useKeyOf(command)
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

const comparisons = [
  ['blink', 'adversarial', IconSwitchHorizontal],
  ['swipe', 'swipe', IconSeparatorVertical],
  ['difference', 'perturbation', IconPlusMinus],
] as const satisfies readonly (readonly [Command, PaneKind, Icon])[]

/**
 * Three ways to compare before and after in the active viewport; each goes back to the original when it is
 * on.
 */
export function CompareButtons() {
  const kind = useUi(({ panes, activePane }) => panes[activePane]?.kind)
  return comparisons.map(([command, shown, icon]) => (
    <ToolButton
      key={command}
      icon={icon}
      label={texts.toolbar[command]}
      command={command}
      isOn={kind === shown}
    />
  ))
}
