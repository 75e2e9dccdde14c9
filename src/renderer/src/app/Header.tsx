import { ActionIcon, Button, Stack } from '@mantine/core'
import {
  type Icon,
  IconFolderOpen,
  IconHelp,
  IconInfoCircle,
  IconKeyboard,
  IconSettings,
} from '@tabler/icons-react'
import { askForStudy } from '../features/study/open-study.ts'
import { type Dialog, setUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'
import { EngineFault } from '../api/fault.ts'
import { dismiss, useNotices } from '../api/notify.ts'
import { Fault } from '../ui/Fault.tsx'

export function Header() {
  return (
    <header className={classes['header']}>
      <h1 className={classes['brand']}>{texts.app.name}</h1>
      <Button
        variant="default"
        leftSection={<IconFolderOpen size={16} />}
        aria-keyshortcuts="Control+O"
        onClick={askForStudy}
      >
        {texts.app.open}
      </Button>
      <span className={classes['grow']} />
      <span className={classes['research']}>{texts.app.research}</span>
      <DialogButton icon={IconSettings} label={texts.settings.title} dialog="settings" />
      <DialogButton icon={IconHelp} label={texts.help.title} dialog="help" />
      <DialogButton icon={IconKeyboard} label={texts.app.shortcuts} dialog="shortcuts" />
      <DialogButton icon={IconInfoCircle} label={texts.app.about} dialog="about" />
    </header>
  )
}

interface DialogButtonProps {
  readonly icon: Icon
  readonly label: string
  readonly dialog: Dialog
}

function DialogButton({ icon: Symbol, label, dialog }: DialogButtonProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      onClick={() => {
        setUi({ dialog })
      }}
    >
      <Symbol size={18} />
    </ActionIcon>
  )
}

/** What went wrong and has not been read yet, over the lower right corner. */
export function Notices() {
  const notices = useNotices((state) => state.notices)
  if (notices.length === 0) return null
  return (
    <Stack className={classes['notices']} gap="xs">
      {notices.map(({ id, error }) => (
        <Fault
          key={id}
          error={new EngineFault(error)}
          onDismiss={() => {
            dismiss(id)
          }}
        />
      ))}
    </Stack>
  )
}
