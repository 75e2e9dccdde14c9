import { CustomChart, HeatmapChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent, VisualMapComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { visibleText } from '../../core/visible-text.ts'

use([
  CustomChart,
  HeatmapChart,
  LineChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  VisualMapComponent,
  SVGRenderer,
])

export type ChartOption = EChartsCoreOption

export interface ChartSize {
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/**
 * A chart as an SVG document, with no character in it that acts or that XML forbids. The same option gives
 * the same bytes: the library's running numbers are taken out of its identifiers.
 */
export function svgChart(option: ChartOption, { width, height }: ChartSize): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({ animation: false, ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${visibleText(renumbered(svg))}\n`
}

/** Identifiers such as zr3-cls-17 as chart-0, chart-1 … in the order in which they appear. */
function renumbered(svg: string): string {
  const names = new Map<string, string>()
  return svg.replaceAll(/zr\d+-[a-z]+-?\d+/g, (identifier) => {
    const name = names.get(identifier) ?? `chart-${names.size}`
    names.set(identifier, name)
    return name
  })
}
