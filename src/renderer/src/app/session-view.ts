import { z } from 'zod'
import { emptyPane, layouts, type Pane, paneKinds } from '../state/panes.ts'
import type { Side } from '../state/sides.ts'
import { leftTabs, steps, type UiState } from '../state/ui-store.ts'

const seriesKey = z.object({ study: z.string(), series: z.int().min(0) })

/** A plane of the patient; where it lies is found from the pane's slice. */
const plane = z.object({
  name: z.enum(['axial', 'coronal', 'sagittal']),
  turn: z.object({ aboutRows: z.number(), aboutColumns: z.number() }),
})

const side = z.object({ width: z.number().min(0).optional(), isHidden: z.boolean() })

/** What a page shows besides its studies, as it is kept between visits. */
const viewSchema = z.object({
  layout: z.enum(layouts),
  panes: z
    .array(
      z.object({
        series: seriesKey.optional(),
        kind: z.enum(paneKinds),
        slice: z.int().min(0),
        plane: plane.optional(),
      }),
    )
    .min(1)
    .max(64),
  activePane: z.int().min(0),
  linked: z.boolean(),
  model: z.string().optional(),
  run: z.string().optional(),
  step: z.enum(steps),
  leftTab: z.enum(leftTabs),
  sides: z.object({ left: side, right: side }),
})

export type SessionView = z.output<typeof viewSchema>

/** The view to keep; of a maximised viewport that of all. */
export function viewOf(ui: UiState): SessionView {
  const { layout, panes, activePane } = ui.maximised ?? ui
  const { linked, model, run, step, leftTab, sides } = ui
  return {
    layout,
    panes: panes.map(({ series, kind, slice, plane: shown }) => ({
      series,
      kind,
      slice,
      plane: shown && { name: shown.name, turn: shown.turn },
    })),
    activePane,
    linked,
    model,
    run,
    step,
    leftTab,
    sides: { left: chosen(sides.left), right: chosen(sides.right) },
  }
}

/** A side panel as the user wants it, whatever a narrow window makes of it. */
function chosen({ width, isHidden, isByWidth }: Side): Side {
  return { width, isHidden: isHidden && isByWidth !== true }
}

/** A kept view; undefined for one that another version wrote. */
export function readView(kept: unknown): SessionView | undefined {
  return viewSchema.safeParse(kept).data
}

/**
 * Panes of a kept view: places in studies that are not there are empty, and slices are within their series.
 */
export function panesOf(
  { panes, run }: Pick<SessionView, 'panes' | 'run'>,
  countOf: (series: NonNullable<Pane['series']>) => number,
): Pane[] {
  return panes.map(({ series, kind, slice, plane: kept }) => {
    const count = series === undefined ? 0 : countOf(series)
    return series === undefined || count === 0
      ? { ...emptyPane }
      : {
          series,
          kind: run === undefined ? 'original' : kind,
          slice: Math.min(slice, count - 1),
          ...(kept && { plane: { ...kept, point: undefined } }),
        }
  })
}
