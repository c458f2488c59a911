/** The attacks on the page: each says beforehand what should happen, and afterwards whether it did. */

import { attacks } from './attacks.js'
import { child } from './child.js'
import { clearRecord, showRecord } from './record.js'
import { textFor } from './sayings.js'
import { visibleId } from '/visible-text.js'

function itemFor(attack) {
  const [code, reason] = attack.should
  const item = child('li', '')
  const should = child('p', 'Should be refused: ', 'should')
  should.append(child('code', code))
  if (reason !== code) should.append(', and the platform should see ', child('code', reason))
  should.append('.')
  if (attack.but) should.append(` ${attack.but}`)
  const button = child('button', 'Try it')
  button.type = 'button'
  button.setAttribute('aria-label', `Try it: ${attack.title}`)
  const verdict = child('p', 'Not tried yet.', 'status')
  verdict.setAttribute('role', 'status')
  verdict.dataset.mood = 'calm'
  const record = child('div', '', 'record')
  // Of these the last one is open, or the page would be very long.
  const details = child('details', '', 'attempt')
  details.name = 'attempt'
  details.hidden = true
  details.append(child('summary', 'What was sent, answered and seen'), record)
  const head = child('div', '', 'attack')
  const words = child('div', '')
  words.append(child('h3', attack.title), child('p', attack.text), should)
  head.append(words, button)
  item.append(head, verdict, details)
  button.addEventListener('click', () => attempt(attack, { button, verdict, details, record }))
  return item
}

async function attempt(attack, { button, verdict, details, record }) {
  const say = (mood, text) => {
    verdict.dataset.mood = mood
    verdict.textContent = text
  }
  button.disabled = true
  clearRecord(record)
  details.hidden = true
  say('calm', 'Trying …')
  try {
    const sent = await attack.send()
    details.hidden = false
    details.open = true
    const event = await showRecord(record, { ...sent, changed: attack.changed })
    say(...verdictOn(attack, sent, event))
  } catch (error) {
    say('trouble', textFor(error))
  }
  button.disabled = false
  if (document.activeElement === document.body) button.focus()
}

/** The page has the answer, or only the platform's event where the browser keeps the answer from whoever called. */
function verdictOn({ should: [code, reason] }, { response, body }, event) {
  if (response?.ok || event?.type === 'accepted') return ['trouble', 'It was let in. That must never happen.']
  const told = body?.code ?? event?.code
  if (told === undefined) return ['trouble', 'Nobody has seen it. Try it again.']
  const seen = event?.reason ?? reason
  if (told === code && seen === reason) return ['good', `As it should be: refused with ${code}.`]
  return ['refused', `Refused, but for another reason: ${visibleId(told)} (${visibleId(seen)}).`]
}

document.getElementById('attacks').append(...attacks.map(itemFor))
