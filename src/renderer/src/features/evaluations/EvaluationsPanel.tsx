import { useState, useEffect, useRef } from 'react'
import type { EvaluationInfo } from '../../../../engine/server/evaluations/evaluation-service.ts'
import { texts } from '../../texts.ts'
import { JobCard } from '../jobs/JobCard.tsx'
import { JobsPanel } from '../jobs/JobsPanel.tsx'
import { useEvaluations } from '../jobs/kept-jobs.ts'
import { NewEvaluation } from './NewEvaluation.tsx'
import { Button, Group, Loader, Modal, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { Fault } from '../../ui/Fault.tsx'
import { saveBlob } from '../results/save-file.ts'
import classes from './evaluations.module.css'

/** Every evaluation that was kept, latest first, and a new one. */
export function EvaluationsPanel() {
  const [isCreating, setCreating] = useState(false)
  const [shown, setShown] = useState<string>()
  return (
    <JobsPanel
      list={useEvaluations()}
      texts={texts.evaluations}
      onCreate={() => {
        setCreating(true)
      }}
      card={(job: EvaluationInfo) => (
        <JobCard key={job.id} kind="evaluations" job={job} about={aboutOf(job)} onShow={setShown} />
      )}
    >
      {isCreating && (
        <NewEvaluation
          onClose={() => {
            setCreating(false)
          }}
        />
      )}
      {shown !== undefined && (
        <EvaluationReport
          id={shown}
          onClose={() => {
            setShown(undefined)
          }}
        />
      )}
    </JobsPanel>
  )
}

function aboutOf({ request: { protocol, models } }: EvaluationInfo): string {
  return texts.evaluations.about(protocol, models.length)
}

interface EvaluationReportProps {
  readonly id: string
  readonly onClose: () => void
}

/** The report of an evaluation that is done, as it stands in report.html. */
function EvaluationReport({ id, onClose }: EvaluationReportProps) {
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

/**
 * Shows report.html inside a page that allows no inline styles and no frames: in a shadow tree, with the
 * report's own style sheet, and its figures as images. The report has no script, and none would run here.
 */
function drawReport(host: HTMLElement, html: string): void {
  const { styles, markup } = partsOf(html)
  const { body } = new DOMParser().parseFromString(markup, 'text/html')
  for (const image of body.querySelectorAll<HTMLImageElement>('figure > img'))
    image.alt = image.closest('figure')?.querySelector('figcaption')?.textContent.trim() ?? ''
  const page = document.createElement('div')
  page.className = body.className
  page.append(...body.children)
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = styles.map(sheetOf)
  root.replaceChildren(page)
}

/** Taken apart as text: even a parsed document would break the page's policy on inline styles. */
function partsOf(html: string): { readonly styles: readonly string[]; readonly markup: string } {
  const styles = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text = '']) => text)
  const markup = html
    .replaceAll(/<style>[^]*?<\/style>/g, '')
    .replaceAll(/<svg[^]*?<\/svg>/g, (svg) => `<img src="data:image/svg+xml,${encodeURIComponent(svg)}">`)
  return { styles, markup }
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}
