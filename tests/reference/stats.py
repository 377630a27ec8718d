"""Writes stats.json: what scipy and statsmodels say, for tests/stats/ to compare with.

Run: pip install scipy==1.17.1 statsmodels==0.15.0; python tests/reference/stats.py
"""
import json
import pathlib

import numpy as np
import statsmodels.api as sm
from scipy.stats import binom, binomtest, t
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

SIDES = {"greater": "greater", "less": "less", "two-sided": "two-sided"}
STATSMODELS_SIDES = {"greater": "larger", "less": "smaller", "two-sided": "two-sided"}


def wilson(correct, n, confidence):
    low, high = proportion_confint(correct, n, alpha=1 - confidence, method="wilson")
    return {"correct": correct, "n": n, "confidence": confidence, "low": low, "high": high}


def binomial(correct, n, chance):
    return {"correct": correct, "n": n, "chance": chance,
            "p": {side: binomtest(correct, n, chance, side).pvalue for side in SIDES}}


def power(chance, effect, alpha, n):
    """isf gives the largest k with P(X > k) above alpha, so that k + 1 is the least significant count."""
    critical = binom.isf(alpha, n, chance) + 1
    return {"chance": chance, "effect": effect, "alpha": alpha, "n": n,
            "power": binom.sf(critical - 1, n, chance + effect)}


def sample_for_power(chance, effect, alpha, target, most=20000):
    last = max(n for n in range(1, most) if power(chance, effect, alpha, n)["power"] < target)
    return {"chance": chance, "effect": effect, "alpha": alpha, "power": target, "n": last + 1}


def two_proportions(a, b):
    p = {}
    for side, name in STATSMODELS_SIDES.items():
        z, p[side] = proportions_ztest([a[0], b[0]], [a[1], b[1]], alternative=name)
    return {"a": a, "b": b, "z": z, "p": p}


def difference(a, b, confidence):
    low, high = confint_proportions_2indep(*a, *b, method="agresti-caffo", compare="diff", alpha=1 - confidence)
    return {"a": a, "b": b, "confidence": confidence, "low": low, "high": high}


def holm(p):
    return {"p": p, "adjusted": list(multipletests(p, method="holm")[1])}


def student(x, degrees):
    return {"t": x, "degrees": degrees, "tail": t.sf(x, degrees)}


def student_quantile(confidence, degrees):
    return {"confidence": confidence, "degrees": degrees, "t": t.isf((1 - confidence) / 2, degrees)}


def mcnemar_exact(both, only_first, only_second, neither):
    """statsmodels knows the two-sided test; the one-sided ones are binomial tests of the discordant pairs."""
    counts = [both, only_first, only_second, neither]
    n = only_first + only_second
    side = lambda name: binomtest(only_first, n, 0.5, name).pvalue
    two_sided = mcnemar([[both, only_first], [only_second, neither]], exact=True).pvalue
    return {"counts": counts, "greater": side("greater"), "less": side("less"), "twoSided": two_sided}


def clustered(seed, runs, weights):
    """Runs of some of 60 images, of unequal hardness; the contrast of a least-squares fit of a mean a run."""
    generator = np.random.default_rng(seed)
    hardness = generator.uniform(size=60)
    shown = [sorted(generator.choice(60, size, replace=False).tolist()) for size in runs]
    right = [(generator.uniform(size=len(images)) > 0.8 * hardness[images]).astype(int).tolist() for images in shown]
    y = np.concatenate(right)
    x = np.concatenate([[np.eye(len(runs))[run]] * len(images) for run, images in enumerate(shown)])
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": np.concatenate(shown)})
    found = fit.t_test(np.array(weights))
    # statsmodels multiplies by (N - 1) / (N - k), too, which is for regressors that are not groups.
    variance = found.sd.item() ** 2 * (len(y) - len(runs)) / (len(y) - 1)
    return {"images": shown, "right": right, "weights": weights, "value": found.effect.item(),
            "deviation": variance ** 0.5}


fixture = {
    "wilson": [wilson(*case) for case in [
        (0, 10, 0.95), (10, 10, 0.95), (1, 1, 0.95), (1306, 1500, 0.95), (500, 1500, 0.95),
        (8470, 10000, 0.99), (3, 7, 0.5), (29999, 30000, 0.999)]],
    "binomial": [binomial(*case) for case in [
        (0, 10, 0.5), (10, 10, 0.5), (7, 12, 1 / 3), (560, 1500, 1 / 3), (1306, 1500, 1 / 3),
        (480, 1500, 1 / 3), (5200, 30000, 1 / 6), (3, 3, 0.9)]],
    "power": [power(*case) for case in [
        (0.5, 0.02, 0.05, 3865), (0.5, 0.1, 0.05, 158), (1 / 3, 0.05, 0.01, 500), (0.5, 0.3, 0.05, 4), (0.5, 0, 0.05, 1000)]],
    "sample_for_power": [sample_for_power(*case) for case in [
        (0.5, 0.02, 0.05, 0.8), (0.5, 0.1, 0.05, 0.8), (1 / 3, 0.05, 0.05, 0.9), (0.5, 0.3, 0.01, 0.95)]],
    "two_proportions": [two_proportions(*case) for case in [
        ((870, 1000), (610, 1000)), ((45, 90), (50, 100)), ((1, 20), (9, 25)), ((8470, 10000), (8390, 10000))]],
    "differences": [difference(*case) for case in [
        ((870, 1000), (610, 1000), 0.95), ((1, 20), (9, 25), 0.9), ((10, 10), (0, 10), 0.95), ((45, 90), (50, 100), 0.99)]],
    "holm": [holm(p) for p in [
        [0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.9], [1e-9, 0.02, 0.02, 0.02, 0.7]]],
    "student": [student(*case) for case in [
        (0, 2), (1.5, 1), (-1.5, 2), (2.92, 2), (4.3, 2.7), (40, 2), (1.96, 1000), (2.1, 17.3), (-0.3, 5),
        (1.96, 9e4), (5, 9e4), (-0.5, 1e6), (5, 1e6), (1.96, 1e9), (5, 1e15), (1.96, 1e20)]],
    "student_quantiles": [student_quantile(*case) for case in [
        (0.95, 1), (0.95, 2), (0.95, 2.5), (0.95, 10), (0.99, 4), (0.5, 3), (0.95, 5000)]],
    "mcnemar": [mcnemar_exact(*case) for case in [(50, 12, 5, 20), (10, 0, 6, 3), (30, 7, 7, 0), (900, 40, 70, 400)]],
    "clustered": [clustered(*case) for case in [
        (1, [40], [1]), (2, [50, 50], [1, -1]), (3, [30, 45, 60], [1 / 3, 1 / 3, 1 / 3]),
        (4, [60, 60, 60, 60], [1, -1, -1, 1]), (5, [20, 35], [1, -1])]],
}

path = pathlib.Path(__file__).with_name("stats.json")
path.write_text(json.dumps(fixture, indent=2) + "\n")
