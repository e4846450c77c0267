"""Makes golden_heads.json: 20 steps of a head on given features, for tst_golden_heads.cpp.

Run with any Python 3:  python3 golden_heads.py > golden_heads.json
All in float64 by the formulas below, with derivatives by the chain rule over single numbers: no
PyTorch. Features, labels and first weights follow from number(), so that both sides can make them.
"""
import json
import math

COUNTS = [60, 30, 12, 5]
CLASSES, FEATURES, BATCH, STEPS, EPOCH = 4, 6, 5, 20, 2  # EPOCH: steps of one
MOMENTUM = 0.9


def number(k):
    """Exact fractions in [-1, 1) that look random."""
    return ((k * k * 37 + k * 101 + 7) % 1000) / 500 - 1


class Number:
    """A number that knows what it was made of: (operand, derivative) pairs."""
    def __init__(self, value, made_of=()):
        self.value, self.made_of, self.gradient = value, made_of, 0.0

    def __add__(self, other):
        other = of(other)
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = of(other)
        return Number(self.value * other.value, [(self, other.value), (other, self.value)])

    def power(self, p):
        return Number(self.value ** p, [(self, p * self.value ** (p - 1))])

    def exp(self):
        return Number(math.exp(self.value), [(self, math.exp(self.value))])

    def log(self):
        return Number(math.log(self.value), [(self, 1 / self.value)])

    def __sub__(self, other): return self + of(other) * -1.0
    def __truediv__(self, other): return self * of(other).power(-1)
    __radd__, __rmul__ = __add__, __mul__
    def __rsub__(self, other): return of(other) - self
    def __rtruediv__(self, other): return of(other) / self
    def __neg__(self): return self * -1.0

    def backward(self):
        order, seen = [], set()
        def visit(node):
            if id(node) in seen: return
            seen.add(id(node))
            for operand, _ in node.made_of: visit(operand)
            order.append(node)
        visit(self)
        for node in order: node.gradient = 0.0
        self.gradient = 1.0
        for node in reversed(order):
            for operand, derivative in node.made_of:
                operand.gradient += node.gradient * derivative


def of(x): return x if isinstance(x, Number) else Number(x)
def total(terms): return sum(terms, Number(0.0))
def dot(a, b): return total([x * y for x, y in zip(a, b)])
def softmax(f):
    e = [x.exp() for x in f]
    s = total(e)
    return [x / s for x in e]


def features(step, i): return [number(1000 + 100 * step + 10 * i + k) for k in range(FEATURES)]
def label(step, i): return (i * i + 3 * step + i) % CLASSES
def batch(step): return [(features(step, i), label(step, i)) for i in range(BATCH)]


def sum_to_c(weights):
    return [w * CLASSES / sum(weights) for w in weights]
def effective_number(p):  # (1 - p) / (1 - p^N), of the sum C
    return sum_to_c([(1 - p) / (1 - p ** n) for n in COUNTS])


