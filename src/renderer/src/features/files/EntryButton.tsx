import { IconFile, IconFolder } from '@tabler/icons-react'
import { texts } from '../../texts.ts'
import classes from './files.module.css'

interface EntryButtonProps {
  readonly kind: 'folder' | 'file'
  readonly name: string
  readonly isChosen: boolean
  readonly onClick: () => void
  readonly onDoubleClick: () => void
}

/** A folder or file in the list. */
export function EntryButton({ kind, name, isChosen, onClick, onDoubleClick }: EntryButtonProps) {
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
