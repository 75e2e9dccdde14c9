import { Button, Group, useComputedColorScheme } from '@mantine/core'
import { LineChart } from 'echarts/charts'
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components'
import { type ECharts, type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { texts } from '../../texts.ts'
import { curvesCsv, inPrint, lineChart, type NamedCurve, onDark } from './curves.ts'
import classes from './results.module.css'
import { saveBlob } from './save-file.ts'

use([
  LineChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  SVGRenderer,
  CanvasRenderer,
])

interface ChartProps {
  readonly title: string
  readonly curves: readonly NamedCurve[]
  /** What the curves are over, where it isn't iterations. */
  readonly axis?: string | undefined
}

/** Curves, over iterations unless said otherwise, which can be saved as image and as numbers. */
export function Chart({ title, curves, axis }: ChartProps) {
  const element = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts>(undefined)
  const colours = useComputedColorScheme('dark') === 'dark' ? onDark : inPrint
  const option = lineChart(title, curves, axis, colours)
  useEffect(() => {
    if (element.current === null) return
    const made = init(element.current, null, { renderer: 'svg' })
    chart.current = made
    const resized = new ResizeObserver(() => {
      made.resize()
    })
    resized.observe(element.current)
    return () => {
      resized.disconnect()
      made.dispose()
    }
  }, [])
  useEffect(() => {
    chart.current?.setOption(option, { replaceMerge: ['series'] })
  })
  const save = (format: Format): void => {
    void saveAs(format, { title, curves, axis })
  }
  return (
    <figure className={classes['chart']}>
      <div ref={element} className={classes['plot']} data-testid="chart" />
      <Group gap={4} justify="flex-end">
        {formats.map((format) => (
          <Button
            key={format}
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-label={texts.results.save(title, labels[format])}
            onClick={() => {
              save(format)
            }}
          >
            {labels[format]}
          </Button>
        ))}
      </Group>
    </figure>
  )
}

type Format = 'svg' | 'png' | 'csv'

const formats: readonly Format[] = ['svg', 'png', 'csv']
const labels: Readonly<Record<Format, string>> = {
  svg: texts.results.saveSvg,
  png: texts.results.savePng,
  csv: texts.results.saveCsv,
}

async function saveAs(format: Format, { title, curves, axis }: ChartProps): Promise<void> {
  const name = `${title.toLowerCase().replace(/\W+/g, '-').replace(/-$/, '')}.${format}`
  if (format === 'csv') saveBlob(name, new Blob([curvesCsv(curves, axis)], { type: 'text/csv' }))
  else saveBlob(name, await printed(format, lineChart(title, curves, axis, inPrint)))
}

/** Drawn anew on white, of a size of its own; a PNG three times as fine as on the screen. */
async function printed(format: 'svg' | 'png', option: EChartsCoreOption): Promise<Blob> {
  const renderer = format === 'svg' ? 'svg' : 'canvas'
  const chart = init(document.createElement('div'), null, { renderer, width: 640, height: 360 })
  try {
    chart.setOption({ ...option, backgroundColor: '#ffffff' })
    if (format === 'svg') return new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' })
    const canvas = chart.renderToCanvas({ pixelRatio: 3 })
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null) reject(new Error('internal: a chart could not be painted'))
        else resolve(blob)
      })
    })
  } finally {
    chart.dispose()
  }
}
