import type { Histogram } from '../../../../engine/server/models/card-preview.ts'
import classes from './card.module.css'

interface HistogramChartProps {
  readonly label: string
  readonly histograms: readonly Histogram[]
  /** Values between which nothing is clipped, in the histograms' unit. */
  readonly ends?: readonly [number, number] | undefined
}

const height = 44
const width = 240

/**
 * How often values occur, a line for each channel; heights are square roots, so that tissue shows beside air.
 */
export function HistogramChart({ label, histograms, ends }: HistogramChartProps) {
  const from = edge(
    histograms.map((each) => each.from),
    histograms[0],
  )
  const to = edge(
    histograms.map((each) => each.to),
    histograms[0],
    true,
  )
  const placeOf = (value: number) => (to === from ? 0 : (width * (value - from)) / (to - from))
  return (
    <svg
      className={classes['histogram']}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {histograms.map((each, channel) => (
        <path
          key={channel}
          d={outline(each, placeOf)}
          data-channel={histograms.length > 1 ? channel : undefined}
        />
      ))}
      {ends !== undefined && <OutsideRange ends={ends.map(placeOf)} />}
    </svg>
  )
}

/** The end of the axis: the dark end comes first, and may be the greater number. */
function edge(values: readonly number[], first: Histogram | undefined, isLast = false): number {
  const isRising = first === undefined || first.from <= first.to
  return isRising === isLast ? Math.max(...values) : Math.min(...values)
}

function outline({ from, to, counts }: Histogram, placeOf: (value: number) => number): string {
  const most = Math.sqrt(Math.max(1, ...counts))
  const step = (to - from) / counts.length
  const points = counts.map((count, bin) => {
    const y = height - (height - 2) * (Math.sqrt(count) / most)
    return `L${placeOf(from + bin * step).toFixed(1)} ${y.toFixed(1)}L${placeOf(from + (bin + 1) * step).toFixed(1)} ${y.toFixed(1)}`
  })
  return `M${placeOf(from).toFixed(1)} ${height}${points.join('')}L${placeOf(to).toFixed(1)} ${height}Z`
}

/** What is clipped is hatched out. */
function OutsideRange({ ends: [dark = 0, bright = width] }: { readonly ends: readonly number[] }) {
  const inside = (x: number) => Math.min(width, Math.max(0, x))
  return (
    <>
      <rect className={classes['beyond']} x={0} y={0} width={inside(dark)} height={height} />
      <rect
        className={classes['beyond']}
        x={inside(bright)}
        y={0}
        width={width - inside(bright)}
        height={height}
      />
      {[dark, bright]
        .filter((x) => x >= 0 && x <= width)
        .map((x) => (
          <line key={x} x1={x} x2={x} y1={0} y2={height} />
        ))}
    </>
  )
}
