import { type OverlayContent, type OverlaySettings, type UiState, useUi } from './ui-store.ts'

export function changeOverlay(change: Partial<OverlaySettings>): void {
  useUi.setState({ overlay: { ...useUi.getState().overlay, ...change } })
}

/** What the overlay shows, of what there is. */
export function overlayContent({
  overlay,
  overlayContents,
}: Pick<UiState, 'overlay' | 'overlayContents'>): OverlayContent {
  return overlayContents.includes(overlay.content) ? overlay.content : 'gradient'
}

/** Shows the next one of what there is. */
export function nextOverlayContent(): void {
  const { overlayContents: all } = useUi.getState()
  changeOverlay({
    content: all[(all.indexOf(overlayContent(useUi.getState())) + 1) % all.length] ?? 'gradient',
  })
}

/** What is switched on stays what it is when a run is shown later. */
export function toggleOverlay(): void {
  changeOverlay({ shown: !useUi.getState().overlay.shown, content: overlayContent(useUi.getState()) })
}
