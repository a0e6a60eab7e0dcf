/** English words that say nothing about what is looked for. Other languages do without: their common words rank low by themselves. */
const stopWords = (
  'a an the this that these those it its he she they them their his her we us our you your i me my mine ' +
  'am is are was were be been being do does did done doing have has had having can could will would shall should may might must ' +
  'and or but nor not no yes if then else than as so such too very just only also even still about above after again against ' +
  'all any both each few more most other some own same of at by for from in into on onto out over under to up down with without ' +
  'between through during before below off once here there when where why how what which who whom whose while because until ' +
  'there s t d ll m re ve don doesn isn aren wasn won ain let please tell say says said mean means happen happens work works ' +
  'get gets got make makes made need needs want wants use used using list give show find many much kind way thing things something anything'
).split(' ');

export const isStopWord = (term: string): boolean => term === '' || stopWords.includes(term);

/** What is asked to be done with the text, not what is looked for in it. */
const requests =
  /\b(?:summari[sz]e|summary|sum up|tl;?dr|explain|describe|translate|rewrite|rephrase|paraphrase|proofread|outline|overview|gist|simplify|shorten|correct|fix|improve)\b|\b(?:key|main|most important)\s+(?:points|ideas|takeaways|facts)\b|\b(?:(?:this|the)\s+)?(?:page|article|selection|selected text|quote|passage|website|site|text)\b|\b(?:bullet points?|in (?:a |\w+ )?(?:few |short |simple |plain )?(?:sentences?|words|terms|paragraphs?))\b/giu;

/** The question without its requests. "Explain rebasing" looks for "rebasing". */
export const withoutRequests = (question: string): string => question.replace(requests, ' ');

/** The question wants a text of its own, which nobody can quote. */
export const asksForWriting = (question: string): boolean =>
  /^\W*(?:please |can you |could you )*(?:translate|rewrite|rephrase|paraphrase|proofread|correct|fix|improve|write|draft|compose|simplify|shorten)\b/iu.test(
    question,
  );
