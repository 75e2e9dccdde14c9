import { Stack, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { engine, ownRequest } from '../../api/client.ts'
import type { TriedCard } from '../../api/types.ts'
import { useUi } from '../../state/ui-store.ts'
import { frameKey } from '../../state/predictions.ts'
import { withConfidence } from '../../state/card-answers.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { useFoundLabels } from '../attack/find-labels.ts'
import { LabelsInput } from '../files/PathInput.tsx'
import { partText, shortNumber } from './field-text.ts'
import type { SeenSlice } from './seen-slices.ts'
import type { CardDraft } from './use-card-draft.ts'

interface TryCardProps {
  readonly draft: CardDraft
  readonly slices: readonly SeenSlice[]
}

/** What the model says of a few slices by the card so far, and how that agrees with labels. */
export function TryCard({ draft, slices }: TryCardProps) {
  const form = draft.known?.form ?? undefined
  const [study] = slices
  if (study === undefined) return null
  return (
    <section aria-label={texts.card.predictions}>
      <Text size="sm" fw={600} mb={6}>
        {texts.card.predictions}
      </Text>
      {form === undefined ? (
        <Text size="xs" c="dimmed">
          {texts.card.predictionsNotYet}
        </Text>
      ) : (
        <Tried draft={draft} slices={slices} study={study.study} labelled={form.labels} />
      )}
    </section>
  )
}

interface TriedProps extends TryCardProps {
  readonly study: string
  readonly labelled: Parameters<typeof LabelsInput>[0]['labels']
}

function Tried({ draft, slices, study, labelled }: TriedProps) {
  const paths = useUi((ui) => ui.studies.find(({ id }) => id === study)?.paths) ?? []
  const [typed, setTyped] = useState<string>()
  const found = useFoundLabels(paths, labelled)
  const labels = typed ?? found ?? ''
  const tried = useTried(draft, slices, study, found === undefined ? undefined : labels)
  return (
    <Stack gap={8}>
      <LabelsInput labels={labelled} value={labels} start={paths[0]} onChange={setTyped} />
      <div aria-live="polite">
        {tried.isFetching && (
          <Text size="xs" c="dimmed">
            {texts.card.predicting}
          </Text>
        )}
        {tried.isError && <Fault error={tried.error} tone="note" />}
        {tried.data !== undefined && !tried.isError && <Agreements report={tried.data} />}
      </div>
      {tried.data !== undefined && !tried.isError && <Predictions report={tried.data} slices={slices} />}
    </Stack>
  )
}

/**
 * Asked anew as the card changes; what was asked before is cancelled. @param labels undefined: not known yet
 */
function useTried(draft: CardDraft, slices: readonly SeenSlice[], study: string, labels: string | undefined) {
  const { model, cardFile, known } = draft
  const frames = slices.map(({ image, frame }) => ({ image, frame }))
  return useQuery({
    queryKey: ['card-tried', model, study, frames, labels, known?.card],
    queryFn: ({ signal }) =>
      engine.models.cards.try.mutate(
        {
          model,
          study,
          frames,
          given: { ...known?.card },
          ...(cardFile !== undefined && { card: cardFile }),
          ...(labels !== undefined && labels !== '' && { labels }),
        },
        { signal, ...ownRequest },
      ),
    enabled: labels !== undefined && !draft.isBehind,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 10_000,
  })
}

/** How predictions agree with labels, as the task counts it; notices of how images were taken. */
function Agreements({
  report: { agreement, segments, detection, taskAgreement, notices },
}: {
  readonly report: TriedCard
}) {
  const { meanAbsoluteError } = taskAgreement ?? {}
  const recall = detection?.recall ?? null
  const lines = [
    ...(agreement === null
      ? []
      : [texts.card.agreement(agreement.accuracy.successes, agreement.accuracy.count)]),
    ...(segments ?? []).flatMap((each) =>
      each.dice === null ? [] : [texts.card.dice(each.class, each.dice.toFixed(2))],
    ),
    ...(recall === null ? [] : [texts.card.recall(partText(recall))]),
    ...(meanAbsoluteError === undefined ? [] : [texts.card.meanError(shortNumber(meanAbsoluteError))]),
  ]
  return (
    <>
      {lines.map((line) => (
        <Text key={line} size="sm" fw={600} data-testid="agreement">
          {line}
        </Text>
      ))}
      {notices.map(({ message }) => (
        <Text key={message} size="xs" c="var(--app-warning)">
          {message}
        </Text>
      ))}
    </>
  )
}

interface PredictionsProps {
  readonly report: TriedCard
  readonly slices: readonly SeenSlice[]
}

function Predictions({ report, slices }: PredictionsProps) {
  const byFrame = new Map(report.predictions.map((each) => [frameKey(each.sopInstanceUid, each.frame), each]))
  const hasLabels = report.predictions.some(({ label }) => label !== null)
  return (
    <Table aria-label={texts.card.predictions}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{texts.card.slice}</Table.Th>
          <Table.Th>{texts.card.says}</Table.Th>
          {hasLabels && <Table.Th>{texts.card.label}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {slices.map(({ slice, sopInstanceUid, frame }) => {
          const said = byFrame.get(frameKey(sopInstanceUid, frame + 1))
          return (
            <Table.Tr key={slice}>
              <Table.Td>{slice + 1}</Table.Td>
              <Table.Td>
                {said === undefined ? '' : withConfidence(said.prediction, said.confidence)}
              </Table.Td>
              {hasLabels && <LabelCell said={said?.prediction} label={said?.label ?? null} />}
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

/** The label, with a mark that is not of colour alone. */
function LabelCell({ said, label }: { readonly said: string | undefined; readonly label: string | null }) {
  if (label === null) return <Table.Td />
  const isRight = said === label
  return (
    <Table.Td {...(!isRight && { c: 'var(--app-warning)' })}>
      <span role="img" aria-label={isRight ? texts.card.asLabelled : texts.card.otherThanLabelled}>
        {isRight ? '✓' : '✗'}
      </span>{' '}
      {label}
    </Table.Td>
  )
}
