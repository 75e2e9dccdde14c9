import { ActionIcon, Button, Group, TextInput } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../../texts.ts'

interface PathFieldProps {
  readonly path: string
  readonly parent: string | null | undefined
  readonly onGo: (path: string) => void
}

/**
 * Shows the folder until the user types another one: a listing that comes meanwhile does not take that away.
 */
export function PathField({ path, parent, onGo }: PathFieldProps) {
  const [typed, setTyped] = useState<string>()
  const text = typed ?? path
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '') return
        setTyped(undefined)
        onGo(text.trim())
      }}
    >
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <ActionIcon
          variant="default"
          size={30}
          aria-label={texts.files.up}
          disabled={parent === null || parent === undefined}
          onClick={() => {
            if (parent !== null && parent !== undefined) onGo(parent)
          }}
        >
          <IconArrowUp size={16} />
        </ActionIcon>
        <TextInput
          flex={1}
          label={texts.files.path}
          value={text}
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
          }}
        />
        <Button type="submit" variant="default">
          {texts.files.go}
        </Button>
      </Group>
    </form>
  )
}
