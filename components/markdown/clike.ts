/** The languages that writers name; the library has more of C's kind, which stay out of the package. */
export { c, cpp, csharp, dart, java, kotlin, objectiveC, scala, shader } from '@codemirror/legacy-modes/mode/clike';
