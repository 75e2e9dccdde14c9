import { html, Markup } from './html.ts'
import { budgetText, intervalText, patientsText, rateText } from './evaluation-texts.ts'
import { strongestOf } from './evaluation-figures.ts'
import type { EvaluatedModel, Evaluation } from './evaluation.ts'
import { guidelineSection, replaySection } from './report-closing.ts'
import { modelSections } from './report-sections.ts'
import { reportStyle } from './report-style.ts'

/** What is drawn for a report, by name or path. */
interface Drawn {
  readonly figures: ReadonlyMap<string, string>
  readonly pictures: ReadonlyMap<string, Uint8Array>
}

/**
 * The report as one page: no script, nothing loaded, readable on paper. @param figures SVG by name, as
 * `evaluationFigures` has them; identifiers in them begin with it, since one page holds them all
 */
export function reportHtml(evaluation: Evaluation, { figures, pictures }: Drawn): string {
  const { models, notice } = evaluation
  const title = `Robustness of ${models.map(({ name }) => name).join(', ')}`
  const figure = (name: string) => figures.get(name)?.replaceAll(/chart-(?=\d)/g, `${name}-`)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <style>
          ${new Markup(reportStyle)}
        </style>
      </head>
      <body class="page">
        <header>
          <p class="notice">${notice}</p>
          <h1>${title}</h1>
        </header>
        <main>
          ${summary(evaluation)}
          ${models.map((model, index) => modelSections(evaluation, model, { figure: (name) => figure(`${name}-${index + 1}`), pictures }))}
          ${guidelineSection(evaluation)} ${replaySection(evaluation)}
        </main>
      </body>
    </html> `.text
}

/** Page 1: what was attacked, how, and what follows. */
function summary(evaluation: Evaluation): Markup {
  const { study, models, labels } = evaluation
  return html`<section>
    <h2>What was attacked</h2>
    <p>
      ${models.map(({ name, task, sha256 }) => html`<strong>${name}</strong>, a model of ${task} (SHA-256 ${sha256.slice(0, 12)}…). `)}
      On ${study.images} images${study.modalities.length > 0 ? ` (${study.modalities.join(', ')})` : ''} of
      ${patientsText(study.patients)}.
      ${labels === 'file' ? 'Labels come from a file.' : 'No labels were given, so the model’s own predictions on clean images stand for them.'}
    </p>
    <h2>How: the threat model</h2>
    ${threatModel(evaluation)}
    <h2>What follows</h2>
    ${models.map(conclusion)}
    ${study.patients === 1 ? html`<p class="caution">All images are of one patient: they are not independent, so Wilson’s intervals are too narrow, and nothing is said about other patients.</p>` : null}
  </section> `
}

function threatModel({ protocol, target, criterion }: Evaluation): Markup {
  const goal = target === null ? 'any answer but the right one' : `the answer ${target}`
  return html`<ul>
      <li><strong>Goal:</strong> ${goal}${criterion === undefined ? '' : ` (${criterion})`}.</li>
      <li>
        <strong>Capability:</strong> every pixel may change by at most
        ${budgetText({ budget: protocol.epsilon })} of the intensity range that the model sees (L∞), and is
        rounded to stored values before it is judged. Curves go below and beyond.
      </li>
      <li>
        <strong>Knowledge:</strong> white-box methods know the model and its gradients; black boxes its
        scores, or its decisions alone; noise and corruptions nothing.
      </li>
      <li>
        <strong>Protocol:</strong>
        ${protocol.summary}.${protocol.leftOut.length === 0 ? '' : ` Left out: ${protocol.leftOut.map(({ method, why }) => `${method} (${why})`).join(' ')}`}
      </li>
    </ul>
    <p>
      An image counts as <em>fooled</em> where the model was right before and the goal is met after. Images
      that were wrong before are counted apart.
    </p> `
}

function conclusion(model: EvaluatedModel): Markup {
  const { name, clean, worstCase, methods } = model
  const strongest = strongestOf(model)
  const noise = methods.find(({ role, isReference }) => role === 'noise' && isReference)
  const unmet = model.checklist.filter(({ answer }) => answer === 'no')
  return html`<p>
    <strong>${name}</strong
    >${clean === null ? ':' : html` is right on ${rateText(clean.accuracy)} of the clean images.`} Within the
    budget at least one method fools <strong>${rateText(worstCase.fooled)}</strong> of what was right before
    (95 %:
    ${intervalText(worstCase.byPatient ?? worstCase.fooled)}${worstCase.byPatient === null ? ', Wilson' : ', by patient'}).
    ${strongest ? html`The strongest single method is ${strongest.method}: ${rateText(strongest.fooled)}.` : null}
    ${noise ? html`Noise of the same size fools ${rateText(noise.fooled)}.` : null} ${verdict(model)}
    ${unmet.length === 0 ? 'No item of the checklist is answered with no.' : html`Items of the checklist answered with no: ${unmet.length}; read them before the numbers.`}
  </p> `
}

/** One sentence that claims no more than an attack can show. */
function verdict({ worstCase: { fooled } }: EvaluatedModel): string {
  if (fooled.rate === null) return 'No image was right before, so nothing could be attacked.'
  if (fooled.rate >= 0.5) return 'The model is not robust within this budget.'
  if (fooled.rate > 0) return 'The model is fooled on a part of the images within this budget.'
  return 'These methods found nothing within this budget; others may.'
}
