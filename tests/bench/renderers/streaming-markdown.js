import * as smd from 'streaming-markdown';

export const start = (container) => {
  const parser = smd.parser(smd.default_renderer(container));
  return {
    push(_text, added, done) {
      smd.parser_write(parser, added);
      if (done) smd.parser_end(parser);
    },
  };
};
