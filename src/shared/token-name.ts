/** What a token for the metrics may be called. */
export const TOKEN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
export const TOKEN_NAME_RULE =
  'a token’s name is 1 to 63 letters, digits, dots, dashes or underscores, and begins with a letter or digit'
