import 'reverse-jwt/express-types'
import './request-members.js'
