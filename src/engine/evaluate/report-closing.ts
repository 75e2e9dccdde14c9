import { html, tableMarkup, type Markup } from './html.ts'
import { patientsText } from './evaluation-texts.ts'
import type { Evaluation } from './evaluation.ts'

const guidelines = [
  'CLAIM, the Checklist for Artificial Intelligence in Medical Imaging, 2024 update (Radiology: Artificial Intelligence, 2024)',
  'FUTURE-AI, with robustness and traceability among its principles (BMJ 2025;388:e081554)',
]

/** What reporting guidelines may be answered with, in our words; their items are to be read in their own. */
export function guidelineSection({ study, labels, models }: Evaluation): Markup {
  const untried = models.flatMap(({ checklist: items }) =>
    items.filter(({ answer }) => answer === 'not tried'),
  )
  const performance =
    labels === 'file'
      ? 'Answers before and after: intervals by Wilson and by patient; of classes DeLong’s, and confusion'
      : 'None: no labels were given'
  const rows = [
    ['Images and patients', '', `${study.images} images, ${patientsText(study.patients)}`],
    ['Performance with its uncertainty', '28, 29, 35, 36', performance],
    ['Robustness', '30', 'Methods, curves over budgets, noise; corruptions where the protocol has them'],
    ['Subgroups', '', subgroupsText(models)],
    ['Attacks that were not tried', '30', `${untried.length} items of the checklists above`],
    [
      'Cases that were fooled',
      '37',
      'Three of each model in pictures, unless these were left out; all by image in comparison/cells',
    ],
    ['How it is made again', '', 'Commands below; SHA-256 of every file but a PDF in manifest.json'],
  ]
  return html`<section>
    <h2>For reporting guidelines</h2>
    <p>
      What this report has to say where a guideline asks about robustness. Items are numbered as in CLAIM of
      2020 (Mongan, Moy, Kahn; Radiology: Artificial Intelligence 2(2):e200029), whose update may count
      otherwise: 28 metrics, 29 significance and uncertainty, 30 robustness or sensitivity, 35 and 36
      performance and its precision, 37 failures. Read guidelines in their own words:
    </p>
    <ul>
      ${guidelines.map((name) => html`<li>${name}</li>`)}
    </ul>
    ${tableMarkup('What this report has', ['About', 'Item of CLAIM', 'Where'], rows)}
  </section> `
}

function subgroupsText(models: Evaluation['models']): string {
  const columns = models[0]?.subgroups ?? []
  if (columns.length === 0) return 'None were asked for (--subgroups)'
  return `By ${columns.map(({ column, smallest }) => `${column} (smallest: ${smallest ?? 'none'})`).join(', ')}`
}

export function replaySection({ commands, software, exportId, seed, failures, models }: Evaluation): Markup {
  return html`<section>
    <h2>To make it again</h2>
    <p>
      ${software.name} ${software.version}, seed ${seed}, ${models.map(({ device }) => device).join(', ')};
      comparison ${exportId}. STUDY stands for the study’s folder.
    </p>
    <pre>${commands.join('\n')}</pre>
    ${failures.length === 0 ? null : html`<p>${failures.length} inputs failed; evaluation.json names them.</p>`}
    <p>
      A PDF: open this file in a browser and print it to a file, or run the command with <code>--pdf</code>.
    </p>
  </section> `
}
