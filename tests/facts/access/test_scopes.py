"""Looking at few grants says the same as looking at all of them."""

from hypothesis import given
from hypothesis import strategies as st

from everward.facts.access.grants import Grant, Standing
from everward.facts.access.principals import Principal
from everward.facts.access.roles import custom_role
from everward.facts.access.scopes import Scopes
from everward.policy.hierarchy import Hierarchy

MANAGEMENT = "/providers/Microsoft.Management/managementGroups"
SCOPES = (
    *(
        "",
        "/",
        "top",
        "/subscriptions/s1",
        "/Subscriptions/S1/resourceGroups/a/",
        "/subscriptions/s1/resourceGroups/ab",
    ),
    *("/subscriptions/s2", "/subscriptions/s1/resourceGroups/a/providers/Microsoft.X/ys/y", "{var.scope}", "not an id"),
    *("/subscriptions/{var.id}/resourceGroups/a", "/subscriptions/s3/resourceGroups/a", "/providers/Microsoft.X/ys/y"),
    *(f"{MANAGEMENT}/{name}" for name in ("top", "Middle", "other", "nowhere", "{var.group}")),
    f"{MANAGEMENT}/middle/providers/Microsoft.X/ys/y",
)
PARENTS = {"/subscriptions/s1": "middle", "middle": "top", "other": "top", "/subscriptions/s2": "other"}
PEOPLE = [Principal(name, name, "user") for name in "abc"]
ROLE = custom_role("r")

grants = st.lists(
    st.builds(
        lambda principal, scope: Grant(principal, ROLE, scope, Standing.PERMANENT),
        st.sampled_from(PEOPLE),
        st.sampled_from(SCOPES),
    ),
    max_size=30,
)


@given(grants, st.lists(st.sampled_from(SCOPES), min_size=1, max_size=6), st.booleans())
def test_no_grant_that_may_hold_at_a_scope_is_left_out(held: list[Grant], asked: list[str], known: bool) -> None:
    hierarchy = Hierarchy(PARENTS if known else {})
    scopes = Scopes(held, hierarchy)
    for scope in asked:
        near = scopes.over(scope)
        holding = [grant for grant in held if hierarchy.contains(grant.scope, scope) is not False]
        assert [grant for grant in near.grants if hierarchy.contains(grant.scope, scope) is not False] == holding
        assert {grant for own in near.by_principal.values() for grant in own} == set(near.grants)
        for key, own in near.by_principal.items():
            assert own == [grant for grant in near.grants if grant.principal.key == key]


def test_grants_elsewhere_are_not_looked_at() -> None:
    held = [Grant(PEOPLE[0], ROLE, scope, Standing.PERMANENT) for scope in SCOPES]
    near = Scopes(held, Hierarchy(PARENTS)).over("/subscriptions/s1/resourceGroups/a")
    assert {grant.scope for grant in near.grants} == {
        *("", "/", "top", "/subscriptions/s1", "/Subscriptions/S1/resourceGroups/a/", "{var.scope}"),
        *(f"{MANAGEMENT}/top", f"{MANAGEMENT}/Middle", "/subscriptions/{var.id}/resourceGroups/a"),
        # A group whose name is not known may be the one, and one that nobody describes may be above.
        *(f"{MANAGEMENT}/{{var.group}}", f"{MANAGEMENT}/nowhere", "not an id"),
        f"{MANAGEMENT}/middle/providers/Microsoft.X/ys/y",
    }


@given(grants, st.sampled_from(SCOPES), st.sampled_from(SCOPES))
def test_scopes_whose_answers_are_shared_stand_the_same_way_in_every_grant(
    held: list[Grant], one: str, other: str
) -> None:
    hierarchy = Hierarchy(PARENTS)
    scopes = Scopes(held, hierarchy)
    first, second = scopes.over(one), scopes.over(other)
    if first.answers is not None and first.answers is second.answers:
        assert first.grants == second.grants
        for grant in first.grants:
            assert hierarchy.contains(grant.scope, one) == hierarchy.contains(grant.scope, other)
