import { IconPlusMinus, IconSeparatorVertical, IconSwitchHorizontal, type Icon } from '@tabler/icons-react'
import type { PaneKind } from '../state/panes.ts'
import { useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import type { Command } from './commands.ts'
import { ToolButton } from './ToolButton.tsx'

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
