"""Counts the PTX instructions that one key tile costs: the shortest way around a kernel's main loop.

The loop is what the matrix products lie on. Around it the way must pass every product, every 16-byte copy but those on
a way around without products (a dead tile's), and the search for the next live tile (bfind); between the two products
it takes the shortest way (a full tile) and then the shortest that shares no exponential with it (a partial one). A loop
of products within it, of one block, counts as often as it goes round. `mov` is not counted: it is register allocation's
to place.
"""

import collections
import heapq
import re

LABEL = re.compile(r"^(\$[\w$]+):")
BRANCH = re.compile(r"(@!?%\w+\s+)?bra(?:\.uni)?\s+(\$[\w$]+)")
COUNTED = re.compile(r"add\.s32\s+(%r\d+), \1, (\d+)\nsetp\.lt\.u32\s+%p\d+, \1, (\d+)$")  # from 0 up to a number


class Block:
    def __init__(self):
        self.operations, self.next, self.ends = [], [], False
        self.last, self.times = [], 1  # statements; rounds of a block that is a loop by itself

    def has(self, prefix):
        return any(o.startswith(prefix) for o in self.operations)

    def cost(self):
        return self.times * sum(not o.startswith("mov") for o in self.operations)


def statements(text):
    """The instructions and labels of the entry function, one by one."""
    body = text[text.index(".entry"):]
    for line in body[body.index("\n{"):].splitlines():
        line = line.strip().lstrip("{").strip()
        label = LABEL.match(line)
        if label:
            yield label[1], None
            continue
        for part in line.split(";"):
            part = part.strip().rstrip("}").strip()
            if part and not part.startswith((".", "//", ")", "(")):
                yield None, part


def blocks_of(text):
    """Basic blocks, with the numbers of those that may follow."""
    blocks, labels = [Block()], {}
    for label, statement in statements(text):
        last = blocks[-1]
        if label:
            if last.operations or last.ends:
                blocks.append(Block())
            labels[label] = len(blocks) - 1
            continue
        branch = BRANCH.match(statement)
        if branch:
            last.operations.append("bra")
            last.next.append(branch[2])
            last.ends = not branch[1]
            blocks.append(Block())
        elif statement.startswith(("ret", "exit")):
            last.operations.append("ret")
            last.ends = True
            blocks.append(Block())
        else:
            last.operations.append(re.sub(r"^@!?%?\w+\s+", "", statement).split()[0])
            last.last = [*last.last[-1:], statement]
    for number, block in enumerate(blocks):
        block.next = [labels[n] for n in block.next]
        if number in block.next and block.has("mma"):
            counted = COUNTED.search("\n".join(block.last))
            block.times = int(counted[3]) // int(counted[2])  # a loop of another form has to be understood first
        if not block.ends and number + 1 < len(blocks):
            block.next.append(number + 1)
    return blocks


def shortest(blocks, start, without=()):
    """(cost of the blocks between, predecessor) of every block that can be reached from `start`."""
    found, before, waiting = {}, {}, [(0, n, start) for n in blocks[start].next]
    heapq.heapify(waiting)
    while waiting:
        cost, number, came_from = heapq.heappop(waiting)
        if number in found or number in without:
            continue
        found[number], before[number] = cost, came_from
        for n in blocks[number].next:
            heapq.heappush(waiting, (cost + blocks[number].cost(), n, number))
    return found, before


def between(blocks, start, end, without=()):
    """The blocks on the shortest way from start to end, both left out; None where there is none."""
    found, before = shortest(blocks, start, without)
    if end not in found:
        return None
    way, number = [], before[end]
    while number != start:
        way.append(number)
        number = before[number]
    return way[::-1]


def dominators(blocks):
    """For every block that can be reached, those that every way to it passes, itself included."""
    reached = {0, *shortest(blocks, 0)[0]}
    before = {n: [b for b in reached if n in blocks[b].next] for n in reached}
    found = {n: ({0} if n == 0 else set(reached)) for n in reached}
    changed = True
    while changed:
        changed = False
        for n in sorted(reached - {0}):
            common = set.intersection(*(found[b] for b in before[n])) | {n}
            changed |= common != found[n]
            found[n] = common
    return found, before


def innermost_loop(blocks, wanted):
    """The smallest natural loop that holds every block of `wanted`: where it begins, and all its blocks."""
    over, before = dominators(blocks)
    loops = {}
    for end in over:
        for head in set(blocks[end].next) & over[end]:
            loop, waiting = {head, end}, [end] if end != head else []
            while waiting:
                for b in before[waiting.pop()]:
                    if b not in loop:
                        loop.add(b)
                        waiting.append(b)
            loops.setdefault(head, set()).update(loop)
    return min(((head, loop) for head, loop in loops.items() if wanted <= loop), key=lambda found: len(found[1]))


def tile_counts(text):
    """{"full": n, "partial": n or None, "kinds": {operation: n of a full tile}, "all": n of the kernel}."""
    blocks = blocks_of(text)
    products = {n for n, b in enumerate(blocks) if b.has("mma")}
    head, loop = innermost_loop(blocks, products)
    outside = set(range(len(blocks))) - loop
    once = outside | {head}  # closed, what is left is once around
    with_products = products.union(*(shortest(blocks, n, once)[0] for n in products))
    copies = {n for n in loop if blocks[n].has("cp.async.cg")}
    copies = {n for n in copies if n == head or n in with_products or products & shortest(blocks, n, once)[0].keys()}
    passed = copies | {n for n in loop if blocks[n].has("bfind")}
    # once around, from the first product: to whatever must be passed next and is nearest
    order, left = [min(products)], (products | passed) - {min(products)}
    while left:
        reach = shortest(blocks, order[-1], outside)[0]
        nearest = min(left, key=lambda n: reach.get(n, 1 << 30))
        order.append(nearest)
        left.remove(nearest)
    way, softmax = [], None
    for here, there in zip(order, order[1:] + order[:1]):
        steps = between(blocks, here, there, outside)
        if any(blocks[n].has("ex2") for n in steps):
            softmax = (here, there, steps)
        way += [here, *steps]
    full = sum(blocks[n].cost() for n in set(way))
    partial = None
    if softmax:
        here, there, steps = softmax
        other = between(blocks, here, there, outside | {n for n in steps if blocks[n].has("ex2")})
        if other is not None:
            partial = full - sum(blocks[n].cost() for n in steps) + sum(blocks[n].cost() for n in other)
    kinds = collections.Counter(o.split(".")[0] for n in set(way) for o in blocks[n].operations)
    return {"full": full, "partial": partial, "kinds": dict(kinds), "all": sum(len(b.operations) for b in blocks)}
