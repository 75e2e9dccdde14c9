import { Button, Text } from '@mantine/core'
import { desktop } from '../../api/native.ts'
import { tell } from '../../api/notify.ts'
import { texts } from '../../texts.ts'
import { sizeText } from './export-plan.ts'
import type { ExportReport } from './use-export.ts'

/** What was written, and where it is. */
export function Exported({ report: { folder, files, bytes } }: { readonly report: ExportReport }) {
  return (
    <div role="status" data-testid="exported">
      <Text size="sm" c="teal.3">
        {texts.export.done(files, sizeText(bytes))}
      </Text>
      <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {folder}
      </Text>
      <ShowFolder folder={folder} />
    </div>
  )
}

/** The system's file manager, where the application may call it. */
function ShowFolder({ folder }: { readonly folder: string }) {
  const bridge = desktop()
  if (bridge === undefined) return null
  return (
    <Button
      size="compact-xs"
      variant="default"
      mt={4}
      onClick={() => {
        bridge.showInFolder(folder).catch(tell)
      }}
    >
      {texts.export.show}
    </Button>
  )
}
