"""Record linkage against made pairs of which the truth is known, and against Bayes' rule worked out by hand."""

from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mathematics.likeness import CODE, EMAIL, FAMILY_NAME, MISSING, SPELLING, WORDS, Likeness, mailbox_of
from analytics.mathematics.linkage import Compared, fit

U = [np.array([0.01, 0.04, 0.95]), np.array([0.02, 0.08, 0.9]), np.array([0.005, 0.005, 0.99]), np.array([0.25, 0.75])]
M = [np.array([0.9, 0.07, 0.03]), np.array([0.7, 0.2, 0.1]), np.array([0.85, 0.05, 0.1]), np.array([0.95, 0.05])]
RELATED = [np.array([0.8, 0.1, 0.1]), U[1], np.array([0.7, 0.2, 0.1]), U[3]]
SHARED = [[True, False, True, False]]


def pairs(counts, missing=0.1, seed=3):
    """Pairs drawn from the classes of (count, shares by field); which are of the first class."""
    rng = np.random.default_rng(seed)
    levels = np.vstack(
        [
            np.column_stack([rng.choice(len(one), count, p=one) for one in shares])
            for count, shares in zip(counts, (M, RELATED, U), strict=True)
        ]
    ).astype(np.int8)
    rarity = np.where(levels == 0, [one[0] for one in U], 1.0)
    levels[rng.random(levels.shape) < missing] = MISSING
    return Compared(levels, rarity), np.arange(len(levels)) < counts[0]


def test_shares_and_levels_of_made_pairs_are_learned_without_their_labels():
    compared, is_one = pairs((4000, 3000, 150_000))
    linkage = fit(compared, U, pairs_in_all=len(compared), shared=SHARED)
    for found, true in zip(linkage.m[0], M, strict=True):
        assert found == pytest.approx(true, abs=0.03)
    for found, true in zip(linkage.m[1], RELATED, strict=True):
        assert found == pytest.approx(true, abs=0.05)
    assert linkage.shares * len(compared) == pytest.approx([4000, 3000], rel=0.08)
    probability = linkage.probability(compared)
    # calibrated: of the pairs that it calls so probable, as many are of one party
    for low, high in ((0.2, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1)):
        some = (probability >= low) & (probability < high)
        assert is_one[some].mean() == pytest.approx(probability[some].mean(), abs=0.06)


def test_people_of_one_household_are_not_one_party_for_all_that_they_share():
    compared, _ = pairs((4000, 3000, 150_000), missing=0)
    linkage = fit(compared, U, pairs_in_all=len(compared), shared=SHARED)
    asked = Compared(np.array([[0, 2, 0, 1], [0, 0, 0, 0]], dtype=np.int8), np.full((2, 4), 0.01))
    household, one = linkage.probability(asked)
    assert household < 0.2
    assert one > 0.98


def test_a_base_without_any_duplicates_has_none_whatever_neighbours_have_in_common():
    compared, _ = pairs((0, 2000, 50_000))
    linkage = fit(compared, U, pairs_in_all=len(compared), shared=SHARED, names=[False, True])
    assert linkage.probability(compared).sum() < 50


@given(
    st.lists(st.tuples(*(st.integers(-1, len(one) - 1) for one in U)), min_size=1, max_size=6),
    st.floats(1e-4, 0.05),
)
@settings(max_examples=40, deadline=None)
def test_posterior_is_bayes_rule(rows, rare):
    made, _ = pairs((200, 100, 3000))
    linkage = BASE.setdefault("linkage", fit(made, U, pairs_in_all=len(made), shared=SHARED))
    levels = np.array(rows, dtype=np.int8)
    found = linkage.probability(Compared(levels, np.where(levels == 0, rare, 1.0)))
    for row, probability in zip(rows, found, strict=True):
        one, related = linkage.shares
        strange = 1 - linkage.shares.sum()
        for field, level in enumerate(row):
            if level == MISSING:
                continue
            # two strangers have this very value as often as it is rare, squared; one party has it m times as often
            chance = rare * rare if level == 0 else U[field][level]
            one *= linkage.m[0][field][0] * rare if level == 0 else linkage.m[0][field][level]
            own = linkage.m[1][field][0] * rare if level == 0 else linkage.m[1][field][level]
            related *= own if SHARED[0][field] else chance
            strange *= chance
        assert probability == pytest.approx(one / (one + related + strange), rel=1e-6)


BASE: dict = {}


def test_what_is_missing_says_nothing_and_a_rare_value_says_more():
    made, _ = pairs((200, 100, 3000))
    linkage = fit(made, U, pairs_in_all=len(made), shared=SHARED)
    levels = np.array([[0, MISSING, 0, 0], [0, MISSING, 0, 0], [0, 2, 0, 0]], dtype=np.int8)
    rarity = np.array([[0.01, 1, 0.01, 0.2], [0.0001, 1, 0.01, 0.2], [0.01, 1, 0.01, 0.2]])
    frequent, rare, differs = linkage.probability(Compared(levels, rarity))
    assert rare > frequent > differs
    assert linkage.weights(Compared(levels, rarity))[0, 1] == 0


