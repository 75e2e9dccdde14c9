/**
 * The slice or plane that an image shows, which the original and all that a run has made of it share: what is
 * drawn on one is drawn on all.
 */
export function placeKey(imageId: string): string {
  const [own = '', original] = imageId.split('#')
  if (original !== undefined) return original
  // plane:/STUDY/SERIES/KIND/RUN/VERSION/PLANE…
  const plane = /^plane:\/([^/]*\/[^/]*)\/[^/]*\/[^/]*\/[^/]*\/(.*)$/.exec(own)
  if (plane !== null) return `plane:/${plane[1] ?? ''}/${plane[2] ?? ''}`
  return own.replace(/^radversary:/, '')
}
