import { Button, Group, Loader, Modal, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api } from '../../api/client.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { saveBlob } from '../results/save-file.ts'
import { drawReport } from './draw-report.ts'
import classes from './evaluations.module.css'

interface EvaluationReportProps {
  readonly id: string
  readonly onClose: () => void
}

/** The report of an evaluation that is done, as it stands in report.html. */
export function EvaluationReport({ id, onClose }: EvaluationReportProps) {
  const read = useQuery(api.evaluations.get.queryOptions({ id }, { gcTime: 0 }))
  return (
    <Modal opened size="90%" title={texts.evaluations.report} onClose={onClose}>
      {read.isPending && <Loader size="sm" />}
      {read.isError && <Fault error={read.error} />}
      {read.data !== undefined && <Report {...read.data} />}
    </Modal>
  )
}

function Report({ html, folder }: { readonly html: string; readonly folder: string }) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (element.current !== null) drawReport(element.current, html)
  }, [html])
  return (
    <>
      <Group gap="xs" mb="xs">
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            saveBlob('report.html', new Blob([html], { type: 'text/html' }))
          }}
        >
          {texts.evaluations.saveReport}
        </Button>
        <Text size="xs" c="dimmed" className={classes['path']}>
          {texts.evaluations.folder(folder)}
        </Text>
      </Group>
      <div ref={element} className={classes['report']} data-testid="report" />
    </>
  )
}
