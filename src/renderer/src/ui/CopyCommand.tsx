import { Button, CopyButton } from '@mantine/core'
import { texts } from '../texts.ts'

/** Copies the command line that makes something again. */
export function CopyCommand({ command }: { readonly command: string }) {
  return (
    <CopyButton value={command}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" title={command} onClick={copy}>
          {copied ? texts.app.copied : texts.jobs.copyCommand}
        </Button>
      )}
    </CopyButton>
  )
}
