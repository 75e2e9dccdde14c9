import { ActionIcon, Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core'
import { IconArrowUp, IconFile, IconFolder } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import classes from './files.module.css'

interface PathFieldProps {
  readonly path: string
  readonly parent: string | null | undefined
  readonly onGo: (path: string) => void
}

/**
 * Shows the folder until the user types another one: a listing that comes meanwhile does not take that away.
 */
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
  const { folder, chosen, listing, enter, choose } = useFolder(start)
  const here = listing.data?.path
  const pickHere = (path: string): void => {
    if (here !== undefined) onPick(path, here)
  }
  const entries =
    listing.data?.entries.filter(({ kind, name }) => kind === 'folder' || isShown(name, pick, endings)) ?? []
  return (
    <Stack gap="xs">
      <PathField key={folder} path={here ?? folder ?? ''} parent={listing.data?.parent} onGo={enter} />
      {listing.isError && <Fault error={listing.error} />}
      <div className={classes['list']} role="group" aria-label={texts.files.list} data-testid="files">
        {listing.isPending && <Loader size="sm" m="sm" />}
        {listing.data !== undefined && entries.length === 0 && <Text c="dimmed">{texts.files.empty}</Text>}
        {entries.map(({ path, kind, name }) => (
          <EntryButton
            key={path}
            {...{ kind, name }}
            isChosen={path === chosen}
            onClick={() => {
              if (kind === 'folder') enter(path)
              else choose(path)
            }}
            onDoubleClick={() => {
              if (kind === 'file') pickHere(path)
            }}
          />
        ))}
      </div>
      <UseButtons {...{ pick, chosen, here }} onPick={pickHere} />
    </Stack>
  )
}

/** The folder that is looked at, and the file that is marked in it. */
function useFolder(start: string | undefined) {
  const [folder, setFolder] = useState(start)
  const [chosen, choose] = useState<string>()
  const listing = useQuery(
    api.files.list.queryOptions(folder === undefined ? {} : { path: folder }, { staleTime: 0 }),
  )
  const enter = (path: string): void => {
    choose(undefined)
    setFolder(path)
  }
  return { folder, chosen, listing, enter, choose }
}

function isShown(
  name: string,
  pick: FileBrowserProps['pick'],
  endings: readonly string[] | undefined,
): boolean {
  if (pick === 'folder') return false
  return endings === undefined || endings.some((ending) => name.toLowerCase().endsWith(ending))
}

interface EntryButtonProps {
  readonly kind: 'folder' | 'file'
  readonly name: string
  readonly isChosen: boolean
  readonly onClick: () => void
  readonly onDoubleClick: () => void
}

/** A folder or file in the list. */
function EntryButton({ kind, name, isChosen, onClick, onDoubleClick }: EntryButtonProps) {
  return (
    <button
      type="button"
      className={classes['entry']}
      data-chosen={isChosen || undefined}
      aria-pressed={kind === 'file' ? isChosen : undefined}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
    >
      {kind === 'folder' ? (
        <IconFolder size={16} aria-label={texts.files.isFolder} />
      ) : (
        <IconFile size={16} aria-label={texts.files.isFile} />
      )}
      {name}
    </button>
  )
}

interface UseButtonsProps {
  readonly pick: 'any' | 'folder' | 'file'
  /** The file that is marked in the list. */
  readonly chosen: string | undefined
  /** The folder that is listed; undefined before it is. */
  readonly here: string | undefined
  readonly onPick: (path: string) => void
}

/** Takes the marked file, or the folder as a whole. */
function UseButtons({ pick, chosen, here, onPick }: UseButtonsProps) {
  return (
    <Group justify="flex-end">
      {chosen !== undefined && (
        <Button
          onClick={() => {
            onPick(chosen)
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
            if (here !== undefined) onPick(here)
          }}
        >
          {pick === 'folder' ? texts.files.useFolder : texts.files.openFolder}
        </Button>
      )}
    </Group>
  )
}
