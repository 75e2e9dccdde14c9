import { svgChart } from '../../adapters/charts/svg-chart.ts'
import { csv } from '../../core/evaluate/csv.ts'
import { certificationName, type Certification } from './certification.ts'

/** Files of a certification by name: every number, two tables and the curve. */
export function certificationFiles(certification: Certification): Map<string, string> {
  return new Map([
    [certificationName, `${JSON.stringify(certification, null, 1)}\n`],
    ['images.csv', imagesCsv(certification)],
    ['curve.csv', curveCsv(certification)],
    ['curve.svg', curveSvg(certification)],
  ])
}

function imagesCsv({ images }: Certification): string {
  const header = ['file', 'frame', 'label', 'certified_class', 'right', 'seen', 'draws', 'lower', 'radius_l2']
  return csv([
    header,
    ...images.map((each) => [
      ...[each.file, each.frame, each.label, each.class, each.isRight, each.seen, each.draws],
      ...[each.lower, each.radius],
    ]),
  ])
}

function curveCsv({ curve }: Certification): string {
  return csv([
    ['radius_l2', 'certified', 'images', 'rate', 'wilson_lower', 'wilson_upper'],
    ...curve.map(({ radius, certified: { successes, count, rate, lower, upper } }) => [
      ...[radius, successes, count, rate, lower, upper],
    ]),
  ])
}

/** Certified accuracy over radii, with Wilson's interval, on white. */
function curveSvg({ curve, labels }: Certification): string {
  const bound = { type: 'line', symbol: 'none', silent: true, lineStyle: { opacity: 0 }, stack: 'band' }
  const at = (value: (each: Certification['curve'][number]) => number | null) =>
    curve.map((each) => [each.radius, value(each)])
  const named = { nameLocation: 'middle', nameGap: 40, min: 0, type: 'value' }
  const option = {
    backgroundColor: '#ffffff',
    color: ['#0072b2'],
    grid: { left: 70, right: 25, top: 20, bottom: 60 },
    xAxis: { ...named, name: 'radius, L2 in intensity ranges' },
    yAxis: { ...named, max: 1, name: labels === 'file' ? 'certified accuracy' : 'certified' },
    series: [
      { ...bound, data: at(({ certified }) => certified.lower) },
      {
        ...bound,
        data: at(({ certified }) => certified.upper - certified.lower),
        areaStyle: { color: '#0072b2', opacity: 0.18 },
      },
      { type: 'line', symbol: 'none', data: at(({ certified }) => certified.rate) },
    ],
  }
  return svgChart(option, { width: 640, height: 380 })
}
