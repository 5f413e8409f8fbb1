"""The variants that are compared, as FlexAttention says them, and the work that each leaves alive."""

import torch

WINDOW = 1024
SOFTCAP = 30.0
DOCUMENTS = 8  # of equal length

NAMES = ("causal", "window", "alibi", "softcap", "documents")


def live_pairs(variant, length):
    """Attended (query, key) pairs of one head."""
    if variant == "full":
        return length * length
    if variant == "window":
        width = min(WINDOW, length)
        return width * (width + 1) // 2 + (length - width) * width
    if variant == "documents":
        each = length // DOCUMENTS
        return DOCUMENTS * each * (each + 1) // 2
    return length * (length + 1) // 2


def slopes(heads, device):
    return torch.tensor([2.0 ** (-8.0 * (h + 1) / heads) for h in range(heads)], device=device)


def documents(batches, length, device):
    ids = torch.arange(length, device=device, dtype=torch.int32) // max(length // DOCUMENTS, 1)
    return ids.expand(batches, length).contiguous()


def flex_mods(variant, heads, document, device):
    """(mask_mod, score_mod); all but `full` are causal."""
    slope = slopes(heads, device)

    def causal(b, h, i, j):
        return i >= j

    def window(b, h, i, j):
        return (i >= j) & (i - j < WINDOW)

    def same_document(b, h, i, j):
        return (i >= j) & (document[b, i] == document[b, j])

    def alibi(score, b, h, i, j):
        return score + slope[h] * (j - i)

    def softcap(score, b, h, i, j):
        return SOFTCAP * torch.tanh(score / SOFTCAP)

    mask = {"full": None, "window": window, "documents": same_document}.get(variant, causal)
    return mask, {"alibi": alibi, "softcap": softcap}.get(variant)
