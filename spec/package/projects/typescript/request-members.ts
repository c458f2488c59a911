import express from 'express'
import type { Project, ProjectToken } from 'reverse-jwt'

export const app = express()
app.get('/', (req, res) => {
  const project: Project | undefined = req.project
  const token: ProjectToken | undefined = req.projectToken
  res.json({ id: project?.id, kid: token?.kid })
})