def cosine(base, step):  # over 10 epochs of two steps
    return base * 0.5 * (1 + math.cos(math.pi * (step // EPOCH) / (STEPS // EPOCH)))


# ---- losses: (logits of the batch, labels, alpha) -> number
def cross_entropy(logits, labels, alpha):
    """Σ α_y (−log p_y) / Σ α_y."""
    parts = [alpha[y] * -softmax(f)[y].log() for f, y in zip(logits, labels)]
    return total(parts) / sum(alpha[y] for y in labels)
def softmax_bce(logits, labels, alpha):
    """Mean over B × C of α_y times the binary cross-entropy of p = softmax f against one-hot y."""
    parts = []
    for f, y in zip(logits, labels):
        p = softmax(f)
        parts += [alpha[y] * -(p[j].log() if j == y else (1.0 - p[j]).log()) for j in range(CLASSES)]
    return total(parts) / (len(labels) * CLASSES)


def balanced_softmax(logits, labels, alpha):
    """Cross-entropy of f + log π."""
    shifts = [math.log(n / sum(COUNTS)) for n in COUNTS]
    return cross_entropy([[x + s for x, s in zip(f, shifts)] for f in logits], labels, alpha)


def smoothed(head, tail):
    """Mean over the batch of (1 − ε_y) (−log p_y) + ε_y/C Σ_j −log p_j, with ε_y = tail +
    (head − tail) sin(½π (N_y − N_C) / (N_1 − N_C))."""
    x = [(n - min(COUNTS)) / (max(COUNTS) - min(COUNTS)) for n in COUNTS]
    epsilon = [tail + (head - tail) * math.sin(0.5 * math.pi * at) for at in x]
    def loss(logits, labels, alpha):
        parts = []
        for f, y in zip(logits, labels):
            log_p = [p.log() for p in softmax(f)]
            target = [(1.0 if j == y else 0.0) * (1 - epsilon[y]) + epsilon[y] / CLASSES
                      for j in range(CLASSES)]
            parts.append(-dot(target, log_p))
        return total(parts) / len(labels)
    return loss


def teacher(z):
    """A linear teacher's logits."""
    return [2.0 * sum(number(7000 + 10 * c + k) * z[k] for k in range(FEATURES))
            for c in range(CLASSES)]
def distilled(weight, temperature, power):
    """(1 − a) L + a T² Σ_i KL(q_i ‖ softmax(f_i/T)) / B with q = softmax(g/T)^p, normalised."""
    def lesson(of_labels, logits, images):
        divergence = Number(0.0)
        for f, z in zip(logits, images):
            e = [math.exp(g / temperature) for g in teacher(z)]
            q = [(x / sum(e)) ** power for x in e]
            q = [x / sum(q) for x in q]
            p = softmax([x / temperature for x in f])
            divergence += total([a * (math.log(a) - b.log()) for a, b in zip(q, p)])
        return (1 - weight) * of_labels + weight * temperature ** 2 / len(images) * divergence
    return lesson


# ---- heads: parameters by name -> logits of features
def linear(w, z):
    return [dot(w["weight"][c], z) + w["bias"][c] for c in range(CLASSES)]
def scaled(w, z):
    return [s * f for s, f in zip(w["scale"], linear(w, z))]


def calibrated(w, z):
    """DisAlign, Eq. 6: (1 + σ a) f + σ b with σ = sigmoid(⟨v, z⟩ + c)."""
    sigma = 1.0 / (1.0 + (-(dot(w["confidence_weight"], z) + w["confidence_bias"][0])).exp())
    return [(1.0 + sigma * a) * f + sigma * b
            for a, b, f in zip(w["logit_scale"], w["logit_bias"], linear(w, z))]


PARTS, TEMPERATURE, OFFSET = 2, 16.0, 1 / 32
def cut(v): return [v[k * FEATURES // PARTS:(k + 1) * FEATURES // PARTS] for k in range(PARTS)]
def length(v): return total([x * x for x in v]).power(0.5)
def normalised(w, z):
    """De-confound: τ/K Σ_k ⟨w_k, z_k⟩ / ((‖w_k‖ + γ) ‖z_k‖)."""
    return [TEMPERATURE / PARTS * total([dot(u, x) / ((length(u) + OFFSET) * length(x))
                                         for u, x in zip(cut(row), cut([of(x) for x in z]))])
            for row in w["weight"]]
def without_effect(w, z, mean, alpha):
    """… − α τ/K Σ_k cos(z_k, m_k) ⟨w_k, m_k/‖m_k‖⟩ / (‖w_k‖ + γ)."""
    logits = []
    for f, row in zip(normalised(w, z), w["weight"]):
        effect = Number(0.0)
        for u, x, m in zip(cut(row), cut([of(x) for x in z]), cut([of(x) for x in mean])):
            effect += dot(x, m) / (length(x) * length(m)) * dot(u, m) / (length(m) * (length(u) + OFFSET))
        logits.append((f - alpha * TEMPERATURE / PARTS * effect).value)
    return logits


def start():
    return {
        "logit_scale": [Number(1.0) for _ in range(CLASSES)],
        "logit_bias": [Number(0.0) for _ in range(CLASSES)],
        "confidence_weight": [Number(0.1) for _ in range(FEATURES)],
        "confidence_bias": [Number(0.05)],
        "weight": [[Number(0.5 * number(10 * c + k)) for k in range(FEATURES)] for c in range(CLASSES)],
        "bias": [Number(0.1 * number(500 + c)) for c in range(CLASSES)],
        "scale": [Number(1.0) for _ in range(CLASSES)],
    }


def flat(values):
    return [x for v in values for x in flat(v)] if isinstance(values, list) else [values]


def train(head, loss, alpha, rates, decay, rate_of_step, relative_limit=None, finish=None,
          lesson=None):
    """rates: the factor of the rate by parameter; what is not there is frozen."""
    w = start()
    norm = lambda row: math.sqrt(sum(x.value ** 2 for x in row))
    norms = [norm(row) for row in w["weight"]]
    momentum = {name: [0.0] * len(flat(w[name])) for name in rates}
    losses = []
    for step in range(STEPS):
        images = batch(step)
        logits = [head(w, z) for z, _ in images]
        value = loss(logits, [y for _, y in images], alpha)
        if lesson is not None: value = lesson(value, logits, [z for z, _ in images])
        value.backward()
        losses.append(value.value)
        for name, factor in rates.items():
            for i, x in enumerate(flat(w[name])):
                momentum[name][i] = MOMENTUM * momentum[name][i] + x.gradient + decay * x.value
                x.value -= rate_of_step(step) * factor * momentum[name][i]
        if relative_limit is not None:
            limit = min(norms) + relative_limit * (max(norms) - min(norms))
            for row in w["weight"]:
                shrink = min(1.0, limit / norm(row))
                for x in row: x.value *= shrink
    result = {"losses": losses, "weights": {n: [x.value for x in flat(w[n])] for n in rates}}
    return {**result, **(finish(w) if finish else {})}


def evaluated(w):
    """De-confound's logits of the first batch in evaluation, α = 1, and the mean feature: μ = 0.9."""
    mean = [0.0] * FEATURES
    for step in range(STEPS):
        images = batch(step)
        mean = [0.9 * m + sum(z[k] for z, _ in images) / BATCH for k, m in enumerate(mean)]
    return {"mean_feature": mean,
            "evaluation": [x for z, _ in batch(0) for x in without_effect(w, z, mean, 1.0)]}


# ---- mixed images: image i with image B − 1 − i, of which it has `own` of the features
def own(step): return 0.5 + 0.25 * (1 + number(9000 + step))
def mixed(step):
    """[mixed features], [(label, the other's label)]."""
    images, l = batch(step), own(step)
    pairs = list(zip(images, reversed(images)))
    return ([[l * a + (1 - l) * b for a, b in zip(x, other)] for (x, _), (other, _) in pairs],
            [(y, other) for (_, y), (_, other) in pairs])
def mixup(l, y, other): return l
def remix(kappa, tau):
    """Chou et al., Eq. 10, and BagofTricks-LT."""
    def share(l, y, other):
        if COUNTS[y] / COUNTS[other] >= kappa and l < tau: return 0.0
        if COUNTS[y] / COUNTS[other] <= 1 / kappa and 1 - l < tau: return 1.0
        return l
    return share
def train_mixed(share, decay, rate_of_step):
    """As train(), with the loss Σ_i s_i CE(f_i, y_i) + (1 − s_i) CE(f_i, y'_i) over the batch."""
    w = start()
    names = ["weight", "bias"]
    momentum = {name: [0.0] * len(flat(w[name])) for name in names}
    losses = []
    for step in range(STEPS):
        images, labels = mixed(step)
        parts = []
        for z, (y, other) in zip(images, labels):
            p, s = softmax(linear(w, z)), share(own(step), y, other)
            parts.append(s * -p[y].log() + (1 - s) * -p[other].log())
        value = total(parts) / len(parts)
        value.backward()
        losses.append(value.value)
        for name in names:
            for i, x in enumerate(flat(w[name])):
                momentum[name][i] = MOMENTUM * momentum[name][i] + x.gradient + decay * x.value
                x.value -= rate_of_step(step) * momentum[name][i]
    return {"losses": losses, "weights": {n: [x.value for x in flat(w[n])] for n in names}}


def nearest_class_mean():
    """Directions of the class means over all steps' features, and ⟨w_y, z⟩ of the first batch."""
    images = [image for step in range(STEPS) for image in batch(step)]
    weights = []
    for c in range(CLASSES):
        own = [z for z, y in images if y == c]
        mean = [sum(z[k] for z in own) / len(own) for k in range(FEATURES)]
        length = math.sqrt(sum(x * x for x in mean))
        weights.append([x / length for x in mean])
    return {"weights": {"weight": [x for row in weights for x in row]},
            "evaluation": [sum(a * b for a, b in zip(row, z)) for z, _ in batch(0) for row in weights]}


ONES = [1.0] * CLASSES
print(json.dumps({
    # classifier-balancing: the head anew, cosine, weight decay 5e-4; LWS: a factor per class.
    "cRT": train(linear, cross_entropy, ONES, {"weight": 1, "bias": 1}, 5e-4,
                 lambda s: cosine(0.1, s)),
    "LWS": train(scaled, cross_entropy, ONES, {"scale": 1}, 5e-4, lambda s: cosine(0.1, s)),
    # Weight balancing's notebooks: p = 0.9999, weight decay 0.1, rate 0.01, limit at 0.1.
    "WB": train(linear, softmax_bce, effective_number(0.9999), {"weight": 1, "bias": 1}, 0.1,
                lambda s: cosine(0.01, s), 0.1),
    # DisAlign's second stage: weights ∝ π^-1.2.
    "DisAlign": train(calibrated, cross_entropy, sum_to_c([(n / sum(COUNTS)) ** -1.2 for n in COUNTS]),
                      {"logit_scale": 1, "logit_bias": 1, "confidence_weight": 1,
                       "confidence_bias": 1}, 5e-4, lambda s: cosine(0.1, s)),
    # De-confound: rate 0.2 after a warm-up of 5 epochs, weight decay 5e-4.
    "De-confound": train(normalised, cross_entropy, ONES, {"weight": 1}, 5e-4,
                         lambda s: 0.2 * min(1.0, (s // EPOCH + 1) / 5), finish=evaluated),
    # Distillation: rate 0.1 after a warm-up of 5 epochs, weight decay 2e-4.
    "DiVE": train(linear, balanced_softmax, ONES, {"weight": 1, "bias": 1}, 2e-4,
                  lambda s: 0.1 * min(1.0, (s // EPOCH + 1) / 5), lesson=distilled(0.5, 2.0, 0.5)),
    "KD": train(linear, cross_entropy, ONES, {"weight": 1, "bias": 1}, 2e-4,
                lambda s: 0.1 * min(1.0, (s // EPOCH + 1) / 5), lesson=distilled(0.9, 4.0, 1.0)),
    # Label-aware smoothing from 0.4 to 0.1; rate and weight decay likewise.
    "LAS": train(linear, smoothed(0.4, 0.1), ONES, {"weight": 1, "bias": 1}, 2e-4,
                 lambda s: 0.1 * min(1.0, (s // EPOCH + 1) / 5)),
    "NCM": nearest_class_mean(),
    # λ of the labels; rate and weight decay likewise.
    "Mixup": train_mixed(mixup, 2e-4, lambda s: 0.1 * min(1.0, (s // EPOCH + 1) / 5)),
    "Remix": train_mixed(remix(3, 0.5), 2e-4, lambda s: 0.1 * min(1.0, (s // EPOCH + 1) / 5)),
    # MiSLAS's second stage at ratio 100: the head at half the scale's rate, ε from 0.3 to 0.
    "MiSLAS": train(scaled, smoothed(0.3, 0.0), ONES, {"weight": 0.5, "bias": 0.5, "scale": 1}, 2e-4,
                    lambda s: cosine(0.1, s)),
    # MiSLAS's parts: the head at a fifth of the scale's rate.
    "head+scale": train(scaled, cross_entropy, ONES, {"weight": 0.2, "bias": 0.2, "scale": 1}, 5e-4,
                        lambda s: cosine(0.1, s)),
}, indent=1))
