import { Button, List, Progress, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { VerifyReport } from '../../../../engine/verify/verify-export.ts'
import { engine, ownRequest } from '../../api/client.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'

interface VerifyState {
  readonly progress?: { readonly done: number; readonly total: number } | undefined
  readonly error?: unknown
  readonly report?: VerifyReport | undefined
}

/** Reads a run's files again and says whether all is as the record says. */
export function VerifyRun({ run }: { readonly run: string }) {
  const [{ progress, error, report }, setState] = useState<VerifyState>({})
  const verify = async (): Promise<void> => {
    setState({ progress: { done: 0, total: 0 } })
    try {
      for await (const event of await engine.runs.verify.mutate({ run }, ownRequest)) {
        if (event.type === 'progress') setState({ progress: event })
        if (event.type === 'verified') setState({ report: event })
      }
    } catch (thrown) {
      setState({ error: thrown })
    }
  }
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {texts.export.verifyHelp}
      </Text>
      <Button
        variant="default"
        loading={progress !== undefined}
        onClick={() => {
          void verify()
        }}
      >
        {texts.export.verify}
      </Button>
      {progress !== undefined && (
        <Progress
          value={(100 * progress.done) / Math.max(1, progress.total)}
          aria-label={texts.export.verifying(progress.done, progress.total)}
        />
      )}
      {error !== undefined && <Fault error={error} />}
      {report !== undefined && <Verified report={report} />}
    </Stack>
  )
}

function Verified({
  report: { files, images, predictions, discrepancies },
}: {
  readonly report: VerifyReport
}) {
  return (
    <div role="status" data-testid="verified">
      {discrepancies.length === 0 ? (
        <Text size="sm" c="var(--app-good)">
          {texts.export.verified(files, images)}
        </Text>
      ) : (
        <>
          <Text size="sm" c="var(--mantine-color-error)">
            {texts.export.discrepancies(discrepancies.length)}
          </Text>
          <List size="xs">
            {discrepancies.map(({ file, message }) => (
              <List.Item key={`${file} ${message}`}>
                {file}: {message}
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Text size="xs" c="dimmed">
        {predictions ? texts.export.predicted : texts.export.notPredicted}
      </Text>
    </div>
  )
}
