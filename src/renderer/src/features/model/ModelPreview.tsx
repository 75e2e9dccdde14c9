import { Group, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api } from '../../api/client.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import { previewRgba } from './preview-rgba.ts'
import classes from './model.module.css'

interface ModelPreviewProps {
  readonly study: string
  readonly image: number
  readonly frame: number
  readonly model: string
}

/** The model's input for the active image: the same window, crop and size. */
export function ModelPreview(props: ModelPreviewProps) {
  const preview = useQuery(
    api.models.preview.queryOptions(props, { placeholderData: keepPreviousData, gcTime: 10_000 }),
  )
  const canvas = useRef<HTMLCanvasElement>(null)
  const { data } = preview
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context && data !== undefined)
      context.putImageData(new ImageData(previewRgba(data), data.columns, data.rows), 0, 0)
  }, [data])
  return (
    <section aria-label={texts.model.preview}>
      <Text size="sm" fw={600}>
        {texts.model.preview}
      </Text>
      {preview.isError && <Fault error={preview.error} />}
      {data !== undefined && (
        <Group gap="sm" wrap="nowrap" align="flex-start" mt={6}>
          <canvas ref={canvas} className={classes['preview']} width={data.columns} height={data.rows} />
          <Text size="xs" c="dimmed">
            {texts.model.previewOf(`${data.range.lower} to ${data.range.upper} ${data.range.unit}`)}
            <br />
            {data.steps.join(' → ')}
          </Text>
        </Group>
      )}
    </section>
  )
}
