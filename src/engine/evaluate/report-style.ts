/** The report's style sheet: system fonts, light, A4. */
export const reportStyle = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
.page { font: 15px/1.5 system-ui, "Liberation Sans", Arial, sans-serif; color: #1a1a1a; background: #fff; max-width: 190mm; margin: 0 auto; padding: 8mm 6mm; }
h1 { font-size: 1.7em; line-height: 1.2; margin: 0 0 0.6em; }
h2 { font-size: 1.2em; margin: 1.6em 0 0.4em; border-bottom: 1px solid #bbb; padding-bottom: 0.15em; }
h3 { font-size: 1.02em; margin: 1.2em 0 0.3em; }
p, ul { margin: 0.4em 0 0.8em; }
ul { padding-left: 1.3em; }
.notice { font-size: 0.85em; color: #7a1c14; margin: 0 0 0.8em; }
.caution { border-left: 3px solid #b3261e; padding-left: 0.8em; }
table { border-collapse: collapse; width: 100%; margin: 0.6em 0 1.2em; font-size: 0.86em; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.3em; }
th, td { text-align: left; vertical-align: top; padding: 0.22em 0.6em 0.22em 0; border-bottom: 1px solid #ddd; }
thead th { border-bottom: 1.5px solid #555; }
.yes { color: #11632f; } .no { color: #b3261e; font-weight: 600; } .tried { color: #666; white-space: nowrap; }
figure { margin: 0.8em 0 1.2em; break-inside: avoid; }
figure svg, figure > img { width: 100%; height: auto; display: block; }
.row { display: flex; gap: 2mm; }
.row img { width: calc((100% - 4mm) / 3); image-rendering: auto; border: 1px solid #ccc; }
.scale { display: flex; gap: 2mm; align-items: center; font-size: 0.86em; }
.bar { width: 60mm; height: 4mm; border: 1px solid #ccc; background: linear-gradient(to right, #0072b2, #ffffff, #d55e00); print-color-adjust: exact; }
figcaption { font-size: 0.86em; color: #444; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: 0.7em; font-size: 0.84em; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  .page { font-size: 10pt; max-width: none; padding: 0; }
  h2, h3, caption { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  thead { display: table-header-group; }
  .model { break-before: page; }
}
`
