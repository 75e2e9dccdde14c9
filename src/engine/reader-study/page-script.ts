/**
 * What the page of a reader study does: it shows one image after the other, takes window and level by
 * dragging, a confidence for each, keeps answers in the browser until they are saved, and saves them as CSV.
 * Plain script, since the page is one file that is opened from a disk.
 */
export const pageScript = `
'use strict'
const study = JSON.parse(document.getElementById('study').textContent)
const place = (id) => document.getElementById(id)
const canvas = place('image'), context = canvas.getContext('2d')
const kept = 'radversary-reader-study-' + study.study
const saved = JSON.parse(localStorage.getItem(kept) || '{"reader":"","answers":{}}')
const pixels = new Map()
let at = 0, since = Date.now(), view = null

async function pixelsOf(image) {
  if (pixels.has(image.name)) return pixels.get(image.name)
  const bytes = Uint8Array.from(atob(image.data), (letter) => letter.charCodeAt(0))
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const buffer = await new Response(inflated).arrayBuffer()
  const values = image.type === 'int16' ? new Int16Array(buffer) : image.type === 'uint16' ? new Uint16Array(buffer) : image.type === 'int32' ? new Int32Array(buffer) : new Uint8Array(buffer)
  pixels.clear()
  pixels.set(image.name, values)
  return values
}
async function draw() {
  const image = study.images[at]
  const values = await pixelsOf(image)
  if (image !== study.images[at]) return
  canvas.width = image.columns
  canvas.height = image.rows
  const out = context.createImageData(image.columns, image.rows)
  const lowest = view.center - view.width / 2
  for (let i = 0; i < image.rows * image.columns; i++) {
    for (let c = 0; c < 3; c++) {
      const stored = image.samples === 3 ? values[3 * i + c] : values[i]
      const grey = image.samples === 3 ? stored : 255 * (stored * image.slope + image.intercept - lowest) / view.width
      out.data[4 * i + c] = image.inverted ? 255 - grey : grey
    }
    out.data[4 * i + 3] = 255
  }
  context.putImageData(out, 0, 0)
  place('window').textContent = image.samples === 3 ? '' : 'Level ' + Math.round(view.center) + ', window ' + Math.round(view.width) + ' ' + image.unit
}
function show(number) {
  at = Math.min(Math.max(number, 0), study.images.length - 1)
  const image = study.images[at]
  view = { center: image.center, width: image.width }
  since = Date.now()
  const answer = saved.answers[image.name]
  for (const button of document.querySelectorAll('[data-confidence]'))
    button.setAttribute('aria-pressed', String(answer !== undefined && answer.confidence === Number(button.dataset.confidence)))
  place('name').textContent = image.name + ' (' + (at + 1) + ' of ' + study.images.length + ')'
  place('done').textContent = Object.keys(saved.answers).length + ' of ' + study.images.length + ' judged'
  draw()
}
function keep() { localStorage.setItem(kept, JSON.stringify(saved)) }
function answer(confidence) {
  const seconds = Math.round((Date.now() - since) / 100) / 10
  saved.answers[study.images[at].name] = { confidence, seconds }
  keep()
  show(at + 1)
}
function cell(text) { return /[",\\r\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text }
function save() {
  if (saved.reader.trim() === '') { place('reader').focus(); return }
  const rows = Object.entries(saved.answers).map(([image, { confidence, seconds }]) =>
    [study.study, saved.reader.trim(), image, confidence, seconds].map((each) => cell(String(each))).join(','))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([['study,reader,image,confidence,seconds', ...rows, ''].join('\\r\\n')], { type: 'text/csv' }))
  link.download = 'answers-' + study.study + '.csv'
  link.click()
}
place('reader').value = saved.reader
place('reader').addEventListener('input', (event) => { saved.reader = event.target.value; keep() })
place('back').addEventListener('click', () => show(at - 1))
place('next').addEventListener('click', () => show(at + 1))
place('save').addEventListener('click', save)
for (const button of document.querySelectorAll('[data-confidence]'))
  button.addEventListener('click', () => answer(Number(button.dataset.confidence)))
canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId))
canvas.addEventListener('pointermove', (event) => {
  if (event.buttons === 0) return
  const step = study.images[at].width / 300
  view.width = Math.max(1, view.width + event.movementX * step)
  view.center += event.movementY * step
  draw()
})
canvas.addEventListener('dblclick', () => show(at))
addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLInputElement) return
  if (event.key === 'ArrowLeft') show(at - 1)
  if (event.key === 'ArrowRight') show(at + 1)
  if (/^[1-6]$/.test(event.key)) answer(Number(event.key))
})
const first = study.images.findIndex(({ name }) => saved.answers[name] === undefined)
show(first < 0 ? 0 : first)
`
