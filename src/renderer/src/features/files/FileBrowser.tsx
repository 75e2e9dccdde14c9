import { ActionIcon, Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core'
import { IconArrowUp, IconFile, IconFolder } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { Fault } from '../../app/Fault.tsx'
import { texts } from '../../texts.ts'
import classes from './files.module.css'

interface FileBrowserProps {
  /** What can be picked: a folder or file, a folder alone, or a file alone. */
  readonly pick: 'any' | 'folder' | 'file'
  /** Endings of the files that are shown, e.g. .onnx; all when left out. */
  readonly endings?: readonly string[] | undefined
  readonly start?: string | undefined
  /** What was picked, and the folder that it was picked in. */
  readonly onPick: (path: string, folder: string) => void
}

/** Folders and files of the machine that the engine runs on: a page has no dialog of its own for paths. */
export function FileBrowser({ pick, endings, start, onPick }: FileBrowserProps) {
  const [folder, setFolder] = useState(start)
  const [chosen, setChosen] = useState<string>()
  const listing = useQuery(api.files.list.queryOptions(folder === undefined ? {} : { path: folder }, { staleTime: 0 }))
  const enter = (path: string): void => {
    setChosen(undefined)
    setFolder(path)
  }
  const entries = listing.data?.entries.filter(({ kind, name }) => kind === 'folder' || isShown(name, pick, endings)) ?? []
  const here = listing.data?.path
  return (
    <Stack gap="xs">
      <PathField key={folder} path={here ?? folder ?? ''} parent={listing.data?.parent} onGo={enter} />
      {listing.isError && <Fault error={listing.error} />}
      <div className={classes['list']} role="group" aria-label={texts.files.list} data-testid="files">
        {listing.isPending && <Loader size="sm" m="sm" />}
        {listing.data !== undefined && entries.length === 0 && <Text c="dimmed">{texts.files.empty}</Text>}
        {entries.map(({ name, path, kind }) => (
          <button
            key={path}
            type="button"
            className={classes['entry']}
            data-chosen={path === chosen || undefined}
            aria-pressed={kind === 'file' ? path === chosen : undefined}
            onClick={() => {
              if (kind === 'folder') enter(path)
              else setChosen(path)
            }}
            onDoubleClick={() => {
              if (kind === 'file' && here !== undefined) onPick(path, here)
            }}
          >
            {kind === 'folder' ? (
              <IconFolder size={16} aria-label={texts.files.isFolder} />
            ) : (
              <IconFile size={16} aria-label={texts.files.isFile} />
            )}
            {name}
          </button>
        ))}
      </div>
      <Group justify="flex-end">
        {chosen !== undefined && (
          <Button
            onClick={() => {
              if (here !== undefined) onPick(chosen, here)
            }}
          >
            {texts.files.openFile(chosen.split(/[\\/]/).at(-1) ?? chosen)}
          </Button>
        )}
        {pick !== 'file' && (
          <Button
            variant={chosen === undefined ? 'filled' : 'default'}
            disabled={here === undefined}
            onClick={() => {
              if (here !== undefined) onPick(here, here)
            }}
          >
            {pick === 'folder' ? texts.files.useFolder : texts.files.openFolder}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

function isShown(name: string, pick: FileBrowserProps['pick'], endings: readonly string[] | undefined): boolean {
  if (pick === 'folder') return false
  return endings === undefined || endings.some((ending) => name.toLowerCase().endsWith(ending))
}

interface PathFieldProps {
  readonly path: string
  readonly parent: string | null | undefined
  readonly onGo: (path: string) => void
}

/** Shows the folder until the user types another one: a listing that comes meanwhile does not take that away. */
function PathField({ path, parent, onGo }: PathFieldProps) {
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
