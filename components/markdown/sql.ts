/** The dialects that writers name; the others of the library's thirteen stay out of the package. */
export { msSQL, mySQL, pgSQL, plSQL, sqlite } from '@codemirror/legacy-modes/mode/sql';
