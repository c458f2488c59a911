/** A script: what a screen reader misses in a page and its dialog. */
export const faults = `(() => {
  const found = []
  const name = (element) => element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent.trim()
  for (const element of document.querySelectorAll('button, input, select, textarea, a, summary'))
    if (!name(element)) found.push('no name: ' + element.outerHTML)
  const visible = [...document.querySelectorAll('h1, h2, h3')].filter((heading) => heading.checkVisibility() || heading.closest('dialog'))
  if (visible.filter(({ tagName }) => tagName === 'H1').length !== 1) found.push('not one h1')
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  if (new Set(ids).size !== ids.length) found.push('an id twice')
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const id of (element.getAttribute('aria-labelledby') ?? element.getAttribute('aria-describedby')).split(' '))
      if (!document.getElementById(id) && element.tagName !== 'DIALOG') found.push('points nowhere: ' + id)
  if (document.documentElement.lang !== 'en') found.push('no language')
  if (document.querySelectorAll('script:not([src]), [style], [onclick]').length > 0) found.push('inline code')
  return found
})()`
