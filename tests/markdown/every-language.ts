/** One name of every grammar that code can be coloured by, in the order of `languages.ts`. */
export const everyLanguage: readonly string[] =
  `js ts json py sh java c cpp cs kotlin scala dart objc glsl php go rust ruby swift css scss less html xml sql
  mysql postgres tsql plsql yaml toml ini powershell dockerfile diff lua r perl julia haskell clojure groovy matlab latex
  nginx cmake protobuf`.split(/\s+/);
