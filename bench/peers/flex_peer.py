"""torch's flex_attention, compiled for the CPU; says why where it cannot be."""

import torch

# The first call of a case compiles C++ for half a minute; torch keeps the result in TORCHINDUCTOR_CACHE_DIR.


class Flex:
    def __init__(self):
        self.available, self.reason = True, ""
        try:
            from torch.nn.attention import flex_attention as module
            self.module = module
            self.compiled = torch.compile(module.flex_attention, dynamic=False)
        except Exception as error:
            self.give_up(error)

    def give_up(self, error):
        self.available = False
        lines = str(error).strip().splitlines()
        self.reason = f"{type(error).__name__}: {lines[0] if lines else ''}"

    def attention(self, mask, q, k, v, slopes, window, softcap):
        """A callable, or None where this torch cannot compile the case."""
        def causal(b, h, i, j):
            return i >= j

        def sliding(b, h, i, j):
            return (i >= j) & (i - j < window)

        def alibi(score, b, h, i, j):
            return score + slopes[h] * (j - i)

        def cap(score, b, h, i, j):
            return softcap * torch.tanh(score / softcap)

        score = {"alibi": alibi, "softcap": cap}.get(mask)
        length = q.shape[2]
        try:
            with torch.inference_mode():
                blocks = self.module.create_block_mask(sliding if mask == "window" else causal, None, None, length,
                                                       length, device="cpu")
                self.compiled(q, k, v, score_mod=score, block_mask=blocks)
        except Exception as error:
            self.give_up(error)
            return None
        return lambda: self.compiled(q, k, v, score_mod=score, block_mask=blocks)
