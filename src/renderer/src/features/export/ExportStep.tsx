import { Button, Checkbox, List, Progress, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { desktop } from '../../api/native.ts'
import { tell } from '../../api/notify.ts'
import { Fault } from '../../app/Fault.tsx'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PickButton.tsx'
import type { ShownRun } from '../runs/use-shown-run.ts'
import { exportPlan, folderName, madeKinds, sizeText, type ExportKind } from './export-plan.ts'
import { useExport } from './use-export.ts'
import { VerifyRun } from './VerifyRun.tsx'

/** Writes a finished run to a folder of the user's, and checks what is there. */
export function ExportStep({ run }: { readonly run: ShownRun | undefined }) {
  if (run?.info?.state !== 'done')
    return (
      <Text size="sm" c="dimmed">
        {texts.export.none}
      </Text>
    )
  return (
    <Stack gap="md">
      <Text fw={600}>{run.info.request.name}</Text>
      <ExportForm
        key={run.id}
        run={run.id}
        name={run.info.request.name}
        made={madeKinds(run.info.request.exports, run.live.images)}
        images={run.live.images.size}
      />
      <VerifyRun key={`verify ${run.id}`} run={run.id} />
    </Stack>
  )
}

interface ExportFormProps {
  readonly run: string
  readonly name: string
  /** Kinds that the run has made. */
  readonly made: readonly ExportKind[]
  readonly images: number
}

function ExportForm({ run, name, made, images }: ExportFormProps) {
  const settings = useQuery(api.settings.get.queryOptions(undefined, { staleTime: 0 }))
  const [left, setLeft] = useState<ReadonlySet<ExportKind>>(new Set())
  const [given, setGiven] = useState<string>()
  const { state, start, cancel } = useExport()
  const home = useQuery(api.files.list.queryOptions({}))
  const parent = settings.data?.lastFolders['export'] ?? home.data?.path
  const to = given ?? (parent === undefined ? '' : folderName(parent, name))
  const kinds = made.filter((kind) => !left.has(kind))
  return (
    <Stack gap="sm">
      <Checkbox.Group label={texts.export.kinds} value={kinds}>
        <Stack gap={4} mt={4}>
          {made.map((kind) => (
            <Checkbox
              key={kind}
              size="xs"
              value={kind}
              label={texts.export[kind]}
              // The adversarial series is what an export is.
              disabled={kind === 'series'}
              onChange={(event) => {
                const rest = new Set(left)
                if (event.currentTarget.checked) rest.delete(kind)
                else rest.add(kind)
                setLeft(rest)
              }}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        label={texts.export.to}
        value={to}
        spellCheck={false}
        onChange={(event) => {
          setGiven(event.currentTarget.value)
        }}
      />
      <PickButton
        kind="export-folder"
        title={texts.files.exportTitle}
        start={parent}
        onPick={(folder) => {
          setGiven(folderName(folder, name))
        }}
      />
      <div>
        <Text size="sm" fw={600}>
          {texts.export.willWrite}
        </Text>
        <List size="xs" data-testid="export-plan">
          {exportPlan(kinds, images).map(({ folder, files }) => (
            <List.Item key={folder}>{texts.export.files(folder, files)}</List.Item>
          ))}
          <List.Item>{texts.export.rest}</List.Item>
        </List>
      </div>
      {state.progress === undefined ? (
        <Button
          size="sm"
          disabled={to.trim() === ''}
          onClick={() => {
            void start({ run, to: to.trim(), kinds })
          }}
        >
          {texts.export.start}
        </Button>
      ) : (
        <div role="status">
          <Text size="sm">{texts.export.working(state.progress.done, state.progress.total)}</Text>
          <Progress
            value={(100 * state.progress.done) / Math.max(1, state.progress.total)}
            my={6}
            aria-label={texts.export.working(state.progress.done, state.progress.total)}
          />
          <Button variant="default" onClick={cancel}>
            {texts.app.cancel}
          </Button>
        </div>
      )}
      {state.error !== undefined && <Fault error={state.error} />}
      {state.report !== undefined && (
        <div role="status" data-testid="exported">
          <Text size="sm" c="teal.3">
            {texts.export.done(state.report.files, sizeText(state.report.bytes))}
          </Text>
          <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {state.report.folder}
          </Text>
          <ShowFolder folder={state.report.folder} />
        </div>
      )}
    </Stack>
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
