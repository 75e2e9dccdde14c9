import { useUi } from '../state/ui-store.ts'
import type { RegionShape } from '../viewer/region.ts'

const noShapes: readonly never[] = []

/** The region that an attack may change, on pictures of the size that it was drawn on. */
export function useRegionShapes(
  size: { readonly rows: number; readonly columns: number } | undefined,
): readonly RegionShape[] {
  const region = useUi((ui) => ui.region)
  const fits = region?.rows === size?.rows && region?.columns === size?.columns
  return fits ? (region?.shapes ?? noShapes) : noShapes
}
