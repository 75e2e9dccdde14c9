import { Stack } from '@mantine/core'
import { EngineFault } from '../api/fault.ts'
import { dismiss, useNotices } from '../api/notify.ts'
import { Fault } from './Fault.tsx'
import classes from './app.module.css'

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