WORD = st.text("abcdé 1", min_size=1, max_size=9)


@given(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_likeness_is_the_same_both_ways_and_a_level_that_there_is(texts):
    first, second = map(list, zip(*texts, strict=True))
    for comparison in (SPELLING, FAMILY_NAME, WORDS, CODE):
        near = cast(Likeness, comparison.near)
        found = near(first, second)
        assert found.tolist() == near(second, first).tolist()
        assert ((found >= 1) & (found < len(comparison.levels))).all()


def test_likeness_of_slips():
    def level(comparison, first, second):
        return comparison.levels[comparison.near([first], [second])[0]]

    assert level(SPELLING, "sondergeld", "sondergelt") == "spelled nearly the same"
    assert level(SPELLING, "smith", "waller") == "different"
    assert level(CODE, "1999-02-19", "1999-02-91") == "one slip apart"
    assert level(CODE, "4814", "2776") == "different"
    assert level(WORDS, "chicago commons", "chicago commons association") == "one holds the words of the other"
    assert level(WORDS, "giblin street killarney", "killarney giblin street") == "nearly the same words"
    assert level(CODE, "12", "18") == "different"
    assert level(FAMILY_NAME, "berg", "bergmann") == "different"
    assert level(FAMILY_NAME, "meyer", "meier") == "one slip apart"
    assert level(FAMILY_NAME, "schmidt", "schmidt krause") == "two slips apart, or a part of it"


ANNA = ("Anna", "Berg")


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (("mausi77@a.example", ANNA), ("mausi77@b.example", ANNA), "the same name elsewhere"),
        (("mausi77@a.example", ANNA), ("mausi78@a.example", ANNA), "nearly the same"),
        # made of the names: what is like in them, the names have said already
        (("anna.berg@a.example", ANNA), ("anna.berg@b.example", ANNA), None),
        (("anna.berg@a.example", ANNA), ("aberg@a.example", ANNA), "different"),
        (("anna.berg@a.example", ANNA), ("anna.bergmann@a.example", ("Anna", "Bergmann")), "different"),
        (("anna.berg@a.example", ANNA), ("anna.berg2@a.example", ANNA), "different"),
        (("anna.berg@a.example", ANNA), ("anna.breg@a.example", ANNA), "nearly the same"),
        # she married, and kept the address
        (("anna.berg@a.example", ANNA), ("anna.berg@b.example", ("Anna", "Wolf")), "the same name elsewhere"),
        (("e.mueller@a.example", ("Eva", "Muller")), ("e.mueller@b.example", ("Eva", "Muller")), None),
    ],
)
def test_two_mailboxes_say_no_more_than_they_hold_beyond_the_names(first, second, found):
    written = [[mailbox_of(address, [word.lower() for word in names])] for address, names in (first, second)]
    near = cast(Likeness, EMAIL.near)
    level = int(near(*written)[0])
    assert level == near(*reversed(written))[0]
    assert (EMAIL.levels[level] if level != MISSING else None) == found


def test_twins_share_a_birthday_as_often_as_was_said_and_not_as_often_as_could_be_learned():
    linkage = fit(pairs((400, 300, 9000))[0], U, pairs_in_all=1e5, shared=[[1, 0, 1, 0.02]])
    rare, levels = 0.001, np.array([[MISSING, MISSING, MISSING, 0], [MISSING, MISSING, MISSING, 1]], dtype=np.int8)
    asked = Compared(levels, np.where(levels == 0, rare, 1.0))
    # of related pairs 2 in 100 have it the same; of the rest as many as of strangers have this very value
    assert np.exp(linkage.weights(asked, of=1)[:, 3]) == pytest.approx([(0.02 * rare + 0.98 * rare**2) / rare**2, 0.98])


@given(st.lists(st.integers(-1, 1), min_size=4, max_size=4), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_one_more_field_the_same_never_speaks_for_strangers(row, field):
    """It may speak for related parties, and so against one: there the dependence is modelled."""
    made, _ = pairs((200, 100, 3000))
    linkage = BASE.setdefault("linkage", fit(made, U, pairs_in_all=len(made), shared=SHARED))
    less, more = ([*row[:field], level, *row[field + 1 :]] for level in (MISSING, 0))
    levels = np.array([less, more], dtype=np.int8)
    asked = Compared(levels, np.where(levels == 0, [one[0] for one in U], 1.0))
    assert np.diff(linkage.weights(asked).sum(axis=1)) >= 0
    assert np.diff(linkage.classes(asked).sum(axis=1)) >= -1e-12
