import { Button, Group, Kbd, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { changeSettings } from '../../state/settings.ts'
import { texts } from '../../texts.ts'
import { holderOf, type MovedKeys, pressedKeys, type Shortcut, shortcuts } from '../shortcuts.ts'

/** Every shortcut with its keys, which can be changed. */
export function Keys({ moved }: { readonly moved: MovedKeys }) {
  const [asked, setAsked] = useState<string>()
  const [fault, setFault] = useState<string>()
  const take = (preset: string, keys: string): void => {
    const holder = holderOf(keys, preset, moved)
    setFault(holder && texts.settings.taken(keys, holder.text))
    if (holder !== undefined) return
    setAsked(undefined)
    void changeSettings({ keys: withChange(moved, preset, keys) })
  }
  return (
    <>
      <Table>
        <Table.Tbody>
          {shortcuts.map((shortcut) => (
            <KeyRow
              key={shortcut.keys}
              shortcut={shortcut}
              keys={moved[shortcut.keys] ?? shortcut.keys}
              isAsked={asked === shortcut.keys}
              fault={asked === shortcut.keys ? fault : undefined}
              onAsk={(isAsked) => {
                setFault(undefined)
                setAsked(isAsked ? shortcut.keys : undefined)
              }}
              onKeys={(keys) => {
                take(shortcut.keys, keys)
              }}
            />
          ))}
        </Table.Tbody>
      </Table>
      <Group justify="flex-end">
        <Button
          variant="default"
          disabled={Object.keys(moved).length === 0}
          onClick={() => void changeSettings({ keys: {} })}
        >
          {texts.settings.allPreset}
        </Button>
      </Group>
    </>
  )
}

/** Moved keys with one more; keys at their preset are not kept. */
function withChange(moved: MovedKeys, preset: string, keys: string): Record<string, string> {
  const others = Object.entries(moved).filter(([each]) => each !== preset)
  return Object.fromEntries(keys === preset ? others : [...others, [preset, keys]])
}

interface KeyRowProps {
  readonly shortcut: Shortcut
  readonly keys: string
  readonly isAsked: boolean
  readonly fault: string | undefined
  readonly onAsk: (isAsked: boolean) => void
  readonly onKeys: (keys: string) => void
}

function KeyRow({ shortcut, keys, isAsked, fault, onAsk, onKeys }: KeyRowProps) {
  return (
    <Table.Tr>
      <Table.Td>
        {shortcut.text}
        {fault !== undefined && (
          <Text size="xs" c="var(--app-warning)" role="alert">
            {fault}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">
        {keys !== shortcut.keys && (
          <Text span size="xs" c="dimmed" mr={6}>
            {texts.settings.preset(shortcut.keys)}
          </Text>
        )}
        <Kbd>{keys}</Kbd>
      </Table.Td>
      <Table.Td ta="right">
        {isAsked ? (
          <KeyCatcher onAsk={onAsk} onKeys={onKeys} />
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${texts.settings.change}: ${shortcut.text}`}
            onClick={() => {
              onAsk(true)
            }}
          >
            {texts.settings.change}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

/** Modifiers, which are no keys by themselves, and what buttons and focus need. */
const reserved = new Set(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'AltGraph', 'Tab', 'Enter', ' '])

/** Takes the next keys that are pressed; Escape and Tab end it. */
function KeyCatcher({ onAsk, onKeys }: Pick<KeyRowProps, 'onAsk' | 'onKeys'>) {
  return (
    <Button
      size="compact-xs"
      autoFocus
      onBlur={() => {
        onAsk(false)
      }}
      onKeyDown={(event) => {
        if (event.repeat || reserved.has(event.key)) return
        event.preventDefault()
        event.stopPropagation()
        if (event.key === 'Escape') onAsk(false)
        else onKeys(pressedKeys(event))
      }}
    >
      {texts.settings.press}
    </Button>
  )
}
