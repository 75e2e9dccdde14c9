import { Button, Group } from '@mantine/core'
import { texts } from '../../texts.ts'

interface UseButtonsProps {
  readonly pick: 'any' | 'folder' | 'file'
  /** The file that is marked in the list. */
  readonly chosen: string | undefined
  /** The folder that is listed; undefined before it is. */
  readonly here: string | undefined
  readonly onPick: (path: string) => void
}

/** Takes the marked file, or the folder as a whole. */
export function UseButtons({ pick, chosen, here, onPick }: UseButtonsProps) {
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
