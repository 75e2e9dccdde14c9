import { Modal, NavLink, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type MouseEvent, useEffect, useMemo, useRef, useState } from 'react'
import { closeDialog, useUi, type UiState } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import classes from './help.module.css'
import { findInHelp, type HelpPlace, helpPages, htmlOf } from './pages.ts'

const pagesOfSteps = {
  model: 'model-card',
  attack: 'attacks',
  results: 'interface',
  export: 'export',
} as const

/** The page that explains what is shown. */
function pageFor({ studies, leftTab, step }: Pick<UiState, 'studies' | 'leftTab' | 'step'>): string {
  if (leftTab === 'comparisons') return 'comparison'
  if (leftTab === 'evaluations') return 'evaluation'
  return studies.length === 0 ? 'user-guide' : pagesOfSteps[step]
}

/** The documentation, offline: pages on the left, the one that is read on the right. */
export default function Help() {
  const [place, setPlace] = useState<HelpPlace>(() => ({ page: pageFor(useUi.getState()), heading: '' }))
  const [wanted, setWanted] = useState('')
  const [searched] = useDebouncedValue(wanted, 150)
  return (
    <Modal opened size="90rem" title={texts.help.title} onClose={closeDialog}>
      <div className={classes['help']} data-testid="help">
        <nav className={classes['pages']} aria-label={texts.help.pages}>
          <TextInput
            data-autofocus
            type="search"
            aria-label={texts.help.search}
            placeholder={texts.help.search}
            value={wanted}
            onChange={(event) => {
              setWanted(event.currentTarget.value)
            }}
          />
          {searched.trim().length < 2 ? (
            <Pages current={place.page} onPlace={setPlace} />
          ) : (
            <Found text={searched} onPlace={setPlace} />
          )}
        </nav>
        <Page place={place} onPlace={setPlace} />
      </div>
    </Modal>
  )
}

type OnPlace = (place: HelpPlace) => void

function Pages({ current, onPlace }: { readonly current: string; readonly onPlace: OnPlace }) {
  return helpPages.map(({ name, title }) => (
    <NavLink
      key={name}
      component="button"
      label={title}
      active={name === current}
      aria-current={name === current ? 'page' : undefined}
      onClick={() => {
        onPlace({ page: name, heading: '' })
      }}
    />
  ))
}

function Found({ text, onPlace }: { readonly text: string; readonly onPlace: OnPlace }) {
  const found = findInHelp(text)
  if (found.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="xs">
        {texts.help.none}
      </Text>
    )
  return found.map(({ page, heading, title, line }, i) => (
    <NavLink
      key={i}
      component="button"
      label={title}
      description={line}
      onClick={() => {
        onPlace({ page, heading })
      }}
    />
  ))
}

/** One page, scrolled to its heading. */
function Page({ place, onPlace }: { readonly place: HelpPlace; readonly onPlace: OnPlace }) {
  const element = useRef<HTMLElement>(null)
  const page = helpPages.find(({ name }) => name === place.page)
  const html = useMemo(() => (page === undefined ? '' : htmlOf(page)), [page])
  useEffect(() => {
    const heading = place.heading === '' ? null : element.current?.querySelector(`[id="${place.heading}"]`)
    if (heading) heading.scrollIntoView()
    else element.current?.scrollTo(0, 0)
  }, [place])
  const follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-page]') : null
    if (link === null) return
    event.preventDefault()
    onPlace({ page: link.dataset['page'] ?? place.page, heading: link.dataset['heading'] ?? '' })
  }
  return (
    <article
      ref={element}
      className={classes['page']}
      tabIndex={0}
      aria-label={page?.title}
      onClick={follow}
      dangerouslySetInnerHTML={{ __html: html }}
    />
  )
}
