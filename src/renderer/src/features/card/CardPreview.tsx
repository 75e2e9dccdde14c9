import { Button, Group, Stack, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { CardPreview as Preview } from '../../../../engine/server/models/card-preview.ts'
import { engine, ownRequest } from '../../api/client.ts'
import { notifyUser } from '../../api/notify.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { Thumbnail } from '../../viewer/Thumbnail.tsx'
import { previewRgba } from '../model/preview-rgba.ts'
import { openStudy } from '../study/open-study.ts'
import classes from './card.module.css'
import { partText, shortNumber } from './field-text.ts'
import { HistogramChart } from './Histogram.tsx'
import type { SeenSlice } from './seen-slices.ts'
import type { CardDraft } from './use-card-draft.ts'

interface CardPreviewProps {
  readonly draft: CardDraft
  readonly slices: readonly SeenSlice[]
  readonly chosen: SeenSlice | undefined
  readonly onChoose: (slice: SeenSlice) => void
}

/** Beside each other: an image, and what the model would see of it by the card so far. */
export function CardPreview({ draft, slices, chosen, onChoose }: CardPreviewProps) {
  return (
    <section aria-label={texts.card.preview}>
      <Text size="sm" fw={600} mb={6}>
        {texts.card.preview}
      </Text>
      {chosen === undefined ? (
        <NoStudy />
      ) : (
        <Stack gap={8}>
          <Group gap={6}>
            {slices.map((slice) => (
              <button
                key={`${slice.image} ${slice.frame}`}
                type="button"
                className={classes['pick']}
                aria-pressed={slice === chosen}
                aria-label={texts.card.pick(slice.slice + 1)}
                onClick={() => {
                  onChoose(slice)
                }}
              >
                <Thumbnail {...slice} size={56} />
              </button>
            ))}
          </Group>
          <SeenImage draft={draft} slice={chosen} />
        </Stack>
      )}
    </section>
  )
}

function NoStudy() {
  return (
    <Stack gap={6} align="flex-start">
      <Text size="xs" c="dimmed">
        {texts.card.noStudy}
      </Text>
      <Button
        variant="default"
        onClick={() => {
          engine.studies.sample.query().then(openStudy).catch(notifyUser)
        }}
      >
        {texts.card.openSample}
      </Button>
    </Stack>
  )
}

function SeenImage({ draft, slice }: { readonly draft: CardDraft; readonly slice: SeenSlice }) {
  const { study, image, frame } = slice
  const given = draft.known?.card
  const preview = useQuery({
    queryKey: ['card-preview', study, image, frame, given],
    queryFn: ({ signal }) =>
      engine.models.cards.preview.mutate({ study, image, frame, given }, { signal, ...ownRequest }),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 10_000,
  })
  const seen = preview.data
  return (
    <>
      <div className={classes['beside']}>
        <figure>
          <Thumbnail {...slice} size={176} />
          <Text component="figcaption" size="xs" c="dimmed">
            {texts.card.image}
          </Text>
        </figure>
        {seen?.map((channel, n) => (
          <SeenPixels key={n} seen={channel} caption={captionOf(channel, n, seen.length)} />
        ))}
      </div>
      {preview.isError && <Fault error={preview.error} tone="note" />}
      {seen === null && (
        <Text size="xs" c="dimmed">
          {texts.card.notYet}
        </Text>
      )}
      {!preview.isError &&
        seen?.map((channel, n) => (
          <section key={n} aria-label={captionOf(channel, n, seen.length)}>
            {seen.length > 1 && (
              <Text size="xs" fw={600}>
                {captionOf(channel, n, seen.length)}
              </Text>
            )}
            <SeenNumbers seen={channel} />
          </section>
        ))}
    </>
  )
}

/** One of several channels by its number and series; of one the size that the model sees. */
function captionOf({ name, rows, columns }: SeenChannel, n: number, count: number): string {
  return count === 1 ? texts.card.seen(rows, columns) : texts.card.seenChannel(n + 1, name ?? '')
}

type SeenChannel = Preview & { readonly name?: string | undefined }

function SeenPixels({ seen, caption }: { readonly seen: Preview; readonly caption: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { rows, columns } = seen
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    context?.putImageData(new ImageData(previewRgba(seen), columns, rows), 0, 0)
  }, [seen, rows, columns])
  return (
    <figure>
      <canvas ref={canvas} className={classes['seen']} width={columns} height={rows} data-testid="seen" />
      <Text component="figcaption" size="xs" c="dimmed">
        {caption}
      </Text>
    </figure>
  )
}

/** Histograms of the image and of the graph's input, and how much is clipped. */
function SeenNumbers({
  seen: { image, clippedAt, clipped, input, range, steps },
}: {
  readonly seen: Preview
}) {
  const [dark, bright] = clippedAt.map((end) => `${shortNumber(end)} ${range.unit}`.trim())
  const numbers = input.map(({ from, to }) => texts.card.numbersOf(shortNumber(from), shortNumber(to)))
  return (
    <>
      <figure>
        <Text component="figcaption" size="xs">
          {texts.card.intensities(range.unit)}
        </Text>
        <HistogramChart
          label={texts.card.intensities(range.unit)}
          histograms={[image]}
          ends={clipped === null ? undefined : clippedAt}
        />
        {clipped === null && (
          <Text size="xs" data-testid="clipped">
            {texts.card.unclipped(dark ?? '', bright ?? '')}
          </Text>
        )}
        {clipped?.map(({ below, above }, channel) => (
          <Text key={channel} size="xs" data-testid="clipped">
            {clipped.length > 1 && texts.card.ofChannel(channel + 1)}
            {texts.card.clipped(partText(below), partText(above), dark ?? '', bright ?? '')}
          </Text>
        ))}
      </figure>
      <figure>
        <Text component="figcaption" size="xs">
          {texts.card.numbers}
        </Text>
        <HistogramChart label={texts.card.numbers} histograms={input} />
        {numbers.map((each, channel) => (
          <Text key={channel} size="xs">
            {numbers.length > 1 && texts.card.ofChannel(channel + 1)}
            {each}
          </Text>
        ))}
      </figure>
      <Text size="xs" c="dimmed">
        {steps.join(' → ')}
      </Text>
    </>
  )
}
