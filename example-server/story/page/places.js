/** Links to the code and the documents behind each step: files of this demo, which it serves itself. */

import { child } from './child.js'

const places = await fetch('/story/code/places.json').then((response) => response.json())

for (const link of document.querySelectorAll('a[data-place]')) {
  const { file, line } = places[link.dataset.place]
  const isCode = !file.endsWith('.md')
  link.href = `/story/code/${file}${isCode ? `#L${line}` : ''}`
  // This page forgets its token and its session when it is left.
  link.target = '_blank'
  link.rel = 'noopener'
  link.append(' ', child('code', isCode ? `${file.split('/').at(-1)}:${line}` : file))
}
