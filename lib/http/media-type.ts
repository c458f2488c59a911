const json = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

/** Whether a Content-Type is JSON in UTF-8, which no form of another site's page can send without asking first. RFC 8259 section 11. */
export function isJson(contentType: string): boolean {
  return json.test(contentType)
}
