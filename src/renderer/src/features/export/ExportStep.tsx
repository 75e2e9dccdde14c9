import { Button, Progress, Stack, Text, Accordion, List } from '@mantine/core'
import { useState } from 'react'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import type { ShownRun } from '../../state/shown-run.ts'
import { mediaFormats, pictureFormats } from '../../../../core/spec/presets.ts'
import { type ExportKind, madeKinds, sizeText } from './export-plan.ts'
import { FolderFields, PartsField, PlanList } from './export-fields.tsx'
import { type ExportReport, useChosenParts, useExport, useExportFolder } from './use-export.ts'
import { firstIdentity, identityRequestOf, isWhole } from './export-identity.ts'
import { IdentityField } from './IdentityField.tsx'
import { VerifyRun } from './VerifyRun.tsx'
import { desktop } from '../../api/native.ts'
import { notifyUser } from '../../api/notify.ts'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'

/** Writes a finished run to a folder of the user's, and checks what is there. */
export function ExportStep({ run }: { readonly run: ShownRun | undefined }) {
  if (run?.info?.state !== 'done')
    return (
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {texts.export.none}
        </Text>
        <Departures />
      </Stack>
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
      <Departures />
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

/** What to write and where, and the export itself as it goes. */
function ExportForm({ run, name, made, images }: ExportFormProps) {
  const { parts, choose } = useChosenParts(made)
  const folder = useExportFolder(name)
  const { state, start, cancel } = useExport()
  const to = folder.to.trim()
  const [identity, setIdentity] = useState(firstIdentity)
  return (
    <Stack gap="sm">
      <PartsField label={texts.export.kinds} offered={made} chosen={parts} onChoose={choose} />
      <PartsField label={texts.export.formats} offered={pictureFormats} chosen={parts} onChoose={choose} />
      <PartsField label={texts.export.media} offered={mediaFormats} chosen={parts} onChoose={choose} />
      <IdentityField identity={identity} onChange={setIdentity} />
      <FolderFields folder={folder} />
      <PlanList parts={parts} images={images} />
      {state.progress === undefined ? (
        <Button
          size="sm"
          disabled={to === '' || !isWhole(identity)}
          onClick={() => {
            void start({ run, to, kinds: parts, identity: identityRequestOf(identity) }).then(() => {
              setIdentity(firstIdentity)
            })
          }}
        >
          {texts.export.start}
        </Button>
      ) : (
        <ExportProgress {...state.progress} onCancel={cancel} />
      )}
      {state.cancelled !== undefined && (
        <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
          {texts.export.cancelled(state.cancelled)}
        </Text>
      )}
      {state.error !== undefined && <Fault error={state.error} />}
      {state.report !== undefined && <Exported report={state.report} />}
    </Stack>
  )
}

interface ExportProgressProps {
  readonly done: number
  readonly total: number
  readonly onCancel: () => void
}

/** How far an export is. */
function ExportProgress({ done, total, onCancel }: ExportProgressProps) {
  const text = texts.export.working(done, total)
  return (
    <div role="status">
      <Text size="sm">{text}</Text>
      <Progress value={(100 * done) / Math.max(1, total)} my={6} aria-label={text} />
      <Button variant="default" onClick={onCancel}>
        {texts.app.cancel}
      </Button>
    </div>
  )
}

/** What was written, and where it is. */
function Exported({ report: { folder, files, bytes, notices } }: { readonly report: ExportReport }) {
  return (
    <div role="status" data-testid="exported">
      <Text size="sm" c="var(--app-good)">
        {texts.export.done(files, sizeText(bytes))}
      </Text>
      <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {folder}
      </Text>
      {notices.map((notice) => (
        <Text key={notice} size="xs" c="var(--app-warning)">
          {notice}
        </Text>
      ))}
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
        bridge.showInFolder(folder).catch(notifyUser)
      }}
    >
      {texts.export.show}
    </Button>
  )
}

/** What has left the workspace, latest first: looked up when it is opened. */
function Departures() {
  const log = useQuery(api.departures.queryOptions(undefined, { staleTime: 0 }))
  const departures = log.data?.departures ?? []
  return (
    <Accordion variant="contained">
      <Accordion.Item value="left">
        <Accordion.Control>
          <Text size="sm">{texts.export.left(departures.length)}</Text>
        </Accordion.Control>
        <Accordion.Panel>
          <Stack gap="xs" data-testid="departures">
            {(log.data?.damaged.length ?? 0) > 0 && (
              <Text size="xs" c="var(--mantine-color-error)">
                {texts.export.leftDamaged}
              </Text>
            )}
            <List size="xs">
              {departures.toReversed().map(({ when, to, files, manifest, identity }) => (
                <List.Item key={`${when} ${manifest}`} style={{ overflowWrap: 'anywhere' }}>
                  {texts.export.departure(new Date(when).toLocaleString(), identity.choice, files, to)}
                </List.Item>
              ))}
            </List>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
