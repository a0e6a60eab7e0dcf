import { isContainer, type Block } from './tree';

/** Remembers the open blocks as they are now; the function given back restores them, whatever one line did to them. */
export function checkpoint(chain: readonly Block[]): () => void {
  const undo = chain.map(remember);
  return () => {
    for (const restore of undo) restore();
  };
}

function remember(block: Block): () => void {
  const { open, endLine } = block;
  const rest = rememberOwn(block);
  return () => {
    block.open = open;
    block.endLine = endLine;
    rest();
  };
}

function rememberOwn(block: Block): () => void {
  if (isContainer(block)) {
    const { length } = block.children;
    const last = block.children[length - 1];
    const tight = block.kind === 'list' && block.tight;
    return () => {
      block.children.length = length;
      // A paragraph may have become a heading or a table in its place.
      if (last) block.children[length - 1] = last;
      if (block.kind === 'list') block.tight = tight;
    };
  }
  switch (block.kind) {
    case 'paragraph': {
      const { text, lazy } = block;
      return () => {
        block.text = text;
        block.lazy = lazy;
      };
    }
    case 'code': {
      const { text, blanks } = block;
      return () => {
        Object.assign(block, { text, blanks, partial: '' });
      };
    }
    case 'table': {
      const { length } = block.lines;
      return () => {
        block.lines.length = length;
      };
    }
    case 'formula': {
      const { text, lines } = block;
      return () => {
        Object.assign(block, { text, lines });
      };
    }
    case 'heading':
    case 'rule':
      return () => {};
    default:
      return block satisfies never;
  }
}
