/** Where the focus is, so that it comes back there, or close by, when what had it was drawn anew or is gone. */

const focusable = 'button, a[href], input, select, textarea, summary'
const selectorOf = (box) =>
  box.id === '' ? `[data-place="${CSS.escape(box.dataset.place)}"]` : `#${CSS.escape(box.id)}`
const nameOf = (one) => one.getAttribute('aria-label') ?? one.textContent

/** The element's name and position in each of the boxes around it, the innermost first. */
export function placeOf(element) {
  const places = []
  let box = element?.parentElement?.closest('[id], [data-place]')
  while (box) {
    const index = within(box).indexOf(element)
    places.push({ selector: selectorOf(box), name: nameOf(element), index, id: element.id })
    box = box.parentElement?.closest('[id], [data-place]')
  }
  return places
}

/** Does nothing while the focus is somewhere. */
export function returnFocus(places) {
  const { activeElement } = document
  if (activeElement !== null && activeElement !== document.body && activeElement.checkVisibility()) return
  for (const { selector, name, index, id } of places) {
    const box = document.querySelector(selector)
    const near = box === null ? [] : within(box)
    const same = near.find((one) => (id === '' ? nameOf(one) === name : one.id === id))
    const next = same ?? near[Math.min(Math.max(index, 0), near.length - 1)]
    if (next === undefined) continue
    next.focus()
    return
  }
}

/** Puts other parts into a box; a focus within it comes back to what has its place. */
export function drawAnew(box, parts) {
  const place = placeOf(document.activeElement)
  box.replaceChildren(...parts)
  returnFocus(place)
}

function within(box) {
  return Array.from(box.querySelectorAll(focusable)).filter((one) => !one.disabled && one.checkVisibility())
}
