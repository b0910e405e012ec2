// Every word the page shows, for translation: a translated page imports another file of the same shape. A text with a
// number or a name in it is a function, so that a language may put them where it likes. A section is one part of the page.

export const text = {
  editing: {},
  prompting: {},
  images: {},
  classes: {},
  review: {},
  statistics: {},
  jobs: {},
  keys: {},
  frame: {},
};
