import { Button, Stack, Text } from '@mantine/core'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import type { ShownRun } from '../../state/shown-run.ts'
import { Exported } from './Exported.tsx'
import { ExportProgress } from './ExportProgress.tsx'
import { madeKinds, type ExportKind } from './export-plan.ts'
import { FolderFields } from './FolderFields.tsx'
import { KindsField } from './KindsField.tsx'
import { PlanList } from './PlanList.tsx'
import { useChosenKinds } from './use-chosen-kinds.ts'
import { useExport } from './use-export.ts'
import { useExportFolder } from './use-export-folder.ts'
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

/** What to write and where, and the export itself as it goes. */
function ExportForm({ run, name, made, images }: ExportFormProps) {
  const { kinds, choose } = useChosenKinds(made)
  const folder = useExportFolder(name)
  const { state, start, cancel } = useExport()
  const to = folder.to.trim()
  return (
    <Stack gap="sm">
      <KindsField made={made} chosen={kinds} onChoose={choose} />
      <FolderFields folder={folder} />
      <PlanList kinds={kinds} images={images} />
      {state.progress === undefined ? (
        <Button
          size="sm"
          disabled={to === ''}
          onClick={() => {
            void start({ run, to, kinds })
          }}
        >
          {texts.export.start}
        </Button>
      ) : (
        <ExportProgress {...state.progress} onCancel={cancel} />
      )}
      {state.error !== undefined && <Fault error={state.error} />}
      {state.report !== undefined && <Exported report={state.report} />}
    </Stack>
  )
}
